"""An interest made again from U(u) itself: the terms of its additive blocks are the history's vectors, up to a factor.

What makes an interest dear is reading and weighing a history, the solve among the implicit factors and, where there
are words, the encoder. None of it is needed a second time: with the same items and weights the rows

    collaborative   x_i g_i t_i          text   w_i f_i / |f_i|

add up to the blocks of U(u) but for one factor each, the weight over the deviation of scores, and that is read off the
blocks: c = <U_b, sum of rows> / |sum of rows|^2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.engine.history import ItemWeight
from recommender.engine.interest import SMALLEST_NORM, FloatArray
from recommender.engine.joint_interest import JointInterest
from recommender.engine.joint_space import Block, JointSpace

# Of each vector: what sums of doubles differ by in another order, and far below what half precision can tell apart.
SAME_PROBE = 1e-12


@dataclass(frozen=True)
class InterestCore:
    """What an interest is made again from, beside the vectors of its history.

    vector: (D,) U(u). statement: (d_text,) what the words add to its text block, or None. prior: the weight of
    popularity. weights: the h items of the history that had a vector, newest first. speaks: whether they have a say.
    """

    vector: FloatArray
    statement: FloatArray | None
    prior: float
    weights: tuple[ItemWeight, ...]
    speaks: bool


def restored_interest(core: InterestCore, space: JointSpace, stored: FloatArray, gains: FloatArray) -> JointInterest:
    """The interest again.

    Args:
        core: what was kept of it.
        space: the trained space.
        stored: (h, D) stored vectors in the order of the weights, float64, unchanged since (`history_probe`).
        gains: (h,) their source gains.

    Returns:
        U(u) to the bit; its terms to rounding, about 1e-15 of them.
    """
    weights = core.weights if core.speaks else ()
    if not weights:
        empty = [np.zeros((0, space.dimensions[block])) for block in (0, 2)]
        return JointInterest(space, core.vector, (), empty[0], empty[1], core.statement, core.prior)
    evidence = np.array([weight.evidence for weight in weights])
    tastes = np.array([weight.weight for weight in weights])
    sources = space.natural(stored, Block.COLLABORATIVE)
    sources *= (gains * evidence)[:, None]
    features = space.natural(stored, Block.TEXT)
    lengths = np.linalg.norm(features, axis=1)
    features *= np.where(lengths > SMALLEST_NORM, tastes / np.maximum(lengths, SMALLEST_NORM), 0.0)[:, None]
    text = core.vector[space.columns(Block.TEXT)]
    return JointInterest(
        space,
        core.vector,
        weights,
        _scaled_to(sources, core.vector[space.columns(Block.COLLABORATIVE)]),
        _scaled_to(features, text if core.statement is None else text - core.statement),
        core.statement,
        core.prior,
    )


def history_probe(stored: FloatArray, gains: FloatArray) -> float:
    """One number that is another one when a vector, a gain, or their order changes.

    Args:
        stored: (h, D) stored vectors, float64.
        gains: (h,) source gains.
    """
    if not len(stored):
        return 0.0
    along = np.cos(np.arange(1.0, stored.shape[1] + 1))
    return float(np.sin(np.arange(1.0, len(stored) + 1)) @ (stored @ along + gains))


def same_probe(one: float, other: float, *, size: int) -> bool:
    """Whether two probes of h = `size` vectors are of the same ones."""
    return abs(one - other) <= SAME_PROBE * max(1.0, float(size))


def _scaled_to(rows: FloatArray, total: FloatArray) -> FloatArray:
    """Rows times the factor by which their sum is the total; zeros where there is nothing to scale."""
    summed = rows.sum(axis=0)
    square = float(summed @ summed)
    if square == 0:
        return np.zeros_like(rows)
    rows *= float(total @ summed) / square
    return rows
