"""From interactions to one weight an item, with numbers worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from recommender.engine.history import (
    HistoryEvent,
    ItemWeight,
    KindRule,
    event_approval,
    event_strength,
    item_weights,
    recency_factors,
)
from recommender.engine.settings import InterestSettings

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

LIKE = KindRule("like", 1.0, 1, "ignore", None, 1.0, states=True)
DISLIKE = KindRule("dislike", 1.0, -1, "ignore", None, 1.0, states=True)
VIEW = KindRule("view", 0.2, 1, "ignore", None, 1.0, states=False)
PURCHASE = KindRule("purchase", 1.0, 1, "multiply", None, 1.0, states=False)
RATING = KindRule("rating", 1.0, 1, "centred", 3.0, 2.0, states=True)
RULES = {rule.name: rule for rule in (LIKE, DISLIKE, VIEW, PURCHASE, RATING)}
PLAIN = InterestSettings()


def event(item_id: int, kind: str = "like", value: float | None = None, *, days_ago: float | None = 0) -> HistoryEvent:
    occurred_at = None if days_ago is None else NOON - timedelta(days=days_ago)
    return HistoryEvent(item_id, kind, value, occurred_at)


def rounded(weights: list[ItemWeight]) -> list[ItemWeight]:
    return [replace(weight, weight=round(weight.weight, 12), evidence=round(weight.evidence, 12)) for weight in weights]


@pytest.mark.parametrize(
    ("rule", "value", "weight", "expected"),
    [
        pytest.param(LIKE, None, 1.0, 1.0, id="positive"),
        pytest.param(LIKE, 7.0, 0.4, 0.4, id="ignored value"),
        pytest.param(DISLIKE, None, 0.4, -0.4, id="negative"),
        pytest.param(PURCHASE, 3.0, 0.5, 1.5, id="multiplied by the value"),
        pytest.param(PURCHASE, None, 0.5, 0.5, id="no value multiplies by one"),
        pytest.param(PURCHASE, 0.0, 0.5, 0.0, id="nothing bought"),
        pytest.param(replace(PURCHASE, sign=-1), 3.0, 0.5, -1.5, id="negative and multiplied"),
        pytest.param(RATING, 5.0, 1.0, 1.0, id="best rating"),
        pytest.param(RATING, 4.0, 1.0, 0.5, id="good rating"),
        pytest.param(RATING, 3.0, 1.0, 0.0, id="neutral rating"),
        pytest.param(RATING, 1.0, 1.0, -1.0, id="worst rating"),
        pytest.param(RATING, 4.0, 3.0, 1.5, id="weighted rating"),
        pytest.param(RATING, None, 1.0, 0.0, id="rating without a value"),
        pytest.param(replace(RATING, neutral_value=None), 5.0, 1.0, 0.0, id="rating without a neutral value"),
        pytest.param(replace(RATING, value_spread=0.5), 4.0, 1.0, 2.0, id="narrow spread"),
    ],
)
def test_strength_of_one_interaction(rule: KindRule, value: float | None, weight: float, expected: float) -> None:
    assert event_strength(rule, value, weight=weight) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("rule", "value", "weight", "expected"),
    [
        pytest.param(LIKE, None, 1.0, 1.0, id="positive"),
        pytest.param(DISLIKE, None, 0.4, -0.4, id="negative"),
        pytest.param(VIEW, None, 0.2, 0.2, id="event"),
        pytest.param(PURCHASE, 3.0, 0.5, 1.5, id="multiplied by the value"),
        pytest.param(RATING, 5.0, 1.0, 1.0, id="best rating"),
        pytest.param(RATING, 4.0, 1.0, 1.0, id="good rating is liked in full"),
        pytest.param(RATING, 3.5, 1.0, 0.5, id="half way to a good rating"),
        pytest.param(RATING, 3.5, 0.4, 0.2, id="weighted rating"),
        pytest.param(RATING, 3.0, 1.0, 0.0, id="neutral rating"),
        pytest.param(RATING, 1.0, 1.0, 0.0, id="poor rating is no dislike"),
        pytest.param(RATING, None, 1.0, 0.0, id="rating without a value"),
        pytest.param(replace(RATING, value_spread=4.0), 4.0, 1.0, 0.5, id="wide spread"),
        # -(4 - 3) / 2: where a high value is bad, it speaks against the item here too.
        pytest.param(replace(RATING, sign=-1), 4.0, 1.0, -0.5, id="negative and centred"),
    ],
)
def test_approval_of_one_interaction(rule: KindRule, value: float | None, weight: float, expected: float) -> None:
    assert event_approval(rule, value, weight=weight) == pytest.approx(expected)


def test_without_half_lives_age_and_order_do_not_matter() -> None:
    assert recency_factors([event(1), event(2, days_ago=900), event(3, days_ago=None)], PLAIN) == [1.0, 1.0, 1.0]


def test_half_life_in_days_counts_from_the_newest_event() -> None:
    events = [event(1, days_ago=400), event(2, days_ago=410), event(3, days_ago=420), event(4, days_ago=405)]
    factors = recency_factors(events, InterestSettings(half_life_days=10))
    assert factors == pytest.approx([1.0, 0.5, 0.25, 0.5**0.5])


def test_event_without_a_time_counts_as_old_as_the_oldest() -> None:
    events = [event(1), event(2, days_ago=20), event(3, days_ago=None)]
    assert recency_factors(events, InterestSettings(half_life_days=10)) == pytest.approx([1.0, 0.25, 0.25])


def test_history_without_any_time_does_not_decay_by_days() -> None:
    events = [event(1, days_ago=None), event(2, days_ago=None)]
    assert recency_factors(events, InterestSettings(half_life_days=1)) == [1.0, 1.0]


def test_half_life_in_interactions_counts_by_rank() -> None:
    events = [event(item_id, days_ago=None) for item_id in range(5)]
    factors = recency_factors(events, InterestSettings(half_life_interactions=2))
    assert factors == pytest.approx([1.0, 0.5**0.5, 0.5, 0.5**1.5, 0.25])


def test_both_half_lives_multiply() -> None:
    events = [event(1), event(2, days_ago=10)]
    settings = InterestSettings(half_life_days=10, half_life_interactions=1)
    assert recency_factors(events, settings) == pytest.approx([1.0, 0.25])


def test_no_history_gives_no_weights() -> None:
    assert item_weights([], RULES, PLAIN) == []
    assert recency_factors([], InterestSettings(half_life_days=1, half_life_interactions=1)) == []


def test_items_keep_the_order_of_their_newest_event() -> None:
    events = [event(7), event(3, "view"), event(5), event(7, "view")]
    assert [weight.item_id for weight in item_weights(events, RULES, PLAIN)] == [7, 3, 5]


def test_events_of_counting_kinds_add_up() -> None:
    events = [event(1, "view"), event(1, "view"), event(1, "purchase", 2.0)]
    assert rounded(item_weights(events, RULES, PLAIN)) == [ItemWeight(1, 2.4, "purchase", evidence=1.0)]


def test_only_the_newest_stated_opinion_counts_whatever_its_kind() -> None:
    events = [event(1, "dislike"), event(1, "like"), event(1, "rating", 5.0), event(2, "like"), event(2, "dislike")]
    assert rounded(item_weights(events, RULES, InterestSettings(dislike_weight=1))) == [
        ItemWeight(1, -1.0, "dislike", evidence=-1.0),
        ItemWeight(2, 1.0, "like", evidence=1.0),
    ]


def test_opinion_and_counting_events_add_up() -> None:
    events = [event(1, "view"), event(1, "like"), event(1, "view"), event(1, "like")]
    assert rounded(item_weights(events, RULES, PLAIN)) == [ItemWeight(1, 1.4, "like", evidence=1.0)]


def test_neutral_opinion_takes_an_older_one_back() -> None:
    assert item_weights([event(1, "rating", 3.0), event(1, "like")], RULES, PLAIN) == []


def test_ratings_speak_by_their_distance_from_neutral() -> None:
    events = [event(1, "rating", 5.0), event(2, "rating", 3.5), event(3, "rating", 2.0), event(4, "rating", 3.0)]
    assert rounded(item_weights(events, RULES, InterestSettings(dislike_weight=1))) == [
        ItemWeight(1, 1.0, "rating", evidence=1.0),
        ItemWeight(2, 0.25, "rating", evidence=0.5),
        ItemWeight(3, -0.5, "rating", evidence=0.0),
    ]


def test_configured_kind_weight_replaces_the_kinds_own() -> None:
    events = [event(1, "view"), event(2, "like")]
    weights = item_weights(events, RULES, InterestSettings(kind_weights={"view": 3}))
    assert rounded(weights) == [
        ItemWeight(1, 3.0, "view", evidence=3.0),
        ItemWeight(2, 1.0, "like", evidence=1.0),
    ]


def test_kind_weight_of_zero_silences_a_kind() -> None:
    events = [event(1, "view"), event(2, "like")]
    weights = item_weights(events, RULES, InterestSettings(kind_weights={"view": 0}))
    assert rounded(weights) == [ItemWeight(2, 1.0, "like", evidence=1.0)]


def test_only_the_newest_events_are_looked_at() -> None:
    events = [event(1), event(2), event(3)]
    assert [w.item_id for w in item_weights(events, RULES, InterestSettings(history_length=2))] == [1, 2]


@pytest.mark.parametrize(("dislike_weight", "expected"), [(0.5, -0.5), (1.0, -1.0), (5.0, -5.0)])
def test_dislike_weight_scales_what_speaks_against(dislike_weight: float, expected: float) -> None:
    weights = item_weights([event(1, "dislike"), event(2)], RULES, InterestSettings(dislike_weight=dislike_weight))
    assert rounded(weights) == [
        ItemWeight(1, expected, "dislike", evidence=expected),
        ItemWeight(2, 1.0, "like", evidence=1.0),
    ]


def test_dislike_weight_of_zero_leaves_disliked_items_out() -> None:
    weights = item_weights([event(1, "dislike"), event(2)], RULES, InterestSettings(dislike_weight=0))
    assert rounded(weights) == [ItemWeight(2, 1.0, "like", evidence=1.0)]


def test_dislike_weight_applies_to_the_total_of_an_item() -> None:
    events = [event(1, "dislike"), event(1, "view")]
    assert rounded(item_weights(events, RULES, PLAIN)) == [ItemWeight(1, -0.4, "dislike", evidence=-0.4)]


def test_half_life_weakens_older_items() -> None:
    events = [event(1), event(2, days_ago=10), event(3, "dislike", days_ago=20)]
    assert rounded(item_weights(events, RULES, InterestSettings(half_life_days=10))) == [
        ItemWeight(1, 1.0, "like", evidence=1.0),
        ItemWeight(2, 0.5, "like", evidence=0.5),
        ItemWeight(3, -0.125, "dislike", evidence=-0.125),
    ]


def test_half_life_applies_to_each_event_of_an_item() -> None:
    events = [event(1, "view"), event(1, "view", days_ago=10)]
    weights = item_weights(events, RULES, InterestSettings(half_life_days=10))
    assert rounded(weights) == [ItemWeight(1, 0.3, "view", evidence=0.3)]


def test_kind_that_says_most_names_the_weight() -> None:
    events = [event(1, "view"), event(1, "view"), event(1, "view"), event(1, "rating", 4.0)]
    assert rounded(item_weights(events, RULES, PLAIN)) == [ItemWeight(1, 1.1, "view", evidence=1.0)]


def test_presence_makes_evidence_of_having_met() -> None:
    events = [event(1, "rating", 1.0), event(2, "rating", 3.5), event(3, "like"), event(4, "view")]
    # .3 + .7 * approval; taste is untouched.
    assert rounded(item_weights(events, RULES, PLAIN, presence=0.3)) == [
        ItemWeight(1, -0.5, "rating", evidence=0.3),
        ItemWeight(2, 0.25, "rating", evidence=0.65),
        ItemWeight(3, 1.0, "like", evidence=1.0),
        ItemWeight(4, 0.2, "view", evidence=0.44),
    ]


def test_neutral_rating_is_evidence_of_having_met_and_of_nothing_else() -> None:
    assert rounded(item_weights([event(1, "rating", 3.0)], RULES, PLAIN, presence=0.3)) == [
        ItemWeight(1, 0.0, "rating", evidence=0.3)
    ]


def test_presence_does_not_soften_a_dislike() -> None:
    assert rounded(item_weights([event(1, "dislike"), event(1, "view")], RULES, PLAIN, presence=0.3)) == [
        ItemWeight(1, -0.4, "dislike", evidence=-0.4)
    ]


def test_item_of_a_silenced_kind_was_not_met() -> None:
    silenced = InterestSettings(kind_weights={"view": 0})
    assert item_weights([event(1, "view")], RULES, silenced, presence=0.3) == []


def test_views_that_outweigh_a_poor_rating_leave_evidence_without_taste() -> None:
    # Taste: twice .25 against (2 - 3) / 2; the poor rating itself is no evidence against.
    views = InterestSettings(kind_weights={"view": 0.25})
    events = [event(1, "view"), event(1, "view"), event(1, "rating", 2.0)]
    assert item_weights(events, RULES, views) == [ItemWeight(1, 0.0, "view", evidence=0.5)]


def test_evidence_of_one_item_ends_at_liked() -> None:
    assert item_weights([event(1, "purchase", 500.0), event(2)], RULES, PLAIN, presence=0.3) == [
        ItemWeight(1, 500.0, "purchase", evidence=1.0),
        ItemWeight(2, 1.0, "like", evidence=1.0),
    ]


def test_kind_that_weighs_more_is_more_evidence_but_only_once() -> None:
    doubled = InterestSettings(kind_weights={"purchase": 2})
    assert item_weights([event(1, "purchase", 5.0)], RULES, doubled) == [ItemWeight(1, 10.0, "purchase", evidence=2.0)]


def test_half_life_weakens_evidence_and_having_met() -> None:
    events = [event(1), event(2, "rating", 1.0, days_ago=10), event(3, "rating", 5.0, days_ago=20)]
    weights = item_weights(events, RULES, InterestSettings(half_life_days=10), presence=0.4)
    # 1; .4 * 1/2; (.4 + .6) / 4
    assert [weight.evidence for weight in weights] == pytest.approx([1.0, 0.2, 0.25])


def test_many_old_events_are_no_more_than_one_old_like() -> None:
    events = [event(1), *(event(2, "view", days_ago=10) for _ in range(50))]
    weights = item_weights(events, RULES, InterestSettings(half_life_days=10))
    assert [weight.evidence for weight in weights] == pytest.approx([1.0, 0.5])
    assert weights[1].weight == pytest.approx(5.0)


def test_value_that_speaks_for_an_item_of_a_negative_kind_is_evidence() -> None:
    pain = KindRule("pain", 1.0, -1, "centred", 2.0, 2.0, states=True)
    # Taste -(1 - 2) / 2; evidence .2 + .8 * .5.
    assert rounded(item_weights([event(1, "pain", 1.0)], {"pain": pain}, PLAIN, presence=0.2)) == [
        ItemWeight(1, 0.5, "pain", evidence=0.6)
    ]
