"""A trained ranking of some thousand items made into one of many more, alike in all that an index notices.

A new item has two trained parents. In each block, centred, with w drawn from [1/2, 1] and z drawn from the covariance
of the block,

    v = sqrt(1 - tau) (sqrt(w) a + sqrt(1 - w) b) + sqrt(tau) |a| z / |z|,   then |v| = |a|,

so that directions are new while norms, and on average covariances, stay as they were. b is drawn from those whose
collaborative vectors are about as long as a's: beside a popular item any other would vanish, and each popular item
would be followed by near copies of itself. Popularity is a's, with some noise in its logarithm; the share that was
learned, and the gain as a source, are a's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.engine.interest import FloatArray
from recommender.engine.joint_space import BLOCKS, Block, JointSpace
from recommender.services.ranking_rows import RankingRows

NOISE_SHARE = 0.1
LEAST_SHARE_OF_FIRST_PARENT = 0.5
# How far b may stand from a in the order of lengths, in items.
REACH = 50
POPULARITY_NOISE = 0.1
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
        rng: of second parents, shares and noise.
    """
    scores = _popularity_scores(space, trained, parents, rng)
    vectors = np.empty((len(item_ids), trained.dimension), dtype=np.float32)
    vectors[: len(trained)] = trained.vectors
    second = _second_parents(space, trained, parents, rng)
    roots = {block: _square_root(space.covariance(block)) for block in MIXED}
    for start in range(0, len(parents), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        mixed = _mixed(space, trained.vectors, parents[rows], second[rows], roots, rng)
        stored, _ = space.stored(np.hstack([mixed, scores[rows, None]]))
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


def _mixed(
    space: JointSpace,
    stored: NDArray[np.float32],
    first: NDArray[np.intp],
    second: NDArray[np.intp],
    roots: dict[Block, FloatArray],
    rng: np.random.Generator,
) -> FloatArray:
    """(n, d) natural vectors of the new items, all blocks but popularity."""
    share = rng.uniform(LEAST_SHARE_OF_FIRST_PARENT, 1.0, (len(first), 1))
    parts = []
    for block in MIXED:
        columns = space.columns(block)
        mean = space.means[columns]
        a, b = (space.natural(stored[rows].astype(np.float64), block) - mean for rows in (first, second))
        length = np.linalg.norm(a, axis=1, keepdims=True)
        noise = _with_length(rng.standard_normal(a.shape) @ roots[block], length)
        mixture = np.sqrt(share) * a + np.sqrt(1.0 - share) * b
        parts.append(_with_length(np.sqrt(1.0 - NOISE_SHARE) * mixture + np.sqrt(NOISE_SHARE) * noise, length) + mean)
    return np.hstack(parts)


def _with_length(vectors: FloatArray, length: FloatArray) -> FloatArray:
    scaled: FloatArray = vectors * (length / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12))
    return scaled


def _second_parents(
    space: JointSpace, trained: RankingRows, first: NDArray[np.intp], rng: np.random.Generator
) -> NDArray[np.intp]:
    order = np.argsort(np.linalg.norm(trained.vectors[:, space.columns(Block.COLLABORATIVE)], axis=1), kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    places = np.clip(place[first] + rng.integers(-REACH, REACH + 1, len(first)), 0, len(order) - 1)
    chosen: NDArray[np.intp] = order[places]
    return chosen


def _popularity_scores(
    space: JointSpace, trained: RankingRows, parents: NDArray[np.intp], rng: np.random.Generator
) -> FloatArray:
    """Of whole numbers of interactions, near those of the parents."""
    logs = trained.popularity_scores[parents] * space.popularity_deviation + space.popularity_mean
    counts = np.maximum(np.round(np.expm1(logs + rng.normal(0.0, POPULARITY_NOISE, len(parents)))), 0.0)
    return space.popularity_score(counts)


def _square_root(covariance: FloatArray) -> FloatArray:
    """A symmetric root, so that rows of independent normal numbers times it have the covariance."""
    values, vectors = np.linalg.eigh(covariance)
    root: FloatArray = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    return root
