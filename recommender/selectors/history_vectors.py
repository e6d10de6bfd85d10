"""The vectors of a whole history in a trained version, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.engine.interest import FloatArray
from recommender.models import RankingModel
from recommender.selectors.halfvec import fetch_binary, halfvecs
from recommender.selectors.joint_vectors import SOURCES


@dataclass(frozen=True)
class HistoryVectors:
    """Of h items that were asked for, those k that the version has, in the order asked.

    there: (h,) which ones. stored: (k, D) as they are stored, float64. gains: (k,) their source gains.
    """

    there: NDArray[np.bool_]
    stored: FloatArray
    gains: FloatArray


def history_vectors(model: RankingModel, item_ids: Sequence[int]) -> HistoryVectors:
    """Stored vectors and source gains; one query, none for no items."""
    rows = fetch_binary(SOURCES, [model.pk, list(item_ids)]) if item_ids else []
    places = {row[0]: place for place, row in enumerate(rows)}
    order = [places[item_id] for item_id in item_ids if item_id in places]
    there = np.array([item_id in places for item_id in item_ids], dtype=bool)
    if not order:
        return HistoryVectors(there, np.zeros((0, model.dimension)), np.zeros(0))
    stored = halfvecs([row[2] for row in rows], dimension=model.dimension)[order].astype(np.float64)
    return HistoryVectors(there, stored, np.array([rows[place][1] for place in order]))
