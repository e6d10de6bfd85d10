"""How sure a mean is, and how sure a difference: bootstrap and paired test over people.

A person may be asked more than once (next-item cases, seeds, folds), and the answers to one person are alike. So
people are what is drawn again, with all their cases, and what a test counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from recommender.evaluation.dataset import FloatArray, IntArray

RESAMPLES = 1_000
LEVEL = 0.95

# Resamples times people in memory at once.
CELLS_A_BLOCK = 5_000_000


@dataclass(frozen=True)
class PersonSums:
    """Cases added up by person; a mean over cases is sum(sums) / sum(weights).

    Attributes:
        sums: (p, q) weighted values of q quantities.
        weights: (p, q) weights of the cases that have a value.
    """

    sums: FloatArray
    weights: FloatArray

    @property
    def means(self) -> FloatArray:
        """(q,) nan where no case has a value."""
        return _ratio(self.sums.sum(axis=0), self.weights.sum(axis=0))


def person_sums(values: FloatArray, people: IntArray, weights: FloatArray) -> PersonSums:
    """Add cases up by person.

    Args:
        values: (c, q) by case; nan is left out.
        people: (c,) who was asked, any numbers.
        weights: (c,) >= 0.

    Returns:
        p rows, one a person, in the order of their numbers.
    """
    known = ~np.isnan(values)
    numbers, rows = np.unique(people, return_inverse=True)
    sums, totals = np.zeros((2, len(numbers), values.shape[1]))
    np.add.at(sums, rows, np.where(known, values, 0.0) * weights[:, None])
    np.add.at(totals, rows, known * weights[:, None])
    return PersonSums(sums, totals)


def bootstrap_intervals(
    cases: PersonSums, rng: np.random.Generator, *, resamples: int = RESAMPLES, level: float = LEVEL
) -> FloatArray:
    """Percentile intervals of the means.

    Args:
        cases: of p people, q quantities; all quantities are drawn together.
        rng: draws p people with replacement, `resamples` times.
        resamples: 1 or more.
        level: share of resampled means inside, 0..1.

    Returns:
        (2, q) lower and upper ends; nan where a quantity has no value.

    Source: Efron and Tibshirani, "An introduction to the bootstrap", 1993, chapter 13 (percentile), section 8.5
    (clusters).
    """
    people, quantities = cases.sums.shape
    if not people:
        return np.full((2, quantities), np.nan)
    means = []
    for start in range(0, resamples, step := max(1, CELLS_A_BLOCK // people)):
        size = min(step, resamples - start)
        counts = rng.multinomial(people, np.full(people, 1 / people), size=size).astype(np.float64)
        means.append(_ratio(counts @ cases.sums, counts @ cases.weights))
    tail = (1 - level) / 2
    drawn = np.concatenate(means)
    ends: FloatArray = np.full((2, quantities), np.nan)
    some = ~np.isnan(drawn).all(axis=0)
    ends[:, some] = np.nanquantile(drawn[:, some], [tail, 1 - tail], axis=0)
    return ends


def paired_p_values(differences: PersonSums) -> FloatArray:
    """Two-sided p-values that the mean differences are 0.

    Args:
        differences: of p people, q differences of two systems on the same cases.

    Returns:
        (q,) 0..1; nan for fewer than two people. Where all people have the same weight this is the paired t-test;
        else the variance of the ratio of sums is linearised.

    Source: Student's paired t-test, recommended by Smucker, Allan and Carterette, CIKM 2007; for ratios Cochran,
    "Sampling techniques", 1977, section 6.3 (delta method).
    """
    people = len(differences.sums)
    if people < 2:
        return np.full(differences.sums.shape[1], np.nan)
    means = differences.means
    residuals = differences.sums - means * differences.weights
    errors = residuals.std(axis=0, ddof=1) / np.sqrt(people) / differences.weights.mean(axis=0)
    # Where everybody differs by the same, rounding is all that is left of the error.
    certain = errors <= 1e-12 * np.maximum(1.0, np.abs(means))
    t = np.divide(np.abs(means), errors, out=np.zeros_like(means), where=~certain)
    p_values: FloatArray = np.where(certain, (means == 0).astype(np.float64), 2 * stats.t.sf(t, people - 1))
    return np.where(np.isnan(means), np.nan, p_values)


def _ratio(sums: FloatArray, weights: FloatArray) -> FloatArray:
    return np.divide(sums, weights, out=np.full_like(sums, np.nan), where=weights > 0)
