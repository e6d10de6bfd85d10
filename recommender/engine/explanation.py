"""Why an item is in a list: what adds most to its score, history or words; of the history, one item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from recommender.engine.interest import FloatArray, InterestVector


class ReasonKind(StrEnum):
    HISTORY = "history"
    STATEMENT = "statement"
    POPULAR = "popular"
    FRESH = "fresh"
    SIMILAR = "similar"
    UNTRIED = "untried"
    TRENDING = "trending"
    EXPLORED = "explored"
    BOOSTED = "boosted"


@dataclass(frozen=True)
class Reason:
    """What the answer puts into words: the item of the history behind it, and what the person did with it."""

    kind: ReasonKind
    item_id: int | None = None
    interaction_kind: str = ""


def strongest_reason(interest: InterestVector, scores_by_term: FloatArray) -> Reason:
    """The reason for one item.

    Args:
        interest: U(u) with t terms.
        scores_by_term: (t,), what each term adds to the item's score.

    Returns:
        The words where they add more than the history's items together: each of many items says less than a sentence,
        and yet the history may be what brought the item. Of the history the item that adds most; of equal ones the one
        that comes first, which is the person's newest. A disliked item is never given as a reason: that something is
        unlike it is no recommendation.
    """
    speaking = [index for index, term in enumerate(interest.terms) if term.coefficient > 0]
    words = [index for index in speaking if interest.terms[index].item_id is None]
    items = [index for index in speaking if interest.terms[index].item_id is not None]
    if words and (not items or scores_by_term[words].sum() > scores_by_term[items].sum()):
        return Reason(ReasonKind.STATEMENT)
    term = interest.terms[max(items, key=lambda index: (scores_by_term[index], -index))]
    return Reason(ReasonKind.HISTORY, term.item_id, term.kind)


def popular_reason(parts: Mapping[str, float]) -> Reason:
    """The larger part of an impersonal score, popularity where they are equal; an item with neither is untried."""
    if parts["popularity"] <= 0 and parts["freshness"] <= 0:
        return Reason(ReasonKind.UNTRIED)
    return Reason(ReasonKind.FRESH if parts["freshness"] > parts["popularity"] else ReasonKind.POPULAR)
