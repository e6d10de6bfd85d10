"""A small world with two tastes, for what evaluates through the database."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from django.utils import timezone

from recommender.evaluation.dataset import Dataset
from recommender.services.evaluation_catalog import CatalogSource, kind_of
from recommender.services.evaluation_data import EvaluationData, read_folder
from recommender.services.evaluation_texts import EncodedTexts
from tests.catalog.importing.reading import write

ITEMS_A_TASTE, PEOPLE_A_TASTE = 8, 6
TASTES = {"sea": "Waves and ships and sailors", "wood": "Trees and wolves and foresters"}


def write_world(folder: Path, *, rated: bool = True, columns: str = "", extra: str = "") -> Path:
    """A folder where people of the sea use all but one of the sea's items, and those of the wood the wood's.

    Args:
        folder: where to.
        rated: with ratings of 5 for their own taste and 1 for one item of the other; else bare events.
        columns: further columns of the interactions, such as ",fold".
        extra: what each row has there.
    """
    items = [
        f"{taste}{n},The {taste} {n},{text},{taste}" for taste, text in TASTES.items() for n in range(ITEMS_A_TASTE)
    ]
    write(folder / "items.csv", "\n".join(["item_id,title,description,categories", *items]) + "\n")
    rows = []
    for taste, other in zip(TASTES, reversed(TASTES), strict=True):
        for person in range(PEOPLE_A_TASTE):
            used = [(f"{other}{person}", 1)] if rated else []
            used += [(f"{taste}{n}", 5) for n in range(ITEMS_A_TASTE) if n != person]
            for place, (item, value) in enumerate(used):
                rows.append(f"{taste}-{person},{item},{value if rated else 1},{1000 + 10 * place}{extra}")
    write(folder / "interactions.csv", "\n".join([f"user_id,item_id,value,timestamp{columns}", *rows]) + "\n")
    return folder


def read_world(folder: Path) -> EvaluationData:
    return read_folder(folder, now=timezone.now(), refuse=lambda path, error: None)


def source_of(data: EvaluationData, *, relevant_from: float = 4.0) -> CatalogSource:
    return CatalogSource(
        data.items, EncodedTexts.of(data.dataset.item_texts).vectors, kind_of(data.dataset), relevant_from
    )


def rows_of_items(dataset: Dataset, *item_ids: str) -> np.typing.NDArray[np.int64]:
    return np.array([dataset.item_ids.index(item_id) for item_id in item_ids], dtype=np.int64)
