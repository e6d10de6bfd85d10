"""Lists in which each category has the share that it has in a person's history.

An item may have several categories, so each category is a question of its own: which share of the items have it? The
paper splits an item's weight among its categories instead, which hides what a history has in common: five films, each
with Jazz and three more categories, are a quarter Jazz, and a list with one work of Jazz in four is as they are. By
questions they are Jazz throughout, and so is a list that is as they are.

Only what a list has too little of counts. A share among categories that exclude each other is taken from another one,
so that a surplus is somebody's shortage; an item with several categories takes from nobody, and a surplus is often but
its wholeness: one item is all or nothing of each of them. To count it would prefer items of which little is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.special import rel_entr

from recommender.engine.diversity import ItemIds, Positions, min_max_scaled, plain_order
from recommender.engine.interest import FloatArray

# As how many items of the list the history's proportions count: without any, one category that all of the history has
# and the list lacks would make the divergence infinite. One item is the unit of a list, and fades as the list grows: a
# single item cannot be in proportion, ten can.
SMOOTHING = 1.0


def category_shares(weights: FloatArray, categories: Sequence[Sequence[str]]) -> dict[str, float]:
    """For each category the share of the history that has it, p(g|u).

    Args:
        weights: (n,), what each item of the history weighs; what is not positive says nothing about the taste.
        categories: for each of the n items its categories. An item without any is not known to lack one, and does not
            count.

    Returns:
        By category, above 0 and at most 1, the weight of the items that have it by the weight of all; they add up to
        the mean number of categories of an item. Empty where no item with a positive weight has a category.

    Raises:
        ValueError: the counts differ, or a weight is not finite.

    Source: Steck, RecSys 2018, p(g|u) of the calibration metrics, with p(g|i) = 1 for each category g of an item i.
    """
    if weights.shape != (len(categories),):
        raise ValueError(f"weights of shape {weights.shape} for {len(categories)} items")
    if not np.isfinite(weights).all():
        raise ValueError("a weight is not finite")
    totals: dict[str, float] = {}
    whole = 0.0
    for weight, names in zip(weights.tolist(), categories, strict=True):
        if weight > 0 and names:
            whole += weight
            for name in set(names):
                totals[name] = totals.get(name, 0.0) + weight
    return {name: totals[name] / whole for name in sorted(totals)}


def category_divergence(
    history_shares: Mapping[str, float], categories: Sequence[Sequence[str]], *, smoothing: float = SMOOTHING
) -> float:
    """How far a list's categories fall short of the history's.

    Args:
        history_shares: p, by category, 0..1, not all 0.
        categories: for each item of the list its categories; items without any do not count.
        smoothing: m, as how many items of the list the history counts, above 0.

    Returns:
        sum of KL(Bernoulli(p_g) || Bernoulli(q_g)), in nats, over the categories g with q_g < p_g, where
        q_g = (items of the list that have g + m p_g) / (n + m) for the n items that count. 0 where no category falls
        short, also for an empty list, which contradicts nothing; at most ln((n + m) / m) a category. What the history
        lacks counts by the room that it takes.

    Raises:
        ValueError: nothing in `history_shares`, something out of 0..1 or not finite, or smoothing out of range.

    Source: Steck, RecSys 2018, C_KL of the calibration metrics. A Bernoulli distribution for each category in the place
    of one distribution over all, and looking at shortages alone, is GENRE's own.
    """
    target, has_category = _questions(history_shares, categories, smoothing)
    counted = sum(len(names) > 0 for names in categories)
    return float(_divergences(target, has_category.sum(axis=0), counted, smoothing).sum())


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

    The next candidate i is the largest (1 - strength) * s_i - strength * D_i, with s_i the score after
    `min_max_scaled` over all candidates and D_i the `category_divergence` of the list with i. The sum of scores of the
    paper's objective needs no other term: what is picked already is the same for every i.

    A candidate without categories leaves the proportions as they are. Where any candidate moves them, that would be an
    advantage, and what is unknown is none: its D_i is the median of those of the other candidates that are left.

    Args:
        scores: (n,), finite, higher is better.
        item_ids: (n,), unique.
        categories: for each of the n candidates its categories.
        history_shares: p, by category, as `category_shares` gives them; empty (nothing is known): the plain order.
        strength: lambda, 0..1; 0 gives the plain order, 1 looks at the proportions alone.
        length: how many to pick, >= 0.
        smoothing: m, as how many items of the list the history counts, above 0.

    Returns:
        (min(length, n),) positions in the order of picking; ties go to the better score, then to the smaller
        item id. A shorter list is the beginning of a longer one. Costs O(length * n * categories of the history), of
        which logarithms are O(length * categories): all candidates with a category change its share alike.

    Raises:
        ValueError: counts differ, a number is not finite or out of 0..1 where it has to be there, or a parameter is
            out of range.

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
    ordered = [categories[position] for position in order]
    target, has_category = _questions(history_shares, ordered, smoothing)
    counts = np.array([len(names) > 0 for names in ordered], dtype=np.bool_)
    relevance = (1 - strength) * min_max_scaled(scores)[order]
    listed, counted = np.zeros(len(target)), 0
    left = np.ones(len(order), dtype=np.bool_)
    picked: list[int] = []
    while len(picked) < min(length, len(order)):
        without, having = (_divergences(target, listed + more, counted + 1, smoothing) for more in (0, 1))
        # Row by row, not as a product of matrices: candidates with the same categories have to tie exactly.
        divergences = without.sum() + (has_category * (having - without)).sum(axis=1)
        if (left & counts).any():
            divergences[~counts] = np.median(divergences[left & counts])
        best = int(np.argmax(np.where(left, relevance - strength * divergences, -np.inf)))  # the first of equals
        listed, counted = listed + has_category[best], counted + int(counts[best])
        left[best] = False
        picked.append(best)
    return order[np.array(picked, dtype=np.intp)]


def _questions(
    history_shares: Mapping[str, float], categories: Sequence[Sequence[str]], smoothing: float
) -> tuple[FloatArray, FloatArray]:
    """p over the categories of the history, (g,), and 1 where an item has the category, else 0, (n, g)."""
    if not 0 < smoothing < np.inf:
        raise ValueError(f"smoothing must be above 0 and finite, not {smoothing}")
    names = sorted(history_shares)
    target = np.array([history_shares[name] for name in names], dtype=np.float64)
    if not (np.all((target >= 0) & (target <= 1)) and target.any()):
        raise ValueError("shares of a history are in 0..1, and not all 0")
    columns = {name: column for column, name in enumerate(names)}
    has_category = np.zeros((len(categories), len(names)))
    for row, own in enumerate(categories):
        has_category[row, [columns[name] for name in own if name in columns]] = 1
    return target, has_category


def _divergences(target: FloatArray, listed: FloatArray, counted: int, smoothing: float) -> FloatArray:
    """For each category, (g,), its part in the divergence of a list of which so many items have it, (g,)."""
    yes = (listed + smoothing * target) / (counted + smoothing)
    no = (counted - listed + smoothing * (1 - target)) / (counted + smoothing)
    divergences: FloatArray = np.where(yes < target, rel_entr(target, yes) + rel_entr(1 - target, no), 0.0)
    return divergences
