"""A person in the joint space: U(u) by blocks, and the exact sum that a score R(u, j) = <U(u), v_j> is made of.

    collaborative   C = sum_i x_i g_i t_i                 x_i graded evidence, g_i t_i the source of item i (EASE)
    factors         F = the person's iALS factors          one small solve; not a sum over items
    text            T = sum_i w_i f_i / |f_i|              w_i signed weight of item i, f_i its text features
    words           S = s                                  the text features of the person's own words

Each is divided by the deviation of its scores over the catalogue, d(b) = sqrt(b' Cov b), so that weights compare like
with like:

    U = (1 - beta) (w_C C/d(C) + w_F F/d(F) + w_T T/d(T)) + beta w_S S/d(S) + w_P(n) e_popularity

beta is the share of the words where there is a history too. The popularity prior w_P(n) = w_0 + w_prior (k/(n + k))^2
falls with the number n of items that speak for something: little is known of a newcomer, and the crowd's taste is the
best guess until there is more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from recommender.engine.history import ItemWeight
from recommender.engine.implicit_factors import person_factors
from recommender.engine.interest import SMALLEST_NORM, FloatArray
from recommender.engine.joint_space import Block, JointSpace

# More would drown the graph in the least popular items: recall of the index falls.
LOWEST_POPULARITY_WEIGHT = -0.3


@dataclass(frozen=True)
class BlockWeights:
    """Weights of the blocks, in deviations of a person's scores.

    `prior` at `prior_half` items of history counts a quarter; `words_count_as` items is what own words are worth there.
    """

    collaborative: float = 1.0
    factors: float = 0.4
    text: float = 0.1
    statement: float = 1.0
    popularity: float = 0.0
    prior: float = 2.5
    prior_half: float = 5.0
    words_count_as: float = 20.0


@dataclass(frozen=True)
class JointItem:
    """An item's stored vector (D,) and the gain that makes its collaborative source of its target."""

    vector: FloatArray
    source_gain: float


@dataclass(frozen=True)
class JointInterest:
    """U(u) (D,) in stored units, and what its additive blocks are sums of.

    Attributes:
        vector: U, 0 in the place of the pad.
        weights: the h items of the history that have a vector, in the order given.
        collaborative, text: (h, d_b) what each item adds to the block, in stored units; they add up to it.
        statement: (d_text,) what the words add to the text block, or None.
        prior: how heavily popularity counts.
    """

    space: JointSpace
    vector: FloatArray
    weights: tuple[ItemWeight, ...]
    collaborative: FloatArray
    text: FloatArray
    statement: FloatArray | None
    prior: float = field(default=0.0)

    @property
    def has_history(self) -> bool:
        return bool(self.weights)

    @property
    def has_statement(self) -> bool:
        return self.statement is not None


@dataclass(frozen=True)
class JointScores:
    """Scores of n items, split exactly.

    Attributes:
        parts: by name, (n,); they add up to <U, v_j>.
        by_item: (n, h), what each item of the history adds by the additive blocks, collaborative and text.
    """

    parts: dict[str, FloatArray]
    by_item: FloatArray

    @property
    def total(self) -> FloatArray:
        total: FloatArray = np.sum(list(self.parts.values()), axis=0)
        return total


def joint_interest(
    space: JointSpace,
    weights: Sequence[ItemWeight],
    items: Mapping[int, JointItem],
    statement: FloatArray | None,
    *,
    block_weights: BlockWeights,
    statement_share: float,
) -> JointInterest | None:
    """U(u), or None where nothing is known that a weighted block could use.

    Args:
        space: the trained space.
        weights: of the history, newest first; items without a vector are passed over.
        items: stored vectors by item id.
        statement: (d_text,) features of the person's own words, or None.
        block_weights: w_b and the prior.
        statement_share: beta, 0..1.
    """
    known = tuple(weight for weight in weights if weight.item_id in items)
    likes_something = any(weight.evidence > 0 or weight.weight > 0 for weight in known)
    words = None if statement is None or statement_share <= 0 else _words(space, statement, block_weights.statement)
    share = 0.0 if words is None else statement_share if likes_something else 1.0
    words = None if words is None else share * words
    history = known if likes_something and share < 1 else ()
    stored = np.stack([items[w.item_id].vector for w in history]) if history else np.zeros((0, space.dimension))
    gains = np.array([items[weight.item_id].source_gain for weight in history])
    collaborative = _collaborative(space, history, stored, gains, (1 - share) * block_weights.collaborative)
    text = _text(space, history, stored, (1 - share) * block_weights.text)
    vector = np.zeros(space.dimension)
    vector[space.columns(Block.COLLABORATIVE)] = collaborative.sum(axis=0)
    vector[space.columns(Block.FACTORS)] = _factors(space, history, stored, (1 - share) * block_weights.factors)
    vector[space.columns(Block.TEXT)] = text.sum(axis=0) + (0.0 if words is None else words)
    if not vector.any():
        return None
    speaking = sum(1.0 for weight in known if weight.evidence > 0)
    prior = _prior(block_weights, speaking + (0.0 if words is None else block_weights.words_count_as))
    vector[space.columns(Block.POPULARITY)] = prior / space.scale(Block.POPULARITY)
    return JointInterest(space, vector, history, collaborative, text, words, prior)


def joint_scores(interest: JointInterest, stored: FloatArray, item_ids: Sequence[int] = ()) -> JointScores:
    """Scores of items, by parts and by items of the history.

    Args:
        interest: U(u).
        stored: (n, D) stored vectors.
        item_ids: (n,) whose they are; an item of the history then adds nothing to its own score, as the zero diagonal
            of EASE wants it. Left out where seen items cannot come back.

    Returns:
        Parts "collaborative", "factors", "text", "statement", "popularity" (those that the person has); they add up
        to <U, v_j>, less what an item would say for itself. The implicit factors are one part: no share of theirs
        belongs to one item of the history.
    """
    space = interest.space
    from_collaborative = stored[:, space.columns(Block.COLLABORATIVE)] @ interest.collaborative.T
    from_text = stored[:, space.columns(Block.TEXT)] @ interest.text.T
    places = {weight.item_id: place for place, weight in enumerate(interest.weights)}
    for row, item_id in enumerate(item_ids):
        if item_id in places:
            from_collaborative[row, places[item_id]] = from_text[row, places[item_id]] = 0.0
    parts: dict[str, FloatArray] = {}
    if interest.has_history:
        parts["collaborative"] = from_collaborative.sum(axis=1)
        columns = space.columns(Block.FACTORS)
        parts["factors"] = stored[:, columns] @ interest.vector[columns]
        parts["text"] = from_text.sum(axis=1)
    if interest.statement is not None:
        parts["statement"] = stored[:, space.columns(Block.TEXT)] @ interest.statement
    columns = space.columns(Block.POPULARITY)
    parts["popularity"] = stored[:, columns] @ interest.vector[columns]
    return JointScores(parts, from_collaborative + from_text)


def _prior(weights: BlockWeights, speaking: float) -> float:
    """w_P(n), never below the lowest."""
    falling = weights.prior * (weights.prior_half / (weights.prior_half + speaking)) ** 2
    return max(weights.popularity + falling, LOWEST_POPULARITY_WEIGHT)


def _words(space: JointSpace, statement: FloatArray, weight: float) -> FloatArray | None:
    """S, or None where the words say nothing that tells items of this catalogue apart."""
    words: FloatArray = _standardised(space, Block.TEXT, statement[None], weight)[0]
    return words if words.any() else None


def _collaborative(
    space: JointSpace, known: Sequence[ItemWeight], stored: FloatArray, gains: FloatArray, weight: float
) -> FloatArray:
    evidence = np.array([item.evidence for item in known])
    sources = space.natural(stored, Block.COLLABORATIVE) * (gains * evidence)[:, None]
    return _standardised(space, Block.COLLABORATIVE, sources, weight)


def _text(space: JointSpace, known: Sequence[ItemWeight], stored: FloatArray, weight: float) -> FloatArray:
    features = space.natural(stored, Block.TEXT)
    lengths = np.linalg.norm(features, axis=1)
    tastes = np.array([item.weight for item in known])
    factors = np.where(lengths > SMALLEST_NORM, tastes / np.maximum(lengths, SMALLEST_NORM), 0.0)
    return _standardised(space, Block.TEXT, features * factors[:, None], weight)


def _factors(space: JointSpace, known: Sequence[ItemWeight], stored: FloatArray, weight: float) -> FloatArray:
    """Dislikes have no place in the model of implicit feedback: what was not liked is unobserved there."""
    columns = space.columns(Block.FACTORS)
    evidence = np.array([item.evidence for item in known])
    positive = evidence > 0
    if weight == 0 or not positive.any() or columns.stop == columns.start:
        return np.zeros(space.dimensions[1])
    placed = person_factors(
        space.natural(stored[positive], Block.FACTORS),
        evidence[positive],
        space.factor_gram,
        space.factor_settings,
        item_count=space.factor_items,
    )
    factors: FloatArray = _standardised(space, Block.FACTORS, placed[None], weight)[0]
    return factors


def _standardised(space: JointSpace, block: Block, vectors: FloatArray, weight: float) -> FloatArray:
    """Rows that add up to a block's vector, scaled so that its scores deviate by `weight` over the catalogue."""
    total = vectors.sum(axis=0)
    covariance = space.covariance(block)
    deviation = float(np.sqrt(max(total @ covariance @ total, 0.0)))
    # Rows that cancel leave rounding. Measured against the rows: a history that has faded still has its direction.
    uncancelled = float(np.sqrt((vectors**2).sum() * np.trace(covariance)))
    if deviation <= SMALLEST_NORM * uncancelled or weight == 0:
        return np.zeros_like(vectors)
    scaled: FloatArray = vectors * (weight / deviation / space.scale(block))
    return scaled
