"""What holds for every history: looked for by search, not by example."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from recommender.engine.explanation import ReasonKind, strongest_reason
from recommender.engine.history import HistoryEvent, ItemWeight, KindRule, item_weights
from recommender.engine.interest import FloatArray, InterestVector, interest_vector, score_parts, term_scores
from recommender.engine.settings import InterestSettings

# Enough to find what has been found so far ten times over; no deadline, since a busy machine is no failure.
searched = settings(max_examples=40, deadline=None)

DIMENSION = 4
ITEMS_WITH_A_VECTOR = range(6)
RULES = {
    "like": KindRule("like", 1.0, 1, "ignore", None, 1.0, states=True),
    "dislike": KindRule("dislike", 1.0, -1, "ignore", None, 1.0, states=True),
    "view": KindRule("view", 0.25, 1, "ignore", None, 1.0, states=False),
    "rating": KindRule("rating", 1.0, 1, "centred", 3.0, 2.0, states=True),
}


@dataclass(frozen=True)
class Known:
    """What may be known about a person."""

    weights: list[ItemWeight]
    vectors: dict[int, FloatArray]
    statement: FloatArray | None
    share: float

    def interest(self) -> InterestVector | None:
        return interest_vector(self.weights, self.vectors, self.statement, statement_weight=self.share)

    def clear_interest(self) -> InterestVector:
        """Leaves out what all but cancels: there, rounding is all that is left, magnified."""
        interest = self.interest()
        assume(interest is not None)
        assert interest is not None
        assume(max(abs(term.coefficient) for term in interest.terms) < 1e3)
        return interest


def _unit(numbers: tuple[int, ...]) -> FloatArray:
    return np.asarray(np.array(numbers) / np.linalg.norm(numbers))


unit_vectors = st.tuples(*[st.integers(-5, 5)] * DIMENSION).filter(any).map(_unit)
weights = st.builds(
    ItemWeight,
    st.integers(0, 7),
    st.floats(-2, 2).filter(lambda weight: abs(weight) > 1e-3),
    st.sampled_from(["like", "view"]),
)
knowledge = st.builds(
    Known,
    st.lists(weights, max_size=8, unique_by=lambda weight: weight.item_id),
    st.fixed_dictionaries(dict.fromkeys(ITEMS_WITH_A_VECTOR, unit_vectors)),
    st.none() | unit_vectors,
    st.floats(0, 1),
)
item_rows = st.lists(unit_vectors, max_size=4).map(lambda rows: np.array(rows).reshape(-1, DIMENSION))
histories = st.lists(
    st.builds(
        HistoryEvent,
        st.integers(0, 4),
        st.sampled_from(list(RULES)),
        st.sampled_from([1.0, 2.5, 3.0, 4.0, 5.0]),
        st.integers(0, 400).map(lambda hours: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)),
    ),
    max_size=12,
)


@searched
@given(knowledge, item_rows)
def test_terms_add_up_to_parts_and_parts_to_the_score(known: Known, items: FloatArray) -> None:
    interest = known.clear_interest()
    by_term = term_scores(interest, items)
    parts = score_parts(interest, by_term)
    assert float(np.linalg.norm(interest.vector)) == pytest.approx(1.0, abs=1e-9)
    assert by_term.sum(axis=1) == pytest.approx(items @ interest.vector, abs=1e-9)
    assert sum(parts.values()) == pytest.approx(by_term.sum(axis=1), abs=1e-9)


@searched
@given(knowledge)
def test_some_term_speaks_for_something_and_none_is_silent(known: Known) -> None:
    interest = known.clear_interest()
    assert all(term.coefficient != 0 for term in interest.terms)
    assert max(term.coefficient for term in interest.terms) > 0
    assert {term.item_id for term in interest.terms} <= {None, *ITEMS_WITH_A_VECTOR}


@searched
@given(knowledge, st.randoms(use_true_random=False))
def test_order_of_the_items_does_not_turn_the_vector(known: Known, random: Random) -> None:
    interest = known.clear_interest()
    shuffled = random.sample(known.weights, len(known.weights))
    again = replace(known, weights=shuffled).clear_interest()
    assert again.vector == pytest.approx(interest.vector, abs=1e-9)


@searched
@given(knowledge, st.floats(1e-3, 1e3))
def test_scale_of_likes_does_not_turn_the_vector(known: Known, factor: float) -> None:
    known = replace(known, weights=[replace(weight, weight=abs(weight.weight)) for weight in known.weights])
    interest = known.clear_interest()
    scaled = [replace(weight, weight=weight.weight * factor) for weight in known.weights]
    again = replace(known, weights=scaled).interest()
    # A sum that all but cancels is near the bound below which it has no direction.
    assume(again is not None)
    assert again is not None
    assert again.vector == pytest.approx(interest.vector, abs=1e-6)


@searched
@given(knowledge)
def test_item_named_twice_counts_as_the_sum_of_its_weights(known: Known) -> None:
    interest = known.clear_interest()
    halves = [replace(weight, weight=weight.weight / 2) for weight in known.weights for _ in range(2)]
    assert replace(known, weights=halves).clear_interest().vector == pytest.approx(interest.vector, abs=1e-9)


@searched
@given(knowledge)
def test_words_of_length_zero_count_as_none(known: Known) -> None:
    silent = replace(known, statement=np.zeros(DIMENSION)).interest()
    without = replace(known, statement=None).interest()
    assert (silent is None) == (without is None)
    if silent is not None and without is not None:
        assert silent.vector == pytest.approx(without.vector)


@searched
@given(knowledge)
def test_reason_is_never_something_disliked(known: Known) -> None:
    interest = known.clear_interest()
    for scores in term_scores(interest, np.eye(DIMENSION)):
        reason = strongest_reason(interest, scores)
        if reason.kind is ReasonKind.HISTORY:
            (term,) = [term for term in interest.terms if term.item_id == reason.item_id]
            assert term.coefficient > 0


@searched
@given(histories)
def test_each_item_has_one_weight_and_each_says_something(history: list[HistoryEvent]) -> None:
    found = item_weights(history, RULES, InterestSettings())
    assert len({weight.item_id for weight in found}) == len(found)
    assert all(weight.weight != 0 or weight.evidence != 0 for weight in found)
    assert {weight.item_id for weight in found} <= {event.item_id for event in history}


@searched
@given(histories)
def test_opinion_sent_twice_counts_once(history: list[HistoryEvent]) -> None:
    settings = InterestSettings(history_length=5_000)
    doubled = [event for event in history for _ in range(2 if RULES[event.kind].states else 1)]
    assert item_weights(doubled, RULES, settings) == item_weights(history, RULES, settings)


@searched
@given(histories, st.integers(1, 20))
def test_history_is_as_long_as_configured(history: list[HistoryEvent], length: int) -> None:
    cut = item_weights(history[:length], RULES, InterestSettings())
    assert item_weights(history, RULES, InterestSettings(history_length=length)) == cut


@searched
@given(histories, st.integers(1, 1000))
def test_age_of_the_whole_history_does_not_matter(history: list[HistoryEvent], days: int) -> None:
    settings = InterestSettings(half_life_days=3)
    older = [
        replace(event, occurred_at=event.occurred_at - timedelta(days=days)) for event in history if event.occurred_at
    ]
    assert item_weights(older, RULES, settings) == item_weights(history, RULES, settings)
