"""The reason is what adds most to the score, the history or the words; of the history, one item."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.engine.explanation import Reason, ReasonKind, popular_reason, strongest_reason
from recommender.engine.interest import InterestVector, Term

ANY = np.array([1.0])


def interest(*terms: tuple[int | None, float]) -> InterestVector:
    kinds = {item_id: "statement" if item_id is None else f"kind-{item_id}" for item_id, _ in terms}
    return InterestVector(ANY, tuple(Term(item_id, kinds[item_id], weight, ANY) for item_id, weight in terms))


def reason_for(known: InterestVector, *scores: float) -> Reason:
    return strongest_reason(known, np.array(scores))


def test_of_the_history_the_largest_term_is_the_reason() -> None:
    known = interest((1, 0.5), (2, 0.5), (None, 0.5))
    assert reason_for(known, 0.1, 0.3, 0.2) == Reason(ReasonKind.HISTORY, 2, "kind-2")


def test_words_are_the_reason_where_they_add_more_than_the_whole_history() -> None:
    known = interest((1, 0.5), (2, 0.5), (None, 0.5))
    assert reason_for(known, 0.2, 0.2, 0.3) == Reason(ReasonKind.HISTORY, 1, "kind-1")
    assert reason_for(known, 0.1, 0.1, 0.3) == Reason(ReasonKind.STATEMENT)


def test_words_alone_are_the_reason() -> None:
    assert reason_for(interest((None, 1.0)), -0.1) == Reason(ReasonKind.STATEMENT)
    assert reason_for(interest((1, -0.5), (None, 0.5)), 0.9, 0.1) == Reason(ReasonKind.STATEMENT)


def test_of_equal_terms_the_newest_is_the_reason() -> None:
    assert reason_for(interest((5, 0.5), (1, 0.5)), 0.2, 0.2) == Reason(ReasonKind.HISTORY, 5, "kind-5")


def test_largest_term_counts_not_the_largest_coefficient() -> None:
    assert reason_for(interest((1, 0.9), (2, 0.1)), 0.05, 0.06).item_id == 2


def test_disliked_item_is_no_reason_however_unlike_it_is() -> None:
    known = interest((1, 0.1), (2, -0.9))
    assert reason_for(known, -0.05, 0.8) == Reason(ReasonKind.HISTORY, 1, "kind-1")


def test_where_every_term_speaks_against_the_smallest_objection_is_the_reason() -> None:
    assert reason_for(interest((1, 0.5), (2, 0.5)), -0.4, -0.1).item_id == 2


@pytest.mark.parametrize(
    ("popularity", "freshness", "expected"),
    [
        (0.6, 0.5, ReasonKind.POPULAR),
        (0.5, 0.5, ReasonKind.POPULAR),
        (0.4, 0.5, ReasonKind.FRESH),
        (0.0, 0.5, ReasonKind.FRESH),
        (0.5, 0.0, ReasonKind.POPULAR),
        (0.0, 0.0, ReasonKind.UNTRIED),
    ],
)
def test_reason_of_an_impersonal_result(popularity: float, freshness: float, expected: ReasonKind) -> None:
    assert popular_reason({"popularity": popularity, "freshness": freshness}) == Reason(expected)
