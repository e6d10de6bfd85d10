"""Everybody's interactions at once say what each person's say alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.engine.evidence import Events, Evidence, collapse_events
from recommender.engine.history import HistoryEvent, KindRule, item_weights
from recommender.engine.settings import InterestSettings

searched = settings(max_examples=150, deadline=None)

LIKE = KindRule("like", 1.0, 1, "ignore", None, 1.0, states=True)
DISLIKE = KindRule("dislike", 1.0, -1, "ignore", None, 1.0, states=True)
VIEW = KindRule("view", 0.25, 1, "ignore", None, 1.0, states=False)
PURCHASE = KindRule("purchase", 0.5, 1, "multiply", None, 1.0, states=False)
RETURN = KindRule("return", 0.5, -1, "multiply", None, 1.0, states=False)
RATING = KindRule("rating", 1.0, 1, "centred", 3.0, 2.0, states=True)
PAIN = KindRule("pain", 1.0, -1, "centred", 2.0, 2.0, states=True)
SILENT = KindRule("silent", 0.0, 1, "ignore", None, 1.0, states=False)
UNREADABLE = KindRule("unreadable", 1.0, 1, "centred", None, 2.0, states=True)
RULES = (LIKE, DISLIKE, VIEW, PURCHASE, RETURN, RATING, PAIN, SILENT, UNREADABLE)
PLAIN = InterestSettings(history_length=5_000, dislike_weight=1.0)

# Person, item, kind, value; oldest first.
Row = tuple[int, int, KindRule, float | None]


def events_of(rows: Sequence[Row], rules: Sequence[KindRule] = RULES) -> Events:
    names = [rule.name for rule in rules]
    return Events(
        np.array([row[0] for row in rows], dtype=np.int64),
        np.array([row[1] for row in rows], dtype=np.int64),
        np.array([names.index(row[2].name) for row in rows], dtype=np.int64),
        np.array([np.nan if row[3] is None else row[3] for row in rows], dtype=np.float64),
    )


def collapsed(*rows: Row, rules: Sequence[KindRule] = RULES) -> Evidence:
    return collapse_events(events_of(rows, rules), rules)


def strengths(evidence: Evidence) -> dict[tuple[int, int], float]:
    keys = zip(evidence.users.tolist(), evidence.items.tolist(), strict=True)
    return dict(zip(keys, evidence.strengths.tolist(), strict=True))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([(LIKE, None)], 1.0, id="liked"),
        pytest.param([(VIEW, None)], 0.25, id="seen once"),
        pytest.param([(VIEW, None)] * 3, 0.75, id="seen three times"),
        pytest.param([(VIEW, None)] * 9, 1.0, id="seen often is liked, no more"),
        pytest.param([(PURCHASE, 1.0), (VIEW, None)], 0.75, id="kinds add up"),
        pytest.param([(PURCHASE, 5.0)], 1.0, id="bought five times is liked, no more"),
        pytest.param([(PURCHASE, None)], 0.5, id="without a value bought once"),
        pytest.param([(PURCHASE, 0.0)], 0.0, id="nothing bought, but met"),
        pytest.param([(PURCHASE, 3.0), (RETURN, 2.0)], 0.5, id="two of three returned"),
        pytest.param([(RATING, 5.0)], 1.0, id="best rating"),
        pytest.param([(RATING, 4.0)], 1.0, id="good rating is liked"),
        pytest.param([(RATING, 3.5)], 0.5, id="half way to a good rating"),
        pytest.param([(RATING, 3.0)], 0.0, id="neutral rating says met"),
        pytest.param([(RATING, 1.0)], 0.0, id="poor rating says met"),
        pytest.param([(RATING, None)], 0.0, id="rating without a value says met"),
        pytest.param([(UNREADABLE, 5.0)], 0.0, id="rating without a neutral value says met"),
        pytest.param([(RATING, 5.0), (RATING, 1.0)], 0.0, id="newest opinion counts"),
        pytest.param([(DISLIKE, None), (LIKE, None)], 1.0, id="a like takes a dislike back"),
        pytest.param([(LIKE, None), (VIEW, None), (LIKE, None)], 1.0, id="an opinion counts once"),
        pytest.param([(DISLIKE, None), (VIEW, None), (RATING, 3.5)], 0.75, id="events beside the newest opinion"),
        pytest.param([(PAIN, 1.0)], 0.5, id="little pain speaks for it"),
    ],
)
def test_strength_of_a_pair(rows: list[tuple[KindRule, float | None]], expected: float) -> None:
    assert strengths(collapsed(*((0, 0, rule, value) for rule, value in rows))) == {(0, 0): expected}


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([(DISLIKE, None)], id="disliked"),
        pytest.param([(LIKE, None), (DISLIKE, None)], id="disliked in the end"),
        pytest.param([(DISLIKE, None), (VIEW, None)], id="disliked and seen"),
        pytest.param([(PURCHASE, 1.0), (RETURN, 2.0)], id="more returned than bought"),
        pytest.param([(PAIN, 4.0)], id="much pain"),
        pytest.param([(SILENT, None)], id="of a kind that weighs nothing"),
        pytest.param([(SILENT, None), (PAIN, 2.0)], id="nothing said"),
    ],
)
def test_what_is_refused_or_says_nothing_is_no_evidence(rows: list[tuple[KindRule, float | None]]) -> None:
    assert strengths(collapsed(*((0, 0, rule, value) for rule, value in rows))) == {}


def test_pairs_come_by_person_then_item_whatever_their_time() -> None:
    evidence = collapsed((1, 0, LIKE, None), (0, 2, VIEW, None), (1, 0, VIEW, None), (0, 1, LIKE, None))
    assert evidence.users.tolist() == [0, 0, 1]
    assert evidence.items.tolist() == [1, 2, 0]
    assert evidence.strengths.tolist() == [1.0, 0.25, 1.0]


def test_last_position_is_that_of_the_newest_event_of_the_pair() -> None:
    evidence = collapsed((0, 1, LIKE, None), (0, 0, VIEW, None), (0, 1, VIEW, None), (0, 2, VIEW, None))
    assert dict(zip(evidence.items.tolist(), evidence.last_positions.tolist(), strict=True)) == {0: 1, 1: 2, 2: 3}


def test_opinion_taken_back_has_the_position_of_the_newer_one() -> None:
    evidence = collapsed((0, 0, LIKE, None), (0, 1, VIEW, None), (0, 0, RATING, 4.0))
    assert evidence.last_positions.tolist() == [2, 1]


def test_presence_is_the_worth_of_having_met() -> None:
    evidence = collapsed((0, 0, RATING, 2.0), (0, 1, RATING, 3.5), (0, 2, LIKE, None))
    assert evidence.graded(0.0) == pytest.approx([0.0, 0.5, 1.0])
    # .2 + .8 * strength
    assert evidence.graded(0.2) == pytest.approx([0.2, 0.6, 1.0])
    assert evidence.graded(1.0) == pytest.approx([1.0, 1.0, 1.0])


def test_kind_that_weighs_more_is_cut_to_liked() -> None:
    heavy = replace(PURCHASE, weight=3.0)
    assert strengths(collapsed((0, 0, heavy, 1.0), rules=[heavy])) == {(0, 0): 1.0}


def test_no_events_are_no_evidence() -> None:
    for rules in (RULES, ()):
        evidence = collapsed(rules=rules)
        assert (
            len(evidence.users) == len(evidence.items) == len(evidence.strengths) == len(evidence.last_positions) == 0
        )


def test_taking_keeps_rows_together() -> None:
    events = events_of([(0, 1, LIKE, None), (2, 3, RATING, 4.0)])
    assert len(events) == 2
    second = events.take(np.array([False, True]))
    assert (second.users.tolist(), second.items.tolist(), second.values.tolist()) == ([2], [3], [4.0])
    assert second.kinds.tolist() == [RULES.index(RATING)]
    evidence = collapse_events(events, RULES).take(np.array([1]))
    assert (evidence.users.tolist(), evidence.items.tolist(), evidence.last_positions.tolist()) == ([2], [3], [1])


rows_of_events = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.integers(0, 3),
        st.sampled_from(RULES),
        st.none() | st.sampled_from([-1.0, 0.0, 0.5, 1.0, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0]),
    ),
    max_size=14,
)
presences = st.sampled_from([0.0, 0.25, 0.5, 1.0])


def one_by_one(rows: Sequence[Row], settings: InterestSettings, presence: float) -> dict[tuple[int, int], float]:
    """Each person's history read as a request reads it, newest first."""
    rules = {rule.name: rule for rule in RULES}
    found = {}
    for person in {row[0] for row in rows}:
        history = [HistoryEvent(row[1], row[2].name, row[3], None) for row in reversed(rows) if row[0] == person]
        for weight in item_weights(history, rules, settings, presence=presence):
            found[person, weight.item_id] = weight.evidence
    return found


@searched
@given(rows_of_events, presences)
def test_everybodys_evidence_is_each_persons(rows: list[Row], presence: float) -> None:
    evidence = collapse_events(events_of(rows), RULES)
    graded = dict(zip(strengths(evidence), evidence.graded(presence).tolist(), strict=True))
    alone = one_by_one(rows, PLAIN, presence)
    assert {pair: value for pair, value in graded.items() if value > 0} == {
        pair: value for pair, value in alone.items() if value > 0
    }
    # What a request counts against an item has no place in the training.
    assert not {pair for pair, value in alone.items() if value < 0} & graded.keys()


@searched
@given(rows_of_events, presences)
def test_configured_kind_weights_mean_what_kinds_weights_mean(rows: list[Row], presence: float) -> None:
    weighted = [replace(rule, weight=0.5) if rule is VIEW else rule for rule in RULES]
    evidence = collapse_events(events_of(rows), weighted)
    graded = dict(zip(strengths(evidence), evidence.graded(presence).tolist(), strict=True))
    alone = one_by_one(rows, PLAIN.model_copy(update={"kind_weights": {"view": 0.5}}), presence)
    assert {pair: value for pair, value in graded.items() if value > 0} == {
        pair: value for pair, value in alone.items() if value > 0
    }


@searched
@given(rows_of_events)
def test_strengths_lie_between_met_and_liked(rows: list[Row]) -> None:
    evidence = collapse_events(events_of(rows), RULES)
    assert ((evidence.strengths >= 0) & (evidence.strengths <= 1)).all()
    pairs = list(strengths(evidence))
    assert pairs == sorted(set(pairs))


@searched
@given(rows_of_events)
def test_opinion_sent_twice_counts_once(rows: list[Row]) -> None:
    doubled = [row for row in rows for _ in range(2 if row[2].states else 1)]
    assert strengths(collapse_events(events_of(doubled), RULES)) == strengths(collapse_events(events_of(rows), RULES))


@searched
@given(rows_of_events, st.permutations(range(3)))
def test_order_between_people_does_not_matter(rows: list[Row], order: list[int]) -> None:
    sorted_rows = sorted(rows, key=lambda row: order[row[0]])
    assert strengths(collapse_events(events_of(sorted_rows), RULES)) == strengths(
        collapse_events(events_of(rows), RULES)
    )
