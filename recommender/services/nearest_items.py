"""The items whose texts are most like an item's, as one embedding space has them; nothing is ranked or logged."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.models import Item
from recommender.engine.settings import FilterSettings
from recommender.models import EmbeddingSpace
from recommender.selectors.nearest import nearest_item_ids
from recommender.selectors.titles import item_labels
from recommender.selectors.vectors import target_vectors

LIST_LENGTH = 10


@dataclass(frozen=True)
class NearItem:
    item_id: int
    title: str
    similarity: float


def nearest_items(space: EmbeddingSpace, item: Item, *, language: str, length: int = LIST_LENGTH) -> list[NearItem]:
    """The nearest first, without hidden items; empty where the item has no vector. About six queries."""
    scores = nearest_scores(space, item, length=length)
    labels = item_labels([item_id for item_id, _score in scores], language=language)
    return [NearItem(item_id, labels[item_id].title, score) for item_id, score in scores if item_id in labels]


def nearest_scores(space: EmbeddingSpace, item: Item, *, length: int = LIST_LENGTH) -> list[tuple[int, float]]:
    """Ids and cosine similarities."""
    vector = target_vectors(space, [item.pk]).get(item.pk)
    if vector is None:
        return []
    ids = nearest_item_ids(space, vector, limit=length, filters=FilterSettings(), excluded_ids={item.pk})
    vectors = target_vectors(space, ids)
    return [(item_id, float(vectors[item_id] @ vector)) for item_id in ids if item_id in vectors]
