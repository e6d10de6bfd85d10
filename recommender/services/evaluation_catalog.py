"""A catalog that exists while one fold is judged: filled as imports fill one, and rolled back.

Everything happens in one transaction that is never committed, so other sessions see nothing of it, and what ends the
process ends the catalog. Readers and writers of other catalogs wait for nothing. What waits until the roll-back is
what a fold does to whole tables, too: another training, to attach its vectors, and an import, to renew statistics.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
from django.db import connection, transaction
from django.utils import timezone
from pgvector import HalfVector

from catalog.importing import item_import
from catalog.importing.items import ItemRow
from catalog.importing.moments import SECOND
from catalog.importing.row_error import RowError
from catalog.models import Catalog
from recommender.embeddings.vectors import Vectors
from recommender.evaluation.dataset import Dataset
from recommender.models import EmbeddingSpace, InteractionKind, ItemEmbedding
from recommender.services import importing_interactions
from recommender.services.catalogs import open_catalog
from recommender.services.importing_kinds import RATING, look_like_ratings
from recommender.services.importing_rows import InteractionRow
from recommender.services.slates import create_partition
from users.models import Profile

# What every event of a data set without ratings is: it counts, with the weight 1.
EVENT = "purchase"
# A rating that counts as a full like where the rating kind has its defaults (3 is neutral, 2 the spread).
DEFAULT_LIKE = 4.0
ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class CatalogSource:
    """What scratch catalogs of one evaluation are made from.

    Attributes:
        items: as an import would bring them, by id.
        vectors: (n, d) embeddings of length 1 in the order of the data set's items, by the default encoder.
        kind: of the interactions.
        relevant_from: the lowest rating that is a like.
    """

    items: Mapping[str, ItemRow]
    vectors: Vectors
    kind: str
    relevant_from: float


@dataclass(frozen=True)
class ScratchCatalog:
    """An open scratch catalog: primary keys of the data set's items in their order, and profiles by user row."""

    catalog: Catalog
    item_ids: np.typing.NDArray[np.int64]
    profiles: Mapping[int, Profile]


def kind_of(dataset: Dataset) -> str:
    """What an import takes the data set's interactions for."""
    known = dataset.values[~np.isnan(dataset.values)]
    return RATING if look_like_ratings(np.unique(known).tolist()) else EVENT


@contextmanager
def scratch_catalog(source: CatalogSource, train: Dataset) -> Iterator[ScratchCatalog]:
    """A catalog with the items, and of the interactions those given alone; gone when the `with` block ends."""
    # Else the first answer of a month would make its partition in here, and hold the log of answers for all others.
    create_partition((now := timezone.now()).year, now.month)
    with transaction.atomic():
        catalog = open_catalog(slug=f"evaluation-{uuid.uuid4().hex}")
        _scale_ratings(catalog, source.relevant_from)
        # Ties break by primary key here, and by row in the baselines: the same order.
        rows = (replace(source.items[item_id], row_number=row) for row, item_id in enumerate(train.item_ids, start=1))
        item_import.import_items(catalog=catalog, rows=rows, refuse=_unexpected)
        importing_interactions.import_interactions(
            catalog=catalog, rows=_interactions(train, source.kind), value_given=True, refuse=_unexpected
        )
        item_ids = _embed(catalog, train, source.vectors)
        _refresh_statistics()
        yield ScratchCatalog(catalog, item_ids, _profiles(catalog, train))
        transaction.set_rollback(True)


def _refresh_statistics() -> None:
    """What an import does after its commit, which never comes here: the planner must see as many rows as there are.

    Without it the serving statement is planned for a handful of items and passes by the index that is to be judged.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE catalog_item ({', '.join(item_import.READ_BY_REQUESTS)})")
        cursor.execute(f"ANALYZE recommender_interaction ({', '.join(importing_interactions.READ_BY_REQUESTS)})")


def _scale_ratings(catalog: Catalog, relevant_from: float) -> None:
    """Let the rating kind read the data set's scale, as an operator would: a full like from where ratings are likes."""
    scale = relevant_from / DEFAULT_LIKE
    kind = InteractionKind.objects.get(catalog=catalog, name=RATING)
    if scale > 0 and kind.neutral_value is not None:
        kind.neutral_value, kind.value_spread = kind.neutral_value * scale, kind.value_spread * scale
        kind.save(update_fields=["neutral_value", "value_spread"])


def _interactions(train: Dataset, kind: str) -> Iterator[InteractionRow]:
    """By person, oldest first: what has neither time nor sequence to tell it apart is ordered by its row."""
    for number, row in enumerate(train.oldest_first().tolist(), start=1):
        value, timestamp = float(train.values[row]), float(train.timestamps[row])
        yield InteractionRow(
            row_number=number,
            user_id=train.user_ids[train.users[row]],
            item_id=train.item_ids[train.items[row]],
            kind=kind,
            value=None if np.isnan(value) else value,
            occurred_us=None if np.isnan(timestamp) else round(timestamp * SECOND),
            sequence=int(train.order[row]),
            external_id=None,
        )


def _embed(catalog: Catalog, train: Dataset, vectors: Vectors) -> np.typing.NDArray[np.int64]:
    """Store the vectors that were made once for all folds; primary keys of the items, in the data set's order."""
    space = EmbeddingSpace.objects.get(catalog=catalog, serving=True)
    found = {
        external_id: (pk, digest)
        for external_id, pk, digest in catalog.items.values_list("external_id", "pk", "content_hash")
    }
    ItemEmbedding.objects.bulk_create(
        [
            ItemEmbedding(
                catalog=catalog,
                space=space,
                item_id=found[item_id][0],
                vector=HalfVector(vector),
                content_hash=found[item_id][1],
                recipe_hash=space.recipe_hash,
            )
            for item_id, vector in zip(train.item_ids, vectors, strict=True)
        ],
        batch_size=ROWS_AT_ONCE,
    )
    EmbeddingSpace.objects.filter(pk=space.pk).update(state=EmbeddingSpace.State.FILLED, filled_at=timezone.now())
    return np.array([found[item_id][0] for item_id in train.item_ids], dtype=np.int64)


def _profiles(catalog: Catalog, train: Dataset) -> dict[int, Profile]:
    by_id = {profile.external_id: profile for profile in Profile.objects.filter(catalog=catalog)}
    return {row: by_id[user_id] for row, user_id in enumerate(train.user_ids) if user_id in by_id}


def _unexpected(error: RowError) -> None:
    raise ValueError(f"a row of the data set cannot be stored: {error.column} {error.value!r} {error.reason}")
