"""What a training learns from: a catalog's interactions, items, texts and vectors, as arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from catalog.models import Item
from recommender.embeddings.item_text import DEFAULT_TEXT_TEMPLATE
from recommender.engine.evidence import Events
from recommender.engine.history import KindRule
from recommender.engine.interest import FloatArray
from recommender.engine.training import TrainingData
from recommender.models import EmbeddingSpace
from recommender.selectors.halfvec import halfvec_rows
from recommender.selectors.history import kind_rules_by_id
from recommender.selectors.item_texts import rendered_text

ROWS_AT_ONCE = 10_000

# People who paused personalisation are not learned from. Without a time, interactions are older than those with one.
EVENTS = """
SELECT interaction.profile_id, interaction.item_id, interaction.kind_id, interaction.value
FROM recommender_interaction interaction JOIN users_profile profile ON profile.id = interaction.profile_id
WHERE interaction.catalog_id = %s AND profile.personalise
ORDER BY interaction.occurred_at NULLS FIRST, interaction.sequence NULLS FIRST, interaction.id
"""

VECTORS = "SELECT item_id, vector FROM recommender_itemembedding WHERE space_id = %s"


@dataclass(frozen=True)
class CatalogData:
    """Training data, and whose rows they are: (n,) ids of the items, in order."""

    item_ids: NDArray[np.int64]
    data: TrainingData


@dataclass(frozen=True)
class _Rows:
    """Interactions by their ids, oldest first; values are nan where there are none."""

    users: NDArray[np.int64]
    items: NDArray[np.int64]
    kinds: NDArray[np.int64]
    values: FloatArray


def catalog_data(catalog_id: int, space: EmbeddingSpace | None) -> CatalogData:
    """Read everything; four queries, and memory for the vectors and about 30 bytes an interaction."""
    rules_by_id = kind_rules_by_id(catalog_id)
    item_ids, texts = _items(catalog_id, space)
    rows = _events(catalog_id)
    kind_ids = np.array(sorted(rules_by_id), dtype=np.int64)
    user_ids = np.unique(rows.users)
    # An item that came in after the items were read is left to the next training.
    known = np.isin(rows.items, item_ids) & np.isin(rows.kinds, kind_ids)
    events = Events(
        np.searchsorted(user_ids, rows.users[known]),
        np.searchsorted(item_ids, rows.items[known]),
        np.searchsorted(kind_ids, rows.kinds[known]),
        rows.values[known],
    )
    rules: Sequence[KindRule] = [rules_by_id[int(kind_id)] for kind_id in kind_ids]
    return CatalogData(item_ids, TrainingData(len(user_ids), events, rules, _encoded(item_ids, space), texts))


def _items(catalog_id: int, space: EmbeddingSpace | None) -> tuple[NDArray[np.int64], list[str]]:
    template = DEFAULT_TEXT_TEMPLATE if space is None else space.text_template
    ids, texts = [], []
    for item in Item.objects.filter(catalog_id=catalog_id).order_by("pk").iterator(chunk_size=2_000):
        ids.append(item.pk)
        texts.append(rendered_text(item, template))
    return np.array(ids, dtype=np.int64), texts


def _events(catalog_id: int) -> _Rows:
    users: list[NDArray[np.int64]] = []
    items: list[NDArray[np.int64]] = []
    kinds: list[NDArray[np.int64]] = []
    values: list[FloatArray] = []
    for rows in _chunks(EVENTS, catalog_id):
        user_ids, item_ids, kind_ids, stored = zip(*rows, strict=True)
        users.append(np.array(user_ids, dtype=np.int64))
        items.append(np.array(item_ids, dtype=np.int64))
        kinds.append(np.array(kind_ids, dtype=np.int64))
        values.append(np.array(stored, dtype=np.float64))
    nobody = np.zeros(0, dtype=np.int64)
    return _Rows(
        np.concatenate([nobody, *users]),
        np.concatenate([nobody, *items]),
        np.concatenate([nobody, *kinds]),
        np.concatenate([np.zeros(0), *values]),
    )


def _chunks(sql: str, parameter: int) -> Iterator[list[tuple[object, ...]]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, [parameter])
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            yield rows


def _encoded(item_ids: NDArray[np.int64], space: EmbeddingSpace | None) -> FloatArray:
    """(n, d), rows of length 1, rows of zeros for items that are not embedded yet."""
    if space is None:
        return np.zeros((len(item_ids), 0))
    encoded = np.zeros((len(item_ids), space.dimension), dtype=np.float32)
    found, vectors = halfvec_rows(VECTORS, [space.pk], dimension=space.dimension)
    known = np.isin(found, item_ids)
    encoded[np.searchsorted(item_ids, found[known])] = vectors[known]
    lengths = np.linalg.norm(encoded, axis=1, keepdims=True)
    return np.asarray(encoded / np.where(lengths > 0, lengths, 1.0))
