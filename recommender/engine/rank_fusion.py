"""Several rankings of the same things merged to one, by ranks alone: scores of different kinds need not compare."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

# What Cormack et al. found best, and everybody since uses.
RANK_CONSTANT = 60


def reciprocal_rank_fusion(
    rankings: Sequence[Sequence[int]], *, constant: int = RANK_CONSTANT
) -> list[tuple[int, float]]:
    """Merge rankings of ids.

    Args:
        rankings: each best first, no id twice in one; ids may be missing from some of them.
        constant: how little the first ranks count for more than the later ones, 0 or more.

    Returns:
        (id, score), best first: score = sum over the rankings of 1 / (constant + rank), rank from 1. Equal scores are
        in the order of the first ranking, then of the second and so on, then by id.

    Raises:
        ValueError: for an id that stands twice in a ranking.

    Source: Cormack, Clarke, Buettcher, SIGIR 2009, "Reciprocal rank fusion outperforms Condorcet and individual rank
    learning methods", section 2.
    """
    places = [{item_id: rank for rank, item_id in enumerate(ranking, start=1)} for ranking in rankings]
    if any(len(place) != len(ranking) for place, ranking in zip(places, rankings, strict=True)):
        raise ValueError("an id stands twice in a ranking")
    scores = {
        item_id: sum(1.0 / (constant + place[item_id]) for place in places if item_id in place)
        for item_id in {item_id for place in places for item_id in place}
    }

    def best_first(item_id: int) -> tuple[float, tuple[float, ...], int]:
        return -scores[item_id], tuple(place.get(item_id, inf) for place in places), item_id

    return [(item_id, scores[item_id]) for item_id in sorted(scores, key=best_first)]
