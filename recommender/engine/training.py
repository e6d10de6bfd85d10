"""A catalogue's interactions and texts, turned into one vector an item.

The order of things: texts become features (encoder and lexical, `text_features`); interactions become graded evidence
and a normalised matrix; CEASE factors and implicit factors are learned from it; what texts predict of both is mixed in
where an item has few interactions (`text_map`); the blocks are joined and padded (`joint_space`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from recommender.engine.ease_factors import Decomposition, EaseFactors, decompose, ease_factors
from recommender.engine.evidence import Events, Evidence, collapse_events
from recommender.engine.history import KindRule
from recommender.engine.hyperparameters import Hyperparameters
from recommender.engine.implicit_factors import ImplicitFactors, fit_implicit_factors
from recommender.engine.interaction_matrix import NormalisedMatrix, normalised_matrix
from recommender.engine.interest import FloatArray
from recommender.engine.joint_space import Block, JointSpace, fit_joint_space
from recommender.engine.lexical import LexicalModel, fit_lexical
from recommender.engine.text_features import TextProjection, fit_projection
from recommender.engine.text_map import TextMap, fit_text_map, learned_share


@dataclass(frozen=True)
class TrainingData:
    """What is learned from.

    events: oldest first; rules: what their kinds say; encoded: (n, d_e) vectors of the items' texts, rows of zeros
    where an item has none; texts: n.
    """

    user_count: int
    events: Events
    rules: Sequence[KindRule]
    encoded: FloatArray
    texts: Sequence[str]

    @property
    def item_count(self) -> int:
        return len(self.texts)


@dataclass(frozen=True)
class NewItemSettings:
    """How new items enter: gain on what their text predicts, and kappa, the interactions that weigh as much as it."""

    gain: float = 1.5
    hand_over: float = 1.0


@dataclass(frozen=True)
class TextBlock:
    """The lexical model, the projection and the items' features (n, d)."""

    lexical: LexicalModel
    projection: TextProjection
    features: FloatArray


@dataclass(frozen=True)
class TrainedRanking:
    """A trained version: the space, one stored vector (n, D) an item, and what new items and words need.

    Attributes:
        source_gains: (n,) what makes a collaborative source of a target.
        counts: (n,) pairs of each item.
        popularity: (n,) log(1 + count) over its largest, 0..1.
        learned: (n,) share of the learned vector, 0 for an item without interactions.
        too_long: items whose vector had to be shortened to M.
    """

    space: JointSpace
    text: TextBlock
    text_map: TextMap
    vectors: FloatArray
    source_gains: FloatArray
    counts: FloatArray
    popularity: FloatArray
    popularity_scores: FloatArray
    learned: FloatArray
    too_long: int


def fit_text(data: TrainingData, chosen: Hyperparameters) -> TextBlock:
    """Features of all items; items without an encoder vector have their lexical half alone."""
    lexical = fit_lexical(data.texts, dimension=chosen.lexical_dimension)
    lexical_vectors = lexical.transform(data.texts)
    encoded = np.asarray(data.encoded, dtype=np.float64)
    projection = fit_projection(encoded, lexical_vectors, dimension=chosen.text_dimension)
    return TextBlock(lexical, projection, projection.of_items(encoded, lexical_vectors))


def unit_rows(vectors: FloatArray) -> FloatArray:
    """Rows scaled to length 1; rows of zeros stay."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    units: FloatArray = vectors / np.where(lengths > 0, lengths, 1.0)
    return units


def graded_matrix(evidence: Evidence, shape: tuple[int, int], chosen: Hyperparameters) -> NormalisedMatrix:
    return normalised_matrix(
        evidence.users,
        evidence.items,
        evidence.graded(chosen.presence),
        shape=shape,
        item_power=chosen.item_power,
        user_power=chosen.user_power,
    )


def fit_decomposition(matrix: sp.csr_matrix, features: FloatArray, chosen: Hyperparameters) -> Decomposition:
    return decompose(matrix, unit_rows(features), side_weight=chosen.side_weight, rank=chosen.rank)


def fit_factors(
    evidence: Evidence, shape: tuple[int, int], chosen: Hyperparameters, *, rng: np.random.Generator
) -> ImplicitFactors:
    """Implicit factors of the graded, not normalised evidence: iALS regularises by frequency itself."""
    values = evidence.graded(chosen.presence).astype(np.float32)
    matrix = sp.csr_matrix((values, (evidence.users, evidence.items)), shape=shape)
    matrix.eliminate_zeros()
    return fit_implicit_factors(matrix, chosen.implicit, rng=rng)


def train(
    data: TrainingData, chosen: Hyperparameters, new_items: NewItemSettings, *, rng: np.random.Generator
) -> TrainedRanking:
    """Learn a version from everything there is.

    Args:
        data: interactions and texts; either may be empty.
        chosen: hyperparameters, usually picked by `tuning.tune`.
        new_items: how items with few interactions stand.
        rng: of the implicit factors' start.
    """
    text = fit_text(data, chosen)
    evidence = collapse_events(data.events, data.rules)
    shape = (max(data.user_count, 1), data.item_count)
    counts = np.bincount(evidence.items, minlength=data.item_count).astype(np.float64)
    normalised = graded_matrix(evidence, shape, chosen)
    ease = ease_factors(fit_decomposition(normalised.matrix, text.features, chosen), ridge=chosen.ridge)
    implicit = fit_factors(evidence, shape, chosen, rng=rng)
    return assemble(ease, implicit, text, counts, normalised.item_scales, chosen, new_items)


def assemble(
    ease: EaseFactors,
    implicit: ImplicitFactors,
    text: TextBlock,
    counts: FloatArray,
    item_scales: FloatArray,
    chosen: Hyperparameters,
    new_items: NewItemSettings,
) -> TrainedRanking:
    """Mix in what texts predict, join the blocks, store the vectors."""
    width = ease.targets.shape[1]
    learned_vectors = np.hstack([ease.targets, implicit.items.astype(np.float64)])
    units = unit_rows(text.features)
    text_map = fit_text_map(units, learned_vectors, counts, ridge=chosen.map_ridge)
    share = learned_share(counts, hand_over=new_items.hand_over)
    predicted = new_items.gain * text_map.predict(units)
    mixed = share[:, None] * learned_vectors + (1 - share[:, None]) * predicted
    blocks = {Block.COLLABORATIVE: mixed[:, :width], Block.FACTORS: mixed[:, width:], Block.TEXT: text.features}
    space = fit_joint_space(
        blocks,
        factor_gram=implicit.gram.astype(np.float64),
        factor_settings=implicit.settings,
        factor_items=implicit.item_count,
        counts=counts,
    )
    scores = space.popularity_score(counts)
    vectors, too_long = space.stored(np.hstack([*blocks.values(), scores[:, None]]))
    logs = np.log1p(counts)
    return TrainedRanking(
        space=space,
        text=text,
        text_map=text_map,
        vectors=vectors,
        source_gains=ease.source_gains * item_scales,
        counts=counts,
        popularity=logs / (float(logs.max(initial=0.0)) or 1.0),
        popularity_scores=scores,
        learned=share,
        too_long=too_long,
    )
