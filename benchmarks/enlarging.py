"""A trained ranking of some thousand items made into one of many more, alike in all that an index notices.

A new item takes after a trained parent a, and is as near to it as trained items are to their nearest neighbours. In
each block, centred, with m(a) the mean of the items whose collaborative vectors are about as long as a's (they are
about as popular), c a nearest neighbour's cosine drawn from the trained items', and r_1, ..., r_K items drawn from
those about as long as a, each less its own mean,

    v = m(a) + c (a - m(a)) + sqrt(1 - c^2) |a - m(a)| z / |z|,   z = sum_k g_k r_k,  g_k normal,   then |v| = |a|.

So norms stay as they were, and so do covariances, also among the popular alone. A nearer relative would be a copy of
what somebody liked, and EASE in factor form, whose diagonal is not zero, would fill that person's list with copies.
Popularity is a's, with some noise in its logarithm; the share that was learned, and the gain as a source, are a's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.engine.interest import FloatArray
from recommender.engine.joint_space import BLOCKS, Block, JointSpace
from recommender.services.ranking_rows import RankingRows

# How far items that are about as long as another may stand from it in the order of lengths, in items.
REACH = 50
# How many of them a new item's own part is mixed of.
MIXED_ITEMS = 16
POPULARITY_NOISE = 0.1
# So many items tell how near the nearest neighbours are.
SAMPLE = 1_000
ROWS_AT_ONCE = 20_000
MIXED = BLOCKS[:-1]


@dataclass(frozen=True)
class Drift:
    """How a block of the enlarged ranking differs from the trained one: 0 is not at all.

    variance: of the trace of the covariance, as a share of it; covariance: in the Frobenius norm, likewise.
    """

    variance: float
    covariance: float


def first_parents(trained_count: int, count: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """(count - trained_count,) rows of the trained items that new ones take after, each equally often, up to one."""
    wanted = count - trained_count
    rounds = [rng.permutation(trained_count) for _ in range(-(-wanted // trained_count))]
    return np.concatenate([np.zeros(0, dtype=np.intp), *rounds])[:wanted]


def enlarge(
    space: JointSpace,
    trained: RankingRows,
    parents: NDArray[np.intp],
    item_ids: NDArray[np.int64],
    rng: np.random.Generator,
) -> RankingRows:
    """The trained items, as they are, and a new one for each of `parents`.

    Args:
        space: of the trained version.
        trained: n items, their vectors as stored.
        parents: (N - n,) rows of `trained`.
        item_ids: (N,), the trained items' own first.
        rng: of closeness, of what new items have of their own, and of popularity.
    """
    scores = _popularity_scores(space, trained, parents, rng)
    vectors = np.empty((len(item_ids), trained.dimension), dtype=np.float32)
    vectors[: len(trained)] = trained.vectors
    relatives = {block: _relatives(space, trained, block) for block in MIXED}
    closeness = _closeness(relatives, rng)
    place = _places(space, trained)
    for start in range(0, len(parents), ROWS_AT_ONCE):
        rows = parents[start : start + ROWS_AT_ONCE]
        # One draw for all blocks: who is near by taste is often near by text.
        drawn = rng.integers(0, len(closeness[MIXED[0]]), len(rows))
        others = _others(place, rows, rng)
        gains = rng.standard_normal(others.shape)
        mixed = [_mixed(relatives[block], rows, others, gains, closeness[block][drawn]) for block in MIXED]
        natural = np.hstack(
            [part + space.means[space.columns(block)] for block, part in zip(MIXED, mixed, strict=True)]
        )
        stored, _ = space.stored(np.hstack([natural, scores[start : start + len(rows), None]]))
        vectors[len(trained) + start : len(trained) + start + len(stored)] = stored
    top = float(np.max(trained.popularity_scores)) - space.popularity_score(np.zeros(1))[0]
    popularity = np.clip((scores - space.popularity_score(np.zeros(1))) / max(top, 1e-12), 0.0, 1.0)
    return RankingRows(
        item_ids=item_ids,
        vectors=vectors,
        source_gains=np.concatenate([trained.source_gains, trained.source_gains[parents]]),
        popularity=np.concatenate([trained.popularity, popularity.astype(np.float32)]),
        popularity_scores=np.concatenate([trained.popularity_scores, scores.astype(np.float32)]),
        learned=np.concatenate([trained.learned, trained.learned[parents]]),
    )


def drift(space: JointSpace, trained: RankingRows, enlarged: RankingRows) -> dict[Block, Drift]:
    """By block, popularity included."""
    return {block: _drift(trained.vectors, enlarged.vectors, space.columns(block)) for block in BLOCKS}


def _drift(before: NDArray[np.float32], after: NDArray[np.float32], columns: slice) -> Drift:
    old, new = (np.atleast_2d(np.cov(vectors[:, columns], rowvar=False)) for vectors in (before, after))
    size, variance = float(np.linalg.norm(old)), float(np.trace(old))
    if size == 0:
        return Drift(0.0, 0.0)
    return Drift(float(np.trace(new)) / variance - 1.0, float(np.linalg.norm(new - old)) / size)


@dataclass(frozen=True)
class _Relatives:
    """A block of the trained items, centred: all of it (n, d), and the mean of those about as long (n, d)."""

    vectors: FloatArray
    means: FloatArray


def _relatives(space: JointSpace, trained: RankingRows, block: Block) -> _Relatives:
    vectors = space.natural(trained.vectors.astype(np.float64), block) - space.means[space.columns(block)]
    place = _places(space, trained)
    sums = np.vstack([np.zeros(vectors.shape[1]), np.cumsum(vectors[np.argsort(place)], axis=0)])
    first, last = np.maximum(place - REACH, 0), np.minimum(place + REACH + 1, len(place))
    return _Relatives(vectors, (sums[last] - sums[first]) / (last - first)[:, None])


def _places(space: JointSpace, trained: RankingRows) -> NDArray[np.intp]:
    """(n,) where each item stands in the order of the lengths of collaborative vectors."""
    order = np.argsort(np.linalg.norm(trained.vectors[:, space.columns(Block.COLLABORATIVE)], axis=1), kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return place


def _others(place: NDArray[np.intp], rows: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.intp]:
    """(n, K) items about as long as those of `rows`."""
    order = np.argsort(place)
    steps = rng.integers(-REACH, REACH + 1, (len(rows), MIXED_ITEMS))
    chosen: NDArray[np.intp] = order[np.clip(place[rows][:, None] + steps, 0, len(order) - 1)]
    return chosen


def _closeness(relatives: dict[Block, _Relatives], rng: np.random.Generator) -> dict[Block, FloatArray]:
    """By block, for a sample of items, the cosine to the nearest other one, both less their means."""
    count = len(relatives[MIXED[0]].vectors)
    sample = rng.permutation(count)[:SAMPLE]
    found = {}
    for block, block_relatives in relatives.items():
        units = _with_length(block_relatives.vectors - block_relatives.means, np.ones((count, 1)))
        cosines = units[sample] @ units.T
        cosines[np.arange(len(sample)), sample] = -1.0
        found[block] = np.clip(cosines.max(axis=1), 0.0, 1.0)
    return found


def _mixed(
    relatives: _Relatives,
    rows: NDArray[np.intp],
    others: NDArray[np.intp],
    gains: FloatArray,
    closeness: FloatArray,
) -> FloatArray:
    """(n, d) centred vectors of new items in one block."""
    own = relatives.vectors[rows] - relatives.means[rows]
    new = np.zeros_like(own)
    for column in range(others.shape[1]):
        of_column = others[:, column]
        new += gains[:, column, None] * (relatives.vectors[of_column] - relatives.means[of_column])
    new = _with_length(new, np.linalg.norm(own, axis=1, keepdims=True))
    near = closeness[:, None]
    vectors = relatives.means[rows] + near * own + np.sqrt(1.0 - near**2) * new
    return _with_length(vectors, np.linalg.norm(relatives.vectors[rows], axis=1, keepdims=True))


def _with_length(vectors: FloatArray, length: FloatArray) -> FloatArray:
    scaled: FloatArray = vectors * (length / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12))
    return scaled


def _popularity_scores(
    space: JointSpace, trained: RankingRows, parents: NDArray[np.intp], rng: np.random.Generator
) -> FloatArray:
    """Of whole numbers of interactions, near those of the parents."""
    logs = trained.popularity_scores[parents] * space.popularity_deviation + space.popularity_mean
    counts = np.maximum(np.round(np.expm1(logs + rng.normal(0.0, POPULARITY_NOISE, len(parents)))), 0.0)
    return space.popularity_score(counts)
