"""What many people have liked lately, between 0 and 1."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.engine.interest import FloatArray


def recent_weights(
    item_rows: NDArray[np.intp], weights: FloatArray, ages_days: FloatArray, *, items: int, half_life_days: float
) -> FloatArray:
    """Add up what interactions say for each item, older ones fading.

    Args:
        item_rows: (m,) for each interaction the row of its item, 0..items - 1.
        weights: (m,), signed; only what speaks for an item counts, dislikes do not make it trend less.
        ages_days: (m,), age of each interaction; what lies in the future counts as now.
        items: n, how many items there are.
        half_life_days: after so many days an interaction counts half, > 0.

    Returns:
        (n,), >= 0: the sum of max(weight, 0) * 0.5 ** (age / half-life) of each item's interactions.

    Raises:
        ValueError: counts differ, a number is not finite, a row has no item, or the half-life is not above 0.
    """
    if not half_life_days > 0:
        raise ValueError(f"half_life_days must be above 0, not {half_life_days}")
    if not item_rows.shape == weights.shape == ages_days.shape:
        raise ValueError(f"rows {item_rows.shape}, weights {weights.shape} and ages {ages_days.shape} differ in count")
    if not (np.isfinite(weights).all() and np.isfinite(ages_days).all()):
        raise ValueError("a weight or an age is not finite")
    if item_rows.size and (item_rows.min() < 0 or item_rows.max() >= items):
        raise ValueError(f"a row is not one of the {items} items")
    faded = np.maximum(weights, 0.0) * np.exp2(-np.maximum(ages_days, 0.0) / half_life_days)
    totals: FloatArray = np.zeros(items)
    np.add.at(totals, item_rows, faded)
    return totals


def trend_scores(weights: FloatArray) -> FloatArray:
    """Recent weights on a scale on which the most liked item is 1.

    Args:
        weights: (n,), finite, as `recent_weights` gives them; what is not above 0 does not trend.

    Returns:
        (n,) in 0..1: log(1 + w) / log(1 + largest w), 0 everywhere where nothing was liked. The largest is that of
        the items given: scores of separate calls compare only where they were given the same items.

    Raises:
        ValueError: a weight is not finite.
    """
    if not np.isfinite(weights).all():
        raise ValueError("a weight is not finite")
    loudness: FloatArray = np.log1p(np.maximum(weights, 0.0))
    loudest = loudness.max(initial=0.0)
    return loudness / loudest if loudest > 0 else loudness
