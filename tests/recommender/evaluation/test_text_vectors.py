from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from recommender.evaluation.text_vectors import centred, unit


def test_unit_rows_have_length_one_unless_they_are_zero() -> None:
    assert unit(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist() == [[0.6, 0.8], [0.0, 0.0]]


def test_centred_rows_have_lost_what_they_share() -> None:
    # Lengths must not weigh: (0, 2) counts as (0, 1). The mean is (1/2, 1/2).
    rows = centred(np.array([[1.0, 0.0], [0.0, 2.0]]))
    assert rows == pytest.approx(np.array([[1, -1], [-1, 1]]) / sqrt(2))
    assert centred(np.empty((0, 3))).shape == (0, 3)
