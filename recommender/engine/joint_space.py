"""One vector an item for everything that ranks it: blocks side by side, padded so that cosine ranks as inner product.

With q_jb the natural vector of item j in block b (collaborative, factors, text, popularity), m_b its mean over the
items and c_b one number a block,

    v_j = [c_b (q_jb - m_b) for each b ; pad_j],   pad_j = sqrt(M^2 - |...|^2),

so |v_j| = M for every item. A person's vector has 0 in the place of the pad and is divided by the same c_b, which
leaves <U, v_j> = sum_b <u_b, q_jb - m_b> as it was: the scales decide only how well an index built for one weighting
serves the others. They give every block equal variance and text six times the deviation, which was measured to lose
least when an operator turns a weight (decision 0007).

Source: Bachrach et al., Speeding Up the Xbox Recommender System Using a Euclidean Transformation for Inner-Product
Spaces (RecSys 2014).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from recommender.engine.implicit_factors import ImplicitSettings
from recommender.engine.interest import FloatArray

TEXT_EMPHASIS = 6.0
# Room for new items whose predicted vector is longer than any that was trained.
HEADROOM = 1.1
# A block whose variance is a smaller share of its mean square is the same for all items but for rounding; magnified to
# the variance of the other blocks, a new item that differs would be longer than anything.
SMALLEST_VARIANCE_SHARE = 1e-10
SMALLEST_DEVIATION = 1e-9


class Block(StrEnum):
    COLLABORATIVE = "collaborative"
    FACTORS = "factors"
    TEXT = "text"
    POPULARITY = "popularity"


BLOCKS = tuple(Block)


@dataclass(frozen=True)
class JointSpace:
    """What turns natural vectors into stored ones and back, and what a person's side is scaled by.

    Attributes:
        dimensions: of the blocks, in the order of `BLOCKS`; popularity has 1.
        means: (d,) m_b of all blocks joined, without the pad.
        scales: (4,) c_b.
        covariances: by block, (d_b, d_b) over the items, in natural units.
        longest: M.
        factor_gram, factor_settings, factor_items: what placing a person among the implicit factors needs.
        popularity_mean, popularity_deviation: of log(1 + interactions) over the items.
    """

    dimensions: tuple[int, int, int, int]
    means: FloatArray
    scales: FloatArray
    covariances: tuple[FloatArray, FloatArray, FloatArray, FloatArray]
    longest: float
    factor_gram: FloatArray
    factor_settings: ImplicitSettings
    factor_items: int
    popularity_mean: float
    popularity_deviation: float

    @property
    def dimension(self) -> int:
        """D, the pad included."""
        return sum(self.dimensions) + 1

    def columns(self, block: Block) -> slice:
        index = BLOCKS.index(block)
        start = sum(self.dimensions[:index])
        return slice(start, start + self.dimensions[index])

    def scale(self, block: Block) -> float:
        return float(self.scales[BLOCKS.index(block)])

    def covariance(self, block: Block) -> FloatArray:
        return self.covariances[BLOCKS.index(block)]

    def natural(self, stored: FloatArray, block: Block) -> FloatArray:
        """(n, d_b) natural vectors out of (n, D) stored ones."""
        columns = self.columns(block)
        vectors: FloatArray = stored[:, columns] / self.scale(block) + self.means[columns]
        return vectors

    def stored(self, natural: FloatArray) -> tuple[FloatArray, int]:
        """(n, d) natural vectors of all blocks joined to (n, D) stored ones, and how many were too long for M.

        A vector longer than M is scaled to it: its direction is kept, its score is smaller than it would be.
        """
        scaled = (natural - self.means) * self._column_scales()
        lengths = np.linalg.norm(scaled, axis=1)
        too_long = lengths > self.longest
        scaled[too_long] *= (self.longest / lengths[too_long])[:, None]
        pad = np.sqrt(np.maximum(self.longest**2 - (scaled**2).sum(axis=1), 0.0))
        return np.hstack([scaled, pad[:, None]]), int(too_long.sum())

    def popularity_score(self, counts: FloatArray) -> FloatArray:
        """z-scored log(1 + n), (n,)."""
        scores: FloatArray = (np.log1p(counts) - self.popularity_mean) / self.popularity_deviation
        return scores

    def _column_scales(self) -> FloatArray:
        return np.repeat(self.scales, self.dimensions)

    def as_arrays(self) -> dict[str, FloatArray]:
        settings = self.factor_settings
        return {
            "dimensions": np.array(self.dimensions),
            "means": self.means,
            "scales": self.scales,
            **{f"covariance_{block}": self.covariance(block).astype(np.float32) for block in BLOCKS},
            "longest": np.array(self.longest),
            "factor_gram": self.factor_gram,
            "factor_settings": np.array(
                [settings.dimension, settings.unobserved_weight, settings.regularisation, settings.frequency_power]
            ),
            "factor_items": np.array(self.factor_items),
            "popularity": np.array([self.popularity_mean, self.popularity_deviation]),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any]) -> JointSpace:
        dimension, *weights = arrays["factor_settings"]
        return cls(
            dimensions=tuple(int(value) for value in arrays["dimensions"]),  # type: ignore[arg-type]  # four of them
            means=arrays["means"],
            scales=arrays["scales"],
            covariances=tuple(arrays[f"covariance_{block}"].astype(np.float64) for block in BLOCKS),
            longest=float(arrays["longest"]),
            factor_gram=arrays["factor_gram"],
            factor_settings=ImplicitSettings(int(dimension), *(float(weight) for weight in weights)),
            factor_items=int(arrays["factor_items"]),
            popularity_mean=float(arrays["popularity"][0]),
            popularity_deviation=float(arrays["popularity"][1]),
        )


def fit_joint_space(
    blocks: Mapping[Block, FloatArray],
    *,
    factor_gram: FloatArray,
    factor_settings: ImplicitSettings,
    factor_items: int,
    counts: FloatArray,
) -> JointSpace:
    """Means, scales, covariances and M of a catalogue.

    Args:
        blocks: (n, d_b) natural vectors by block; without popularity, which is made of `counts`.
        factor_gram, factor_settings, factor_items: of the implicit factors.
        counts: (n,) interactions of each item.
    """
    logs = np.log1p(counts)
    mean = float(_mean(logs))
    spread = float(np.sqrt(_mean((logs - mean) ** 2)))
    deviation = spread if spread > SMALLEST_DEVIATION else 1.0
    scores = (logs - mean) / deviation
    parts = [*(blocks[block] for block in BLOCKS[:-1]), scores[:, None]]
    means = np.concatenate([_mean(part) for part in parts])
    covariances = [_covariance(part) for part in parts]
    scales = [_scale(covariance, block) for covariance, block in zip(covariances, BLOCKS, strict=True)]
    squares = sum(((part - _mean(part)) ** 2).sum(axis=1) * scale**2 for part, scale in zip(parts, scales, strict=True))
    longest = float(np.sqrt(np.max(squares, initial=0.0))) or 1.0
    return JointSpace(
        dimensions=tuple(part.shape[1] for part in parts),
        means=means,
        scales=np.array(scales),
        covariances=tuple(covariances),  # type: ignore[arg-type]  # four of them
        longest=HEADROOM * longest,
        factor_gram=factor_gram,
        factor_settings=factor_settings,
        factor_items=factor_items,
        popularity_mean=mean,
        popularity_deviation=deviation,
    )


def _mean(vectors: FloatArray) -> FloatArray:
    """Over the items; zeros where there are none."""
    mean: FloatArray = vectors.sum(axis=0) / max(len(vectors), 1)
    return mean


def _covariance(vectors: FloatArray) -> FloatArray:
    centred = vectors - _mean(vectors)
    if (centred**2).sum() <= SMALLEST_VARIANCE_SHARE * (vectors**2).sum():
        return np.zeros((vectors.shape[1], vectors.shape[1]))
    covariance: FloatArray = centred.T @ centred / len(vectors)
    return covariance


def _scale(covariance: FloatArray, block: Block) -> float:
    variance = float(np.trace(covariance))
    emphasis = TEXT_EMPHASIS if block is Block.TEXT else 1.0
    return emphasis / float(np.sqrt(variance)) if variance > 0 else 1.0
