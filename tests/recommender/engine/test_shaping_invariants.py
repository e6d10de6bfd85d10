"""What holds for every list, whatever the candidates and the settings: looked for by search, not by example."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.engine.diversity import intra_list_diversity
from recommender.engine.shaping import Candidates, Shaped, ShapingSettings, shape

searched = settings(max_examples=80, deadline=None)

NAMES = ["a", "b", "c"]


@dataclass(frozen=True)
class Row:
    """One candidate. Few values of each kind, so that ties are common."""

    item_id: int
    score: float
    vector: tuple[float, float]
    categories: list[str]
    creators: list[str]


rows = st.lists(
    st.builds(
        Row,
        st.integers(-50, 50),
        st.sampled_from([-1.0, 0.0, 0.5, 2.0]) | st.floats(-1e6, 1e6),
        st.sampled_from([(0.0, 0.0), (1.0, 0.0), (0.6, 0.8), (-0.8, 0.6), (0.0, -1.0)]),
        st.lists(st.sampled_from(NAMES), max_size=3),
        st.lists(st.sampled_from(NAMES), max_size=1),
    ),
    max_size=14,
    unique_by=lambda row: row.item_id,
)
quotas = st.none() | st.integers(1, 3)
reranking = st.one_of(
    st.fixed_dictionaries({"mmr_trade_off": st.floats(0, 1)}),
    st.fixed_dictionaries({"calibration_strength": st.floats(0, 1)}),
)
shapings = st.builds(
    lambda how, **others: ShapingSettings(**how, **others),
    reranking,
    quota_per_category=quotas,
    quota_per_creator=quotas,
    fill=st.booleans(),
    exploration_rate=st.sampled_from([0.0, 0.3, 1.0]),
)
histories = st.dictionaries(st.sampled_from([*NAMES, "elsewhere"]), st.floats(0.1, 1))
lengths = st.integers(0, 20)


def gathered(given_rows: list[Row]) -> Candidates:
    return Candidates(
        item_ids=np.array([row.item_id for row in given_rows], dtype=np.int64),
        scores=np.array([row.score for row in given_rows], dtype=np.float64),
        vectors=np.array([row.vector for row in given_rows], dtype=np.float64).reshape(-1, 2),
        categories=[row.categories for row in given_rows],
        creators=[row.creators for row in given_rows],
    )


def shaped(given_rows: list[Row], how: ShapingSettings, length: int, history: dict[str, float]) -> Shaped:
    return shape(gathered(given_rows), how, length=length, rng=np.random.default_rng(4), history_shares=history)


def listed(given_rows: list[Row], result: Shaped) -> list[Row]:
    return [given_rows[position] for position in result.order]


@searched
@given(rows, shapings, lengths, histories, st.randoms(use_true_random=False))
def test_order_of_the_candidates_does_not_matter(
    given_rows: list[Row],
    how: ShapingSettings,
    length: int,
    history: dict[str, float],
    random: Random,
) -> None:
    result = shaped(given_rows, how, length, history)
    shuffled = random.sample(given_rows, len(given_rows))
    again = shaped(shuffled, how, length, history)
    assert listed(shuffled, again) == listed(given_rows, result)
    assert again.propensities.tolist() == result.propensities.tolist()


@searched
@given(rows, shapings, lengths, histories)
def test_no_item_is_listed_twice_and_lists_are_short_only_by_quota(
    given_rows: list[Row], how: ShapingSettings, length: int, history: dict[str, float]
) -> None:
    result = shaped(given_rows, how, length, history)
    assert len(set(result.order.tolist())) == len(result.order)
    limits = how.quota_per_category is not None or how.quota_per_creator is not None
    if how.fill or not limits:
        assert len(result.order) == min(length, len(given_rows))
    else:
        assert len(result.order) <= min(length, len(given_rows))
    columns = (result.explored, result.propensities, result.beyond_quota)
    assert [column.shape for column in columns] == [result.order.shape] * 3


@searched
@given(rows, shapings, lengths, histories)
def test_quotas_hold_but_for_what_is_marked(
    given_rows: list[Row], how: ShapingSettings, length: int, history: dict[str, float]
) -> None:
    result = shaped(given_rows, how, length, history)
    kept = [row for row, beyond in zip(listed(given_rows, result), result.beyond_quota, strict=True) if not beyond]
    by_category = Counter(name for row in kept for name in set(row.categories))
    by_creator = Counter(name for row in kept for name in set(row.creators))
    assert max(by_category.values(), default=0) <= (how.quota_per_category or 99)
    assert max(by_creator.values(), default=0) <= (how.quota_per_creator or 99)
    assert how.fill or not result.beyond_quota.any()


@searched
@given(rows, shapings, lengths, histories)
def test_propensities_are_probabilities_and_certain_without_exploration(
    given_rows: list[Row], how: ShapingSettings, length: int, history: dict[str, float]
) -> None:
    result = shaped(given_rows, how, length, history)
    assert np.all((result.propensities > 0) & (result.propensities <= 1))
    if how.exploration_rate == 0:
        assert not result.explored.any()
        assert np.all(result.propensities == 1)


@searched
@given(rows, lengths, histories)
def test_neutral_settings_give_the_plain_order(given_rows: list[Row], length: int, history: dict[str, float]) -> None:
    result = shaped(given_rows, ShapingSettings(), length, history)
    assert listed(given_rows, result) == sorted(given_rows, key=lambda row: (-row.score, row.item_id))[:length]


@searched
@given(rows, histories)
def test_faintest_strengths_come_down_to_the_plain_order(given_rows: list[Row], history: dict[str, float]) -> None:
    # Scores of four values only: scaled, they are at least a third apart.
    coarse = [Row(row.item_id, round(row.score) % 4, row.vector, row.categories, row.creators) for row in given_rows]
    plain = [row.score for row in listed(coarse, shaped(coarse, ShapingSettings(), 14, history))]
    for how in (ShapingSettings(mmr_trade_off=0.999), ShapingSettings(calibration_strength=0.001)):
        assert [row.score for row in listed(coarse, shaped(coarse, how, 14, history))] == plain


@searched
@given(rows, st.integers(0, 13), histories, st.floats(0, 1))
def test_shorter_list_is_the_beginning_of_a_longer_one(
    given_rows: list[Row], length: int, history: dict[str, float], amount: float
) -> None:
    for how in (
        ShapingSettings(mmr_trade_off=amount, quota_per_category=2),
        ShapingSettings(calibration_strength=amount, quota_per_creator=2),
    ):
        longer = shaped(given_rows, how, length + 1, history).order.tolist()
        assert shaped(given_rows, how, length, history).order.tolist() == longer[:length]


@searched
@given(rows)
def test_diversity_of_a_list_does_not_depend_on_its_order(given_rows: list[Row]) -> None:
    vectors = np.array([row.vector for row in given_rows]).reshape(-1, 2)
    forwards, backwards = intra_list_diversity(vectors), intra_list_diversity(vectors[::-1])
    pairs = [1 - float(a @ b) for index, a in enumerate(vectors) for b in vectors[:index]]
    if not pairs:
        assert forwards is None
        assert backwards is None
    else:
        assert forwards == pytest.approx(np.mean(pairs), abs=1e-9)
        assert backwards == pytest.approx(np.mean(pairs), abs=1e-9)
