"""From an item's text to where the collaborative models would have put it: how a new item is found at all.

    q_j = gain [f_j ; 1]' W,   W = argmin sum_i v_i |q_i - [f_i ; 1]' W|^2 + ridge |W|^2,   v_i = sqrt(popularity_i)

As interactions arrive the prediction gives way: an item with n of them stands at n/(n + kappa) of what was learned
and kappa/(n + kappa) of what its text predicts. With a growing ridge the slope of W turns to F' diag(v) Q, up to its
length: a mean of all learned vectors, weighted by the cosine of their texts, which small catalogues rank better by.

Source: ridge regression from content to factors as in Gantner et al., Learning Attribute-to-Feature Mappings for
Cold-Start Recommendations (ICDM 2010); hand-over by n/(n + kappa) as in empirical Bayes shrinkage.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve

from recommender.engine.interest import FloatArray


@dataclass(frozen=True)
class TextMap:
    """W (d + 1, q); its last row belongs to the constant."""

    coefficients: FloatArray

    def predict(self, features: FloatArray) -> FloatArray:
        """(n, d) features to (n, q) predicted vectors, without gain."""
        predicted: FloatArray = features @ self.coefficients[:-1] + self.coefficients[-1]
        return predicted


def fit_text_map(features: FloatArray, targets: FloatArray, counts: FloatArray, *, ridge: float) -> TextMap:
    """Weighted ridge regression.

    Args:
        features: (n, d) text features, rows of length 1.
        targets: (n, q) learned vectors.
        counts: (n,) interactions; items without any teach nothing.
        ridge: > 0, in units of the mean weighted squared feature column.

    Returns:
        A map whose predictions are shorter than what was learned: an uncertain guess should not outshine what is known.
    """
    weights = np.sqrt(np.maximum(counts, 0.0))
    total = float(weights.sum())
    if total == 0:
        return TextMap(np.zeros((features.shape[1] + 1, targets.shape[1])))
    centre = weights @ targets / total
    feature_centre = weights @ features / total
    centred = features - feature_centre
    weighted = centred * weights[:, None]
    system = weighted.T @ centred
    strength = ridge * max(float(np.trace(system)) / max(len(system), 1), 1e-12)
    system[np.diag_indices_from(system)] += strength
    slope = solve(system, weighted.T @ (targets - centre), assume_a="pos")
    return TextMap(np.vstack([slope, centre - feature_centre @ slope]))


def learned_share(counts: FloatArray, *, hand_over: float) -> FloatArray:
    """n / (n + kappa), (n,): how far an item's own interactions speak for it."""
    share: FloatArray = np.where(counts > 0, counts / np.maximum(counts + hand_over, 1e-12), 0.0)
    return share
