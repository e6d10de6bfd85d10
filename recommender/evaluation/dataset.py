"""A data set in plain arrays: who did what with which item, and what the items say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

Part = Literal["train", "valid", "test"]


@dataclass(frozen=True)
class EvalCase:
    """A next-item question that the data set itself poses; histories are item rows, oldest first."""

    part: Part
    user: int
    history: tuple[int, ...]
    target: int


@dataclass(frozen=True)
class Dataset:
    """r interactions of m people with n items; row numbers stand for ids everywhere below.

    Equal scores are ordered by item row, so items are given in the order of their ids.

    Attributes:
        item_ids: n ids, each once.
        user_ids: m ids, each once.
        item_titles: n titles.
        item_texts: n texts, what an encoder is shown of an item.
        users: (r,) rows of `user_ids`.
        items: (r,) rows of `item_ids`.
        values: (r,) ratings, counts or a constant; nan where there is none.
        timestamps: (r,) seconds since 1970; nan where unknown.
        order: (r,) place within the person's sequence, lower is older; decides where times are equal or unknown.
        fold: r labels of published folds, "" for a row that is in none; None where the data set has no such column.
        split: r labels train, valid or test; None where the data set has no such column.
        eval_cases: published next-item questions, of all parts.
    """

    item_ids: Sequence[str]
    user_ids: Sequence[str]
    item_titles: Sequence[str]
    item_texts: Sequence[str]
    users: IntArray
    items: IntArray
    values: FloatArray
    timestamps: FloatArray
    order: IntArray
    fold: Sequence[str] | None = None
    split: Sequence[str] | None = None
    eval_cases: tuple[EvalCase, ...] = field(default=())

    def __post_init__(self) -> None:
        """Raises ValueError where lengths differ or a row number points outside."""
        if any(len(texts) != self.n_items for texts in (self.item_titles, self.item_texts)):
            raise ValueError("item_ids, item_titles and item_texts have one entry an item")
        columns = [self.items, self.values, self.timestamps, self.order, self.fold, self.split]
        if any(len(column) != len(self.users) for column in columns if column is not None):
            raise ValueError("every column of interactions has one entry an interaction")
        for rows, count, name in ((self.users, self.n_users, "user"), (self.items, self.n_items, "item")):
            if len(rows) and not (rows.min() >= 0 and rows.max() < count):
                raise ValueError(f"{name} rows lie in 0..{count - 1}")

    @property
    def n_items(self) -> int:
        return len(self.item_ids)

    @property
    def n_users(self) -> int:
        return len(self.user_ids)

    @property
    def has_ratings(self) -> bool:
        """Whether values say how much an item was liked: more than one distinct value occurs."""
        return len(np.unique(self.values[~np.isnan(self.values)])) > 1

    def take(self, rows: IntArray) -> Dataset:
        """The same people and items with only these interactions, in this order, and without published questions."""
        return replace(
            self,
            users=self.users[rows],
            items=self.items[rows],
            values=self.values[rows],
            timestamps=self.timestamps[rows],
            order=self.order[rows],
            fold=None if self.fold is None else [self.fold[row] for row in rows.tolist()],
            split=None if self.split is None else [self.split[row] for row in rows.tolist()],
            eval_cases=(),
        )

    def oldest_first(self) -> IntArray:
        """(r,) interaction rows by person, within a person by time, then order, then row; unknown times come first."""
        times = np.where(np.isnan(self.timestamps), -np.inf, self.timestamps)
        rows: IntArray = np.lexsort((self.order, times, self.users))
        return rows


def relevant(values: FloatArray, relevant_from: float) -> BoolArray:
    """Which values say that an item was liked.

    Args:
        values: (r,) values; where they are no ratings (at most one distinct value), every event counts.
        relevant_from: the lowest rating that is a like.

    Returns:
        (r,) flags. A missing rating among ratings is no like.
    """
    if len(np.unique(values[~np.isnan(values)])) <= 1:
        return np.ones(len(values), dtype=np.bool_)
    likes: BoolArray = values >= relevant_from
    return likes


def with_frequent_items(dataset: Dataset, min_item_ratings: int) -> Dataset:
    """Drop the items that too few people rated, with all their interactions.

    Args:
        dataset: the data set as read.
        min_item_ratings: fewest interactions an item must have, 0 or more.

    Returns:
        Rows of items renumbered, in the same order; people keep their rows. A data set without ratings comes
        back as it is: there, rare items are what a recommender is asked to find.
    """
    if not dataset.has_ratings:
        return dataset
    counts = np.bincount(dataset.items, minlength=dataset.n_items)
    kept = np.flatnonzero(counts >= min_item_ratings)
    new_rows = np.full(dataset.n_items, -1, dtype=np.int64)
    new_rows[kept] = np.arange(len(kept))
    reduced = dataset.take(np.flatnonzero(new_rows[dataset.items] >= 0))
    return replace(
        reduced,
        item_ids=[dataset.item_ids[row] for row in kept.tolist()],
        item_titles=[dataset.item_titles[row] for row in kept.tolist()],
        item_texts=[dataset.item_texts[row] for row in kept.tolist()],
        items=new_rows[reduced.items],
        eval_cases=tuple(
            replace(case, history=tuple(int(row) for row in new_rows[list(case.history)] if row >= 0), target=target)
            for case in dataset.eval_cases
            if (target := int(new_rows[case.target])) >= 0
        ),
    )
