"""Lists whose categories are in the proportions that a person's history has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from recommender.engine.diversity import ItemIds, Positions, min_max_scaled, plain_order
from recommender.engine.interest import FloatArray

# Share of the history's distribution that is mixed into the list's: without it, one category that a list lacks
# would make the divergence infinite. The value of the paper.
SMOOTHING = 0.01


def category_shares(weights: FloatArray, categories: Sequence[Sequence[str]]) -> dict[str, float]:
    """The distribution of categories in a history, p(g|u).

    Args:
        weights: (n,), what each item of the history weighs; what is not positive says nothing about the taste.
        categories: for each of the n items its categories, which share it equally.

    Returns:
        By category, positive and adding up to 1; empty where no item with a positive weight has a category.

    Raises:
        ValueError: the counts differ, or a weight is not finite.

    Source: Steck, RecSys 2018, p(g|u) of the calibration metrics.
    """
    if weights.shape != (len(categories),):
        raise ValueError(f"weights of shape {weights.shape} for {len(categories)} items")
    if not np.isfinite(weights).all():
        raise ValueError("a weight is not finite")
    totals: dict[str, float] = {}
    for weight, names in zip(weights.tolist(), categories, strict=True):
        own = set(names)
        for name in own if weight > 0 else ():
            totals[name] = totals.get(name, 0.0) + weight / len(own)
    whole = sum(totals.values())
    return {name: totals[name] / whole for name in sorted(totals)}


def category_divergence(
    history_shares: Mapping[str, float], categories: Sequence[Sequence[str]], *, smoothing: float = SMOOTHING
) -> float:
    """How far a list's categories are from the history's, C_KL(p, q).

    Args:
        history_shares: p, by category, >= 0, not all 0; scaled to add up to 1.
        categories: for each item of the list its categories, which share it equally; items without any do not count.
        smoothing: alpha, between 0 and 1, both excluded.

    Returns:
        sum_g p(g) ln(p(g) / q'(g)) with q' = (1 - alpha) q + alpha p, every rank of the list weighing the same: 0
        where the proportions are those of the history, at most ln(1 / alpha), which also an empty list has.

    Raises:
        ValueError: nothing in `history_shares`, something negative or not finite, or smoothing out of range.

    Source: Steck, RecSys 2018, q(g|u), its smoothing, and C_KL of the calibration metrics.
    """
    target, shares = _distributions(history_shares, categories, smoothing)
    has_category = np.array([len(names) > 0 for names in categories], dtype=np.float64)
    total, count = shares.sum(axis=0), has_category.sum()
    return float(_divergences(target, total[None, :], np.array([count]), smoothing)[0])


def calibrated_order(
    scores: FloatArray,
    item_ids: ItemIds,
    categories: Sequence[Sequence[str]],
    history_shares: Mapping[str, float],
    *,
    strength: float,
    length: int,
    smoothing: float = SMOOTHING,
) -> Positions:
    """Pick one candidate after the other, so that the list has good scores and the history's proportions.

    The next candidate i is the largest (1 - strength) * s_i - strength * C_KL(p, q of the list with i), with s_i the
    score after `min_max_scaled` over all candidates. The sum of scores of the paper's objective needs no other term:
    what is picked already is the same for every i.

    Args:
        scores: (n,), finite, higher is better.
        item_ids: (n,), unique.
        categories: for each of the n candidates its categories, which share it equally; a candidate without any
            leaves the proportions as they are.
        history_shares: p, by category, as `category_shares` gives them; empty (nothing is known): the plain order.
        strength: lambda, 0..1; 0 gives the plain order, 1 looks at the proportions alone.
        length: how many to pick, >= 0.
        smoothing: alpha, between 0 and 1, both excluded.

    Returns:
        (min(length, n),) positions in the order of picking; ties go to the better score, then to the smaller
        item id. A shorter list is the beginning of a longer one. Costs O(length * n * categories).

    Raises:
        ValueError: counts differ, a number is not finite or negative where it may not be, or a parameter is out
            of range.

    Source: Steck, RecSys 2018, the weighted sum of scores and calibration, and its greedy optimisation.
    """
    if not 0 <= strength <= 1:
        raise ValueError(f"strength must be in 0..1, not {strength}")
    if length < 0:
        raise ValueError(f"length must be 0 or more, not {length}")
    order = plain_order(scores, item_ids)
    if len(categories) != len(order):
        raise ValueError(f"categories of {len(categories)} items for {len(order)} scores")
    if not history_shares:
        return order[:length]
    ordered = [categories[position] for position in order.tolist()]
    target, shares = _distributions(history_shares, ordered, smoothing)
    has_category = np.array([len(names) > 0 for names in ordered], dtype=np.float64)
    relevance = (1 - strength) * min_max_scaled(scores)[order]
    total, count = np.zeros(len(target)), 0.0
    picked: list[int] = []
    while len(picked) < min(length, len(order)):
        gains = relevance - strength * _divergences(target, total + shares, count + has_category, smoothing)
        gains[picked] = -np.inf
        best = int(np.argmax(gains))  # the first of equals, and the plain order has them in their right order
        total, count = total + shares[best], count + has_category[best]
        picked.append(best)
    return order[np.array(picked, dtype=np.intp)]


def _distributions(
    history_shares: Mapping[str, float], categories: Sequence[Sequence[str]], smoothing: float
) -> tuple[FloatArray, FloatArray]:
    """p over the categories of the history, (g,), and each item's share in them, (n, g)."""
    if not 0 < smoothing < 1:
        raise ValueError(f"smoothing must be between 0 and 1, not {smoothing}")
    names = sorted(name for name, share in history_shares.items() if share != 0)
    target = np.array([history_shares[name] for name in names], dtype=np.float64)
    if not names or not np.isfinite(target).all() or np.any(target < 0):
        raise ValueError("shares of a history are finite, not negative, and not all 0")
    columns = {name: column for column, name in enumerate(names)}
    shares = np.zeros((len(categories), len(names)))
    for row, own in enumerate(set(listed) for listed in categories):
        for name in own & columns.keys():
            shares[row, columns[name]] = 1 / len(own)
    return target / target.sum(), shares


def _divergences(target: FloatArray, totals: FloatArray, counts: FloatArray, smoothing: float) -> FloatArray:
    """C_KL for each of m lists, (m,), from the sums of their items' shares, (m, g), and their lengths, (m,)."""
    listed = totals / np.maximum(counts, 1)[:, None]
    smoothed = (1 - smoothing) * listed + smoothing * target
    divergences: FloatArray = (target * np.log(target / smoothed)).sum(axis=1)
    return divergences
