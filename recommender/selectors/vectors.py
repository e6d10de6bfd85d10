"""Items' vectors, in the two parts that they play in a score R(u, i) = <U(u), I(i)>.

As a *target*, I(i), an item is what its text is: the embedding as stored, of length 1. As a *source*, p_i, what it adds
to the interest of a person who liked it, it is centred by the space's mean: what all texts of a catalogue share says
nothing about anybody's taste. A person's own words are neither: they are not centred.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from recommender.embeddings.vectors import centre
from recommender.engine.interest import FloatArray
from recommender.models import EmbeddingSpace, ItemEmbedding


def target_vectors(space: EmbeddingSpace, item_ids: Iterable[int]) -> dict[int, FloatArray]:
    """(d,) vectors by item id as they are ranked; items that have none are absent. One query."""
    rows = ItemEmbedding.objects.filter(space=space, item_id__in=list(item_ids)).values_list("item_id", "vector")
    return {item_id: np.asarray(vector, dtype=np.float64) for item_id, vector in rows}


def source_vectors(space: EmbeddingSpace, item_ids: Iterable[int]) -> dict[int, FloatArray]:
    """(d,) vectors of length 1 by item id, as they add up to an interest; items without one are absent. One query."""
    targets = target_vectors(space, item_ids)
    if not targets:
        return {}
    return dict(zip(targets, centred_vectors(space, np.stack(list(targets.values()))), strict=True))


def centred_vectors(space: EmbeddingSpace, targets: FloatArray) -> FloatArray:
    """(n, d) targets without what all texts of the catalogue share, scaled to length 1."""
    mean = None if space.item_mean is None else np.asarray(space.item_mean, dtype=np.float32)
    return centre(targets.astype(np.float32), mean).astype(np.float64)
