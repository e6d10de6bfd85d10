"""The split inside the training events, and scores by block, worked out by hand."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.engine import validation as module
from recommender.engine.ease_factors import EaseFactors
from recommender.engine.evidence import Evidence
from recommender.engine.implicit_factors import ImplicitFactors, ImplicitSettings
from recommender.engine.validation import (
    Order,
    Validation,
    collaborative_scores,
    factor_scores,
    recency_rows,
    split,
    standardised,
    text_scores,
)

searched = settings(max_examples=40, deadline=None)


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def evidence_of(*pairs: tuple[int, int, float, int]) -> Evidence:
    """Person, item, strength and position of the newest event."""
    columns = list(zip(*sorted(pairs), strict=True)) or [(), (), (), ()]
    users, items, strengths, positions = (np.array(column) for column in columns)
    return Evidence(users.astype(np.int64), items.astype(np.int64), strengths.astype(float), positions.astype(np.int64))


def made(evidence: Evidence, shape: tuple[int, int], *, order: Order = "last") -> Validation:
    validation = split(evidence, shape, order=order, rng=rng())
    assert validation is not None
    return validation


# Alice has ten items in the order 9, 8, ..., 0; bob five in the order 0, ..., 4; charlie four.
ALICE = [(0, item, 1.0, 100 - item) for item in range(10)]
BOB = [(1, item, 1.0, 200 + item) for item in range(5)]
CHARLIE = [(2, item, 1.0, 300 + item) for item in range(4)]


def test_newest_fifth_of_each_person_with_five_pairs_is_held_back() -> None:
    validation = made(evidence_of(*ALICE, *BOB, *CHARLIE), (3, 10))
    assert validation.people.tolist() == [0, 1]
    held = np.zeros((2, 10))
    held[0, [0, 1]] = held[1, 4] = 1.0
    assert validation.relevant.toarray().tolist() == held.tolist()
    excluded = np.zeros((2, 10))
    excluded[0, 2:] = excluded[1, :4] = 1.0
    assert validation.excluded.toarray().tolist() == excluded.tolist()
    # Charlie has too little to hold back, and teaches with all of it.
    assert validation.kept.users.tolist() == [0] * 8 + [1] * 4 + [2] * 4


def test_random_fifth_has_the_same_size_and_depends_on_the_generator_alone() -> None:
    evidence = evidence_of(*ALICE, *BOB, *CHARLIE)
    first, second = (made(evidence, (3, 10), order="random") for _ in range(2))
    assert first.relevant.toarray().sum(axis=1).tolist() == [2.0, 1.0]
    assert first.relevant.toarray().tolist() == second.relevant.toarray().tolist()
    chosen = {
        tuple(np.flatnonzero(found.relevant[0].toarray()))
        for seed in range(8)
        if (found := split(evidence, (3, 10), order="random", rng=np.random.default_rng(seed))) is not None
    }
    assert len(chosen) > 3


@pytest.mark.parametrize(("size", "held"), [(4, 0), (5, 1), (9, 1), (10, 2), (14, 2), (15, 3), (35, 7)])
def test_a_fifth_is_rounded_down_but_never_to_nothing(size: int, held: int) -> None:
    evidence = evidence_of(
        *((0, item, 1.0, item) for item in range(size)), *((1, item, 1.0, item) for item in range(5))
    )
    validation = made(evidence, (2, 40))
    assert (validation.kept.users == 0).sum() == size - held


def test_only_what_was_liked_has_to_be_found_and_what_was_not_is_not_kept_either() -> None:
    # Of alice's newest two, one was poor; bob's newest was, so he judges nothing.
    poor = [(0, 0, 0.0, 100), *ALICE[1:], *BOB[:4], (1, 4, 0.0, 204)]
    validation = made(evidence_of(*poor), (2, 10))
    assert validation.people.tolist() == [0]
    assert np.flatnonzero(validation.relevant.toarray()[0]).tolist() == [1]
    assert len(validation.kept.users) == 12
    # The poor one may still be ranked, as it may in the world.
    assert not validation.excluded.toarray()[0, 0]


def test_where_hardly_anything_is_liked_in_full_the_better_half_has_to_be_found() -> None:
    # Views alone: the median is .5.
    views = [(0, item, 0.25 if item % 2 else 0.5, item) for item in range(10)]
    validation = made(evidence_of(*views, (1, 0, 0.75, 0)), (2, 10))
    assert np.flatnonzero(validation.relevant.toarray()[0]).tolist() == [8]


def test_nobody_with_five_pairs_leaves_nothing_to_validate_on() -> None:
    assert split(evidence_of(*CHARLIE), (3, 10), order="last", rng=rng()) is None


def test_no_evidence_leaves_nothing_to_validate_on_and_warns_of_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert split(evidence_of(), (1, 10), order="random", rng=rng()) is None


def test_people_who_judge_are_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_PEOPLE", 3)
    pairs = [(user, item, 1.0, 10 * user + item) for user in range(8) for item in range(5)]
    validation = made(evidence_of(*pairs), (8, 5))
    assert len(validation.people) == 3
    assert validation.relevant.shape == validation.excluded.shape == (3, 5)
    # Everybody's newest pair is held back all the same.
    assert len(validation.kept.users) == 8 * 4


pairs_of_people = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 19)), min_size=1, max_size=70, unique=True)


@searched
@given(pairs_of_people, st.sampled_from(["last", "random"]), st.integers(0, 100))
def test_what_is_held_back_is_never_kept(pairs: list[tuple[int, int]], order: Order, seed: int) -> None:
    evidence = evidence_of(*((user, item, 1.0, place) for place, (user, item) in enumerate(pairs)))
    validation = split(evidence, (5, 20), order=order, rng=np.random.default_rng(seed))
    sizes = np.bincount(evidence.users, minlength=5)
    if validation is None:
        assert sizes.max() < 5
        return
    kept = set(zip(validation.kept.users.tolist(), validation.kept.items.tolist(), strict=True))
    rows, items = validation.relevant.nonzero()
    held = set(zip(validation.people[rows].tolist(), items.tolist(), strict=True))
    assert not kept & held
    assert kept | held == set(pairs)
    assert len(held) == sum(max(1, size // 5) for size in sizes.tolist() if size >= 5)
    rows, items = validation.excluded.nonzero()
    judged = {pair for pair in kept if pair[0] in validation.people}
    assert set(zip(validation.people[rows].tolist(), items.tolist(), strict=True)) == judged
    positions = {pair: place for place, pair in enumerate(pairs)}
    if order == "last":
        for user, item in held:
            assert positions[user, item] > max(positions[pair] for pair in kept if pair[0] == user)


def test_mean_ndcg_of_the_sampled_people() -> None:
    validation = made(evidence_of(*ALICE, *BOB), (2, 10))
    scores = np.zeros((2, 10))
    # Alice's 0 and 1 come first; bob's 4 comes second behind 9.
    scores[0, [0, 1]] = 1.0
    scores[1, [9, 4]] = 2.0, 1.0
    before = scores.copy()
    assert validation.ndcg(scores) == pytest.approx((1.0 + 1 / np.log2(3)) / 2)
    assert np.array_equal(scores, before)


def test_high_scores_of_what_is_kept_do_not_count() -> None:
    validation = made(evidence_of(*ALICE), (1, 10))
    scores = np.arange(10.0)[None]
    assert validation.ndcg(scores) == pytest.approx(1.0)


def test_rows_are_brought_to_deviations() -> None:
    found = standardised(np.array([[1.0, 3.0], [5.0, 5.0], [1e-3, -1e-3]]))
    assert found == pytest.approx(np.array([[-1.0, 1.0], [0.0, 0.0], [1.0, -1.0]]))


def test_collaborative_scores_go_from_sources_to_targets() -> None:
    # Targets 1, 2 and 4, gains .5, .25, 1: sources .5, .5, 4. A person with the first two has 1, and scores 1, 2, 4.
    ease = EaseFactors(np.array([[1.0], [2.0], [4.0]]), np.array([0.5, 0.25, 1.0]))
    found = collaborative_scores(sp.csr_matrix(np.array([[1.0, 1.0, 0.0], [-3.0, 0.0, 0.0]])), ease)
    expected = (np.array([1.0, 2.0, 4.0]) - 7 / 3) / np.std([1.0, 2.0, 4.0])
    assert found == pytest.approx(np.stack([expected, -expected]))


def test_text_scores_go_from_unit_features_to_features() -> None:
    units, features = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[3.0, 0.0], [0.0, 5.0]])
    # (1, .5) against 3 and 5: 3 and 2.5.
    found = text_scores(sp.csr_matrix(np.array([[1.0, 0.5], [0.0, 1.0]])), units, features)
    assert found == pytest.approx(np.array([[1.0, -1.0], [-1.0, 1.0]]))


def test_factor_scores_place_each_person() -> None:
    # Items 1 and 2, alpha0 .5, reg .1: whoever has something is on the positive side, whoever has nothing at 0.
    chosen = ImplicitSettings(dimension=1, unobserved_weight=0.5, regularisation=0.1)
    implicit = ImplicitFactors(np.array([[1.0], [2.0]], dtype=np.float32), np.array([[2.5]], dtype=np.float32), chosen)
    found = factor_scores(sp.csr_matrix(np.array([[1.0, 2.0], [0.0, 0.0]])), implicit)
    assert found == pytest.approx(np.array([[-1.0, 1.0], [0.0, 0.0]]))


def test_history_without_half_life_keeps_its_values() -> None:
    evidence = evidence_of((0, 0, 1.0, 5), (0, 2, 0.5, 1), (1, 1, 1.0, 2), (3, 2, 0.25, 7))
    rows = recency_rows(evidence, evidence.strengths, np.array([0, 3]), (4, 3), None)
    assert rows.toarray().tolist() == [[1.0, 0.0, 0.5], [0.0, 0.0, 0.25]]


def test_history_halves_with_every_so_many_newer_pairs_of_the_same_person() -> None:
    evidence = evidence_of((0, 0, 1.0, 5), (0, 1, 1.0, 9), (0, 2, 0.5, 1), (1, 1, 1.0, 2), (1, 2, 1.0, 3))
    rows = recency_rows(evidence, evidence.strengths, np.array([0, 1]), (2, 3), 1.0)
    # Newest first: alice 1, 0, 2; bob 2, 1.
    assert rows.toarray() == pytest.approx(np.array([[0.5, 1.0, 0.125], [0.0, 0.5, 1.0]]))
    slower = recency_rows(evidence, evidence.strengths, np.array([0, 1]), (2, 3), 2.0)
    assert slower.toarray() == pytest.approx(np.array([[0.5**0.5, 1.0, 0.25], [0.0, 0.5**0.5, 1.0]]))


def test_people_without_pairs_have_empty_rows() -> None:
    for half_life in (None, 5.0):
        rows = recency_rows(evidence_of((0, 0, 1.0, 0)), np.ones(1), np.array([2]), (3, 4), half_life)
        assert rows.toarray().tolist() == [[0.0] * 4]
