"""Which interactions are held out: index arithmetic, without any notion of systems or metrics."""

from __future__ import annotations

import numpy as np

from recommender.evaluation.dataset import BoolArray, Dataset, IntArray


def held_out_counts(lengths: IntArray, share: float) -> IntArray:
    """How many of a person's n interactions are test: max(1, floor(share n)).

    Args:
        lengths: (m,) interactions by person, 0 or more.
        share: 0..1.

    Returns:
        (m,); 0 only for people without any.
    """
    counts: IntArray = np.minimum(lengths, np.maximum(1, np.floor(share * lengths)).astype(np.int64))
    return counts


def random_rows(dataset: Dataset, rows: IntArray, share: float, rng: np.random.Generator) -> IntArray:
    """A random part of each person's interactions.

    Args:
        dataset: the data set.
        rows: interaction rows to choose among.
        share: part of each person, 0..1, sized as in `held_out_counts`.
        rng: decides which.

    Returns:
        Chosen rows, ascending.
    """
    shuffled = rng.permutation(np.sort(rows))
    return _last_of_each(dataset, shuffled[np.argsort(dataset.users[shuffled], kind="stable")], share)


def last_rows(dataset: Dataset, rows: IntArray, share: float) -> IntArray:
    """The newest part of each person's interactions, by time, then by order; arguments as for `random_rows`."""
    chosen = np.zeros(len(dataset.users), dtype=np.bool_)
    chosen[rows] = True
    ordered = dataset.oldest_first()
    return _last_of_each(dataset, ordered[chosen[ordered]], share)


def rows_of_cold_items(
    dataset: Dataset,
    likes: BoolArray,
    rows: IntArray,
    *,
    least_likes: int,
    share: float,
    rng: np.random.Generator,
) -> tuple[IntArray, IntArray]:
    """Items that are held out whole, as if they were new.

    Args:
        dataset: the data set.
        likes: (r,) which interactions are likes.
        rows: interaction rows to look at.
        least_likes: only items with so many likes among the rows, so that each can be judged.
        share: part of those items, 0..1; at least one where there is any.
        rng: decides which.

    Returns:
        Item rows and those of `rows` that belong to them, both ascending.
    """
    counts = np.bincount(dataset.items[rows[likes[rows]]], minlength=dataset.n_items)
    eligible = np.flatnonzero(counts >= least_likes)
    cold = np.sort(rng.choice(eligible, size=_at_least_one(len(eligible), share), replace=False))
    return cold, np.sort(rows[np.isin(dataset.items[rows], cold)])


def cold_users(dataset: Dataset, rows: IntArray, *, share: float, rng: np.random.Generator) -> IntArray:
    """People who are held out whole: a share of those who have any of the rows, ascending; at least one."""
    people = np.unique(dataset.users[rows])
    return np.sort(rng.choice(people, size=_at_least_one(len(people), share), replace=False))


def remaining(rows: IntArray, held_out: IntArray) -> IntArray:
    """Rows that are not held out, ascending."""
    return np.setdiff1d(rows, held_out)


def _last_of_each(dataset: Dataset, rows: IntArray, share: float) -> IntArray:
    """Rows are grouped by person; the last ones of each are chosen."""
    users = dataset.users[rows]
    lengths = np.bincount(users, minlength=dataset.n_users)
    ends = np.cumsum(lengths)
    from_end = ends[users] - np.arange(len(rows))
    return np.sort(rows[from_end <= held_out_counts(lengths, share)[users]])


def _at_least_one(count: int, share: float) -> int:
    return min(count, max(1, round(share * count)))
