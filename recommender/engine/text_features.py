"""The text block: an encoder's vectors joined with lexical ones, turned to their main directions.

With e the encoder's unit vector of a text and l its lexical vector, m_e and m_l their means over the catalogue and
t_e, t_l their root mean square distances from them,

    f(text) = P' [(e - m_e) / t_e ; rho (l - m_l) / t_l]          (an item)
    s(text) = P' [e / t_e ; rho l / t_l]                          (a person's own words)

with P the leading principal directions. What all texts of a catalogue share says nothing about taste, so items are
centred; a wish is not one of the texts that the mean was made of, so words are not. Catalogues of fewer than 200 items
are not centred at all: the mean of a handful of texts is made of those texts themselves. A row of zeros is an item
without an encoder's vector, or without a known n-gram: it has no part in means and spreads, and that half of it stays
zero, which is the place of an item that says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.linalg import eigh

from recommender.engine.interest import FloatArray

MINIMUM_ITEMS_FOR_CENTRING = 200
# How much the lexical half counts beside the encoder's.
LEXICAL_SHARE = 0.7


@dataclass(frozen=True)
class TextProjection:
    """Means and spreads of both halves, and P (d_e + d_l, d)."""

    encoder_mean: FloatArray
    lexical_mean: FloatArray
    encoder_spread: float
    lexical_spread: float
    directions: FloatArray

    @property
    def dimension(self) -> int:
        return int(self.directions.shape[1])

    def of_items(self, encoded: FloatArray, lexical: FloatArray) -> FloatArray:
        """f of n items: (n, d_e) and (n, d_l) to (n, d)."""
        return self._project(_centred(encoded, self.encoder_mean), _centred(lexical, self.lexical_mean))

    def of_words(self, encoded: FloatArray, lexical: FloatArray) -> FloatArray:
        """s of one text: (d_e,) and (d_l,) to (d,)."""
        words: FloatArray = self._project(encoded[None], lexical[None])[0]
        return words

    def _project(self, encoded: FloatArray, lexical: FloatArray) -> FloatArray:
        joined = np.hstack([encoded / self.encoder_spread, LEXICAL_SHARE * lexical / self.lexical_spread])
        projected: FloatArray = joined @ self.directions
        return projected

    def as_arrays(self) -> dict[str, FloatArray]:
        return {
            "encoder_mean": self.encoder_mean,
            "lexical_mean": self.lexical_mean,
            "spreads": np.array([self.encoder_spread, self.lexical_spread]),
            "directions": self.directions.astype(np.float32),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any]) -> TextProjection:
        encoder_spread, lexical_spread = (float(value) for value in arrays["spreads"])
        return cls(
            arrays["encoder_mean"],
            arrays["lexical_mean"],
            encoder_spread,
            lexical_spread,
            arrays["directions"].astype(np.float64),
        )


def fit_projection(encoded: FloatArray, lexical: FloatArray, *, dimension: int) -> TextProjection:
    """Learn means, spreads and directions from a catalogue.

    Args:
        encoded: (n, d_e), rows of length 1, or of zeros where an item has none.
        lexical: (n, d_l).
        dimension: d at most; fewer where the texts do not span as many. d_e, d_l and so d may be 0.
    """
    encoder_mean, encoder_spread = _mean_and_spread(encoded)
    lexical_mean, lexical_spread = _mean_and_spread(lexical)
    size = encoded.shape[1] + lexical.shape[1]
    halves = TextProjection(encoder_mean, lexical_mean, encoder_spread, lexical_spread, np.eye(size))
    if size == 0:
        return halves
    joined = halves.of_items(encoded, lexical)
    values, directions = eigh(joined.T @ joined, subset_by_index=[max(size - dimension, 0), size - 1])
    spanned = values > 1e-9 * max(float(values[-1]), 1e-12)
    chosen = np.ascontiguousarray(directions[:, spanned][:, ::-1])
    return TextProjection(encoder_mean, lexical_mean, encoder_spread, lexical_spread, chosen)


def _mean_and_spread(vectors: FloatArray) -> tuple[FloatArray, float]:
    """Of the rows that are not zeros: their mean where they are many enough, and their root mean square distance."""
    known = vectors[vectors.any(axis=1)]
    mean = known.mean(axis=0) if len(known) >= MINIMUM_ITEMS_FOR_CENTRING else np.zeros(vectors.shape[1])
    if len(known) == 0:
        return mean, 1.0
    return mean, float(np.sqrt(((known - mean) ** 2).sum(axis=1).mean())) or 1.0


def _centred(vectors: FloatArray, mean: FloatArray) -> FloatArray:
    centred: FloatArray = np.where(vectors.any(axis=1, keepdims=True), vectors - mean, 0.0)
    return centred
