"""nDCG over blocks of scores, against numbers worked out by hand and a plain loop."""

from __future__ import annotations

from math import log2

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.engine.interest import FloatArray
from recommender.engine.ranking_metric import ndcg_by_person

searched = settings(max_examples=60, deadline=None)


def matrix(*rows: list[int]) -> sp.csr_matrix:
    return sp.csr_matrix(np.array(rows, dtype=np.float64))


def ndcg(scores: list[float], relevant: list[int], excluded: list[int] | None = None, *, k: int = 10) -> float:
    hidden = [0] * len(scores) if excluded is None else excluded
    return float(ndcg_by_person(np.array([scores]), matrix(relevant), matrix(hidden), k=k)[0])


@pytest.mark.parametrize(
    ("relevant", "expected"),
    [
        pytest.param([1, 0, 0, 0], 1.0, id="first"),
        pytest.param([0, 1, 0, 0], 1 / log2(3), id="second"),
        pytest.param([0, 0, 0, 1], 1 / log2(5), id="last"),
        pytest.param([1, 1, 0, 0], 1.0, id="first two"),
        # (1/log2 3 + 1/log2 4) / (1 + 1/log2 3) = 1.130930 / 1.630930
        pytest.param([0, 1, 1, 0], 0.693426, id="second and third"),
        pytest.param([1, 1, 1, 1], 1.0, id="all"),
    ],
)
def test_ranks_are_discounted_by_the_logarithm(relevant: list[int], expected: float) -> None:
    assert ndcg([0.9, 0.7, 0.5, 0.1], relevant) == pytest.approx(expected, abs=1e-6)


def test_only_the_first_k_count_and_the_best_list_is_k_long() -> None:
    scores, relevant = [0.9, 0.7, 0.5, 0.1], [0, 1, 1, 1]
    # (1/log2 3) / (1 + 1/log2 3)
    assert ndcg(scores, relevant, k=2) == pytest.approx(0.386853, abs=1e-6)
    assert ndcg(scores, relevant, k=1) == 0.0


def test_what_is_excluded_gives_its_rank_to_the_next() -> None:
    assert ndcg([0.9, 0.7, 0.5, 0.1], [0, 0, 1, 0], [1, 0, 0, 0]) == pytest.approx(1 / log2(3))
    assert ndcg([0.9, 0.7, 0.5, 0.1], [0, 0, 1, 0], [1, 1, 0, 1]) == 1.0


def test_person_without_a_relevant_item_has_no_value() -> None:
    values = ndcg_by_person(np.array([[0.1, 0.2], [0.1, 0.2]]), matrix([0, 0], [0, 1]), matrix([0, 0], [0, 0]))
    assert np.isnan(values[0])
    assert values[1] == 1.0


def test_ties_go_to_the_smaller_row_number() -> None:
    assert ndcg([0.5, 0.5, 0.5], [1, 0, 0]) == 1.0
    assert ndcg([0.5, 0.5, 0.5], [0, 0, 1]) == pytest.approx(1 / log2(4))


def by_loop(scores: FloatArray, relevant: FloatArray, excluded: FloatArray, k: int) -> list[float]:
    values = []
    for row in range(len(scores)):
        allowed = [item for item in range(scores.shape[1]) if not excluded[row, item]]
        ranked = sorted(allowed, key=lambda item: (-scores[row, item], item))[:k]
        gained = sum(1 / log2(rank + 2) for rank, item in enumerate(ranked) if relevant[row, item])
        best = sum(1 / log2(rank + 2) for rank in range(min(k, int(relevant[row].sum()))))
        values.append(gained / best if best else float("nan"))
    return values


@searched
@given(st.integers(0, 10_000), st.integers(1, 14))
def test_block_is_what_a_loop_over_people_gives(seed: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    kinds = rng.choice(3, size=(6, 12), p=[0.6, 0.2, 0.2])
    relevant, excluded = (kinds == 1).astype(np.float64), (kinds == 2).astype(np.float64)
    scores = rng.permutation(72).reshape(6, 12).astype(np.float64)
    found = ndcg_by_person(scores.copy(), sp.csr_matrix(relevant), sp.csr_matrix(excluded), k=k)
    assert found == pytest.approx(by_loop(scores, relevant, excluded, k), nan_ok=True)
