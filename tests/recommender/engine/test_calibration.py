"""Calibration with a history of 70% drama and 30% comedy, worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf, log, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.engine.calibration import calibrated_order, category_divergence, category_shares
from recommender.engine.interest import FloatArray

HISTORY = {"drama": 0.7, "comedy": 0.3}
IDS = np.array([1, 2, 3, 4, 5])
SCORES = np.array([1.0, 0.8, 0.6, 0.2, 0.0])
DRAMA, COMEDY, WAR = ["drama"], ["comedy"], ["war"]
CATEGORIES = [DRAMA, DRAMA, DRAMA, COMEDY, COMEDY]
NOTHING: list[str] = []

searched = settings(max_examples=100, deadline=None)
category_sets = st.lists(st.sampled_from("abcd"), max_size=4)
category_lists = st.lists(category_sets, max_size=8)
histories = st.dictionaries(st.sampled_from("abce"), st.floats(0.01, 1), min_size=1)
strengths = st.floats(0, 1)


def picked(
    strength: float,
    length: int = 3,
    *,
    scores: FloatArray = SCORES,
    categories: Sequence[Sequence[str]] = CATEGORIES,
    history: Mapping[str, float] = HISTORY,
    smoothing: float = 1.0,
) -> list[int]:
    ids = IDS[: len(scores)]
    order = calibrated_order(scores, ids, categories, history, strength=strength, length=length, smoothing=smoothing)
    return [int(item_id) for item_id in ids[order]]


def kl(p: float, q: float) -> float:
    return p * log(p / q) + (1 - p) * log((1 - p) / (1 - q))


@pytest.mark.parametrize(
    ("categories", "expected"),
    [
        # Comedy is q = .3 / 2 = .15: .3 ln(.3/.15) + .7 ln(.7/.85) = .20794 - .13591; of drama there is enough.
        pytest.param([DRAMA], 0.07204, id="drama alone"),
        # Drama is q = .7 / 2 = .35: .7 ln(.7/.35) + .3 ln(.3/.65) = .48520 - .23196
        pytest.param([COMEDY], 0.25325, id="comedy alone"),
        # q = (1 + .7) / 3: .7 ln(.7/.56667) + .3 ln(.3/.43333) = .14792 - .11032
        pytest.param([DRAMA, COMEDY], 0.03760, id="half and half"),
        pytest.param([["drama", "comedy"]], 0.0, id="both in one item"),
        # q = 2.7 / 4 = .675: .02546 - .02401
        pytest.param([DRAMA, COMEDY, DRAMA], 0.00144, id="two to one"),
        pytest.param(7 * [DRAMA] + 3 * [COMEDY], 0.0, id="as in the history"),
        pytest.param([DRAMA, COMEDY, NOTHING], 0.03760, id="item without a category does not count"),
        # Of drama q = 1.7 / 4; of comedy 1.3 / 4, which is enough.
        pytest.param([DRAMA, COMEDY, WAR], kl(0.7, 0.425), id="foreign category takes room"),
        pytest.param([DRAMA, ["comedy", "war"]], 0.03760, id="foreign category takes none"),
        pytest.param(9 * [WAR], kl(0.7, 0.07) + kl(0.3, 0.03), id="nothing of the history"),
        pytest.param([], 0.0, id="empty list"),
        pytest.param([NOTHING], 0.0, id="nothing but an item without a category"),
    ],
)
def test_divergence_of_a_list(categories: list[list[str]], expected: float) -> None:
    assert category_divergence(HISTORY, categories) == pytest.approx(expected, abs=1e-5)


def test_smoothing_bounds_the_divergence_of_a_category() -> None:
    assert category_divergence({"a": 1.0}, [["b"]]) == pytest.approx(log(2))
    assert category_divergence({"a": 1.0}, 9 * [["b"]]) == pytest.approx(log(10))
    assert category_divergence({"a": 1.0}, 9 * [["b"]], smoothing=0.1) == pytest.approx(log(91))
    assert category_divergence({"a": 0.0, "b": 1.0}, [["a", "b"]]) == pytest.approx(0.0)


def test_order_and_repetition_of_names_do_not_matter() -> None:
    assert category_divergence({"a": 1, "b": 1}, [["a", "a", "b"], ["b", "a"]]) == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("strength", "expected"),
    [
        pytest.param(0.0, [1, 2, 3], id="score alone"),
        # After 1: 2 .4 - .07683, 4 .1 - .01880. After 2: 3 .3 - .11040, 4 .1 - .00072.
        pytest.param(0.5, [1, 2, 3], id="too weak"),
        # After 1: 2 .16 - .12293, 4 .04 - .03008. After 2: 3 .12 - .17663, 4 .04 - .00115.
        pytest.param(0.8, [1, 2, 4], id="strong"),
        # After 1: 2 .08 - .13830, 4 .02 - .03384. After 4: 2 .08 - .00130, and 5 has no score.
        pytest.param(0.9, [1, 4, 2], id="very strong"),
        pytest.param(1.0, [1, 4, 2], id="proportions alone"),
    ],
)
def test_strength_trades_scores_for_proportions(strength: float, expected: list[int]) -> None:
    assert picked(strength) == expected


def test_smoothing_weakens_calibration() -> None:
    # With ten items' worth of history three times drama leaves comedy q = 3 / 13: .12 - .01015, and 4 has .04 at most.
    assert picked(0.8) == [1, 2, 4]
    assert picked(0.8, smoothing=10) == [1, 2, 3]


def test_a_shorter_list_is_the_beginning_of_a_longer_one() -> None:
    assert picked(0.9, length=2) == [1, 4]
    assert picked(0.9, length=0) == []
    assert sorted(picked(0.9, length=9)) == [1, 2, 3, 4, 5]


def test_unit_and_origin_of_the_scores_do_not_matter() -> None:
    assert picked(0.9, scores=7 * SCORES - 100) == [1, 4, 2]


def test_ties_go_to_the_better_score_and_then_to_the_smaller_id() -> None:
    scores = np.array([1.0, 1.0, 2.0, 1.0])
    assert picked(1.0, length=4, scores=scores, categories=4 * [DRAMA]) == [3, 1, 2, 4]


def test_what_the_history_lacks_takes_the_room_of_what_it_has() -> None:
    scores = np.array([1.0, 0.9, 0.8, 0.0])
    assert picked(0.0, scores=scores, categories=[WAR, ["comedy", "war"], DRAMA, DRAMA]) == [1, 2, 3]
    # First: 1 .3 - .22770, 2 .27 - .17727, 3 .24 - .05042. Then 1 .3 - .13388, 2 .27 - .02632, 4 0 - .10756.
    assert picked(0.7, scores=scores, categories=[WAR, ["comedy", "war"], DRAMA, DRAMA]) == [3, 2, 1]


@pytest.mark.parametrize(
    ("strength", "categories", "expected"),
    [
        # After 1: 2 .08 - .13829; without a category .075 less .9 times the median of 2 (.15366) and 4 (.19126).
        (0.9, [DRAMA, DRAMA, NOTHING, WAR], [1, 2, 3, 4]),
        # The other way round, the better score is the one without: .08 - .15521 against .075 - .13829.
        (0.9, [DRAMA, NOTHING, DRAMA, WAR], [1, 3, 2, 4]),
        # .4 - .08623 against .375 - .07683.
        (0.5, [DRAMA, NOTHING, DRAMA, WAR], [1, 2, 3, 4]),
    ],
)
def test_candidate_without_a_category_is_taken_for_a_middling_one(
    strength: float, categories: list[list[str]], expected: list[int]
) -> None:
    assert picked(strength, length=4, scores=np.array([1.0, 0.8, 0.75, 0.0]), categories=categories) == expected


@pytest.mark.parametrize("strength", [0.5, 1.0])
def test_candidates_without_categories_are_in_the_plain_order(strength: float) -> None:
    assert picked(strength, length=5, categories=5 * [NOTHING]) == [1, 2, 3, 4, 5]


def test_history_that_says_nothing_leaves_the_plain_order() -> None:
    assert picked(0.9, length=3, history={}) == [1, 2, 3]


def equally_shared(
    scores: FloatArray, categories: Sequence[Sequence[str]], picks: Sequence[Sequence[str]]
) -> list[int]:
    """Ten positions by the paper's own calibration, strength .9: an item's weight is split among its categories."""
    names = sorted({name for own in [*categories, *picks] for name in own})

    def shares(of: Sequence[Sequence[str]]) -> FloatArray:
        return np.array([sum((name in own) / len(own) for own in of) / len(of) for name in names])

    target = shares(picks)
    chosen: list[int] = []
    while len(chosen) < 10:
        gains = {}
        for row in set(range(len(scores))) - set(chosen):
            listed = 0.99 * shares([categories[each] for each in [*chosen, row]]) + 0.01 * target
            has = target > 0
            gains[row] = 0.1 * scores[row] - 0.9 * float(np.sum(target[has] * np.log(target[has] / listed[has])))
        chosen.append(max(gains, key=lambda row: gains[row]))
    return chosen


def test_what_five_picks_have_in_common_among_four_categories_fills_the_list() -> None:
    chance = [f"by chance {number}" for number in range(6)]
    picks = [["Jazz", *(chance[(pick + step) % 6] for step in (0, 1, 3))] for pick in range(5)]
    # The better scores have more of what the picks share by chance, and not what all of them have.
    strays = [[*(chance[(row + step) % 6] for step in (0, 1, 3)), f"elsewhere {row % 5}"] for row in range(20)]
    jazz = [["Jazz", *(chance[(row + step) % 6] for step in (0, 1)), f"elsewhere {row % 7}"] for row in range(20)]
    categories, scores = [*strays, *jazz], np.linspace(1, 0, 40)
    shares = category_shares(np.ones(5), picks)

    order = calibrated_order(scores, np.arange(40), categories, shares, strength=0.9, length=10)

    assert shares["Jazz"] == 1.0
    assert sum("Jazz" in categories[row] for row in order) >= 6
    assert sum("Jazz" in categories[row] for row in equally_shared(scores, categories, picks)) <= 3


def test_shares_of_a_history_are_those_of_its_weight_that_have_a_category() -> None:
    weights = np.array([3.0, 1.0, 2.0, -5.0, 4.0])
    categories = [["drama"], ["comedy"], ["drama", "comedy"], ["war"], []]
    # drama 3 + 2, comedy 1 + 2, of 6; what is disliked or without a category says nothing.
    assert category_shares(weights, categories) == pytest.approx({"comedy": 3 / 6, "drama": 5 / 6})


def test_category_named_twice_counts_once() -> None:
    assert category_shares(np.array([1.0, 1.0]), [["a", "a", "b"], ["b"]]) == {"a": 0.5, "b": 1.0}


def test_history_without_likes_or_categories_has_no_shares() -> None:
    assert category_shares(np.array([-1.0, 0.0, 2.0]), [["a"], ["b"], []]) == {}
    assert category_shares(np.array([]), []) == {}


class TestWhateverTheCategories:
    @searched
    @given(category_lists.filter(any), st.floats(0.01, 100))
    def test_history_is_in_its_own_proportions(self, categories: list[list[str]], unit: float) -> None:
        shares = category_shares(np.full(len(categories), unit), categories)
        assert all(0 < share <= 1 for share in shares.values())
        assert category_divergence(shares, categories) == pytest.approx(0.0, abs=1e-9)

    @searched
    @given(histories, category_lists, st.floats(0.01, 10))
    def test_divergence_lies_between_nothing_and_its_bound(
        self, history: dict[str, float], categories: list[list[str]], smoothing: float
    ) -> None:
        names = {*history, *(name for own in categories for name in own)}
        divergence = category_divergence(history, categories, smoothing=smoothing)
        bound = len(names) * log((len(categories) + smoothing) / smoothing)
        assert -1e-9 <= divergence <= bound + 1e-9

    @searched
    @given(histories, st.lists(category_sets.filter(bool), min_size=1, max_size=8), strengths, st.data())
    def test_each_pick_is_the_best_by_score_and_divergence(
        self, history: dict[str, float], categories: list[list[str]], strength: float, data: st.DataObject
    ) -> None:
        count = len(categories)
        scores = np.array(data.draw(st.permutations(range(count))), dtype=np.float64)
        order = calibrated_order(scores, np.arange(count), categories, history, strength=strength, length=count)
        scaled = scores / max(count - 1, 1)
        for rank, best in enumerate(order):
            listed = [categories[row] for row in order[:rank]]
            gains = {
                row: (1 - strength) * scaled[row] - strength * category_divergence(history, [*listed, categories[row]])
                for row in order[rank:]
            }
            assert gains[best] == pytest.approx(max(gains.values()), abs=1e-9)

    @searched
    @given(histories, st.lists(category_sets, min_size=2, max_size=8), strengths)
    def test_candidates_without_categories_change_nothing_among_the_others(
        self, history: dict[str, float], categories: list[list[str]], strength: float
    ) -> None:
        # The first and the last have categories, so that scores are scaled alike with and without the others.
        categories = [["a"], *categories, ["b"]]
        scores, ids = np.linspace(1, 0, len(categories)), np.arange(len(categories))
        known = np.array([bool(own) for own in categories])
        order = calibrated_order(scores, ids, categories, history, strength=strength, length=len(ids))
        others = calibrated_order(
            scores[known],
            ids[known],
            [own for own in categories if own],
            history,
            strength=strength,
            length=len(ids),
        )
        assert [row for row in order if known[row]] == ids[known][others].tolist()

    @searched
    @given(histories, st.lists(category_sets, min_size=1, max_size=4), strengths)
    def test_likes_of_one_score_are_in_the_order_of_their_ids(
        self, history: dict[str, float], categories: list[list[str]], strength: float
    ) -> None:
        twice = [*categories, *categories]
        count = len(categories)
        scores = np.tile(np.arange(count, dtype=np.float64), 2)
        order = calibrated_order(scores, np.arange(2 * count), twice, history, strength=strength, length=2 * count)
        places = {int(row): place for place, row in enumerate(order)}
        assert all(places[row] < places[row + count] for row in range(count))


@pytest.mark.parametrize("strength", [-0.1, 1.1, nan])
def test_strength_out_of_range_is_refused(strength: float) -> None:
    with pytest.raises(ValueError, match="strength"):
        picked(strength)


@pytest.mark.parametrize("smoothing", [0.0, -1.0, inf, nan])
def test_smoothing_out_of_range_is_refused(smoothing: float) -> None:
    with pytest.raises(ValueError, match="smoothing"):
        picked(0.5, smoothing=smoothing)


@pytest.mark.parametrize("history", [{"a": 0.0}, {"a": -0.1, "b": 0.5}, {"a": 1.1}, {"a": inf}, {"a": nan}])
def test_impossible_shares_are_refused(history: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="shares"):
        picked(0.5, history=history)
    with pytest.raises(ValueError, match="shares"):
        category_divergence(history, [DRAMA])


def test_no_history_has_no_divergence() -> None:
    with pytest.raises(ValueError, match="shares"):
        category_divergence({}, [DRAMA])


def test_missing_categories_and_lengths_below_zero_are_refused() -> None:
    with pytest.raises(ValueError, match="categories of 4"):
        picked(0.5, categories=CATEGORIES[:4])
    with pytest.raises(ValueError, match="length"):
        picked(0.5, length=-1)


@pytest.mark.parametrize("weights", [np.array([1.0]), np.array([1.0, nan])])
def test_unusable_weights_are_refused(weights: FloatArray) -> None:
    with pytest.raises(ValueError, match="weight"):
        category_shares(weights, [["a"], ["b"]])
