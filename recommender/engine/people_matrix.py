"""Many people's interests at once, as directions: what finds the like-minded, and whom an item suits.

The same U(u) as `joint_interest` makes for one person of a history alone, without popularity, which says nothing of
anybody in particular, and scaled to length 1. With X (m, n) the evidence and W (m, n) the tastes of m people for n
items, both sparse, and v_i = [c_b (q_i - m_b)] the stored vectors,

    collaborative   X diag(g) Q_C = X diag(g) (V_C / c_C + 1 m_C')
    text            W diag(1/|f|) Q_T

are two sparse products for all of them; the implicit factors are one small solve each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from recommender.engine.history import ItemWeight
from recommender.engine.implicit_factors import person_factors
from recommender.engine.interest import SMALLEST_NORM, FloatArray
from recommender.engine.joint_interest import BlockWeights
from recommender.engine.joint_space import Block, JointSpace


@dataclass(frozen=True)
class ItemMatrix:
    """n items of a version.

    rows: each item's row by its id. stored: (n, D) stored vectors, single precision will do. gains: (n,) source gains.
    """

    rows: Mapping[int, int]
    stored: FloatArray | np.typing.NDArray[np.float32]
    gains: FloatArray


def people_matrix(
    space: JointSpace, histories: Sequence[Sequence[ItemWeight]], items: ItemMatrix, *, block_weights: BlockWeights
) -> FloatArray:
    """Directions of m people's interests.

    Args:
        space: the trained space.
        histories: m weighed histories; items that the version does not have are passed over.
        items: the version's.
        block_weights: w_b; words and popularity are left out.

    Returns:
        (m, D) rows of length 1, 0 in the places of popularity and of the pad; rows of zeros for people who like
        nothing that a weighted block knows.
    """
    known = [[weight for weight in history if weight.item_id in items.rows] for history in histories]
    people = np.zeros((len(histories), space.dimension))
    evidence = _sparse(known, items, [[weight.evidence for weight in history] for history in known])
    tastes = _sparse(known, items, [[weight.weight for weight in history] for history in known])
    chosen = np.unique(evidence.indices)
    if not len(chosen):
        return people
    # Only what is in one of the histories is turned back to natural vectors.
    evidence, tastes = evidence[:, chosen], tastes[:, chosen]
    stored = np.asarray(items.stored[chosen], dtype=np.float64)
    sources = space.natural(stored, Block.COLLABORATIVE) * items.gains[chosen, None]
    features = space.natural(stored, Block.TEXT)
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    units = np.where(lengths > SMALLEST_NORM, features / np.maximum(lengths, SMALLEST_NORM), 0.0)
    natural = {
        Block.COLLABORATIVE: evidence @ sources,
        Block.FACTORS: _placed(space, evidence, space.natural(stored, Block.FACTORS)),
        Block.TEXT: tastes @ units,
    }
    weights = (block_weights.collaborative, block_weights.factors, block_weights.text)
    for (block, vectors), weight in zip(natural.items(), weights, strict=True):
        people[:, space.columns(block)] = _standardised(space, block, vectors, weight)
    likes = [any(weight.evidence > 0 or weight.weight > 0 for weight in history) for history in known]
    people[~np.array(likes, dtype=bool)] = 0.0
    norms = np.linalg.norm(people, axis=1, keepdims=True)
    directions: FloatArray = people / np.where(norms > 0, norms, 1.0)
    return directions


def _sparse(
    histories: Sequence[Sequence[ItemWeight]], items: ItemMatrix, values: Sequence[Sequence[float]]
) -> sp.csr_matrix:
    """(m, n); zeros are stored too, so that both matrices know the same items."""
    columns = np.array([items.rows[weight.item_id] for history in histories for weight in history], dtype=np.int64)
    ends = np.concatenate([[0], np.cumsum([len(history) for history in histories], dtype=np.int64)])
    numbers = np.array([value for row in values for value in row], dtype=np.float64)
    return sp.csr_matrix((numbers, columns, ends), shape=(len(histories), len(items.stored)))


def _placed(space: JointSpace, evidence: sp.csr_matrix, factors: FloatArray) -> FloatArray:
    """(m, d) people's places among the implicit factors; what was not liked is unobserved there."""
    placed = np.zeros((evidence.shape[0], factors.shape[1]))
    if not factors.shape[1]:
        return placed
    for person in range(evidence.shape[0]):
        own = slice(evidence.indptr[person], evidence.indptr[person + 1])
        confidences, rows = evidence.data[own], evidence.indices[own]
        positive = confidences > 0
        if positive.any():
            placed[person] = person_factors(
                factors[rows[positive]],
                confidences[positive],
                space.factor_gram,
                space.factor_settings,
                item_count=space.factor_items,
            )
    return placed


def _standardised(space: JointSpace, block: Block, vectors: FloatArray, weight: float) -> FloatArray:
    """Rows scaled so that a person's scores in this block deviate by `weight` over the catalogue."""
    squares = np.einsum("md,md->m", vectors @ space.covariance(block), vectors)
    deviations = np.sqrt(np.maximum(squares, 0.0))
    says_something = deviations > SMALLEST_NORM
    factors = np.where(says_something, weight / np.where(says_something, deviations, 1.0) / space.scale(block), 0.0)
    scaled: FloatArray = vectors * factors[:, None]
    return scaled
