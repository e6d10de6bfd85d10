"""Embeddings of item texts made comparable."""

from __future__ import annotations

import numpy as np

from recommender.evaluation.dataset import FloatArray


def unit(vectors: FloatArray) -> FloatArray:
    """(n, d) rows scaled to length 1; rows of length 0 stay as they are."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: FloatArray = vectors / np.where(norms > 0, norms, 1.0)
    return scaled


def centred(vectors: FloatArray) -> FloatArray:
    """(n, d) unit rows minus their mean, scaled to length 1 again.

    Source: Mu and Viswanath, "All-but-the-Top", ICLR 2018, section 2: the common mean says nothing about an item.
    """
    scaled = unit(vectors)
    return unit(scaled - scaled.mean(axis=0)) if len(scaled) else scaled
