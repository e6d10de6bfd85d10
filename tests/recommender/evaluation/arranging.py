"""Small data sets, histories and cases, written down row by row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recommender.evaluation.dataset import Dataset, EvalCase, IntArray
from recommender.evaluation.folds import Case, Fold, History, TrainingData, training_data

Row = tuple[str, str, float, float]


def rows_of(*items: int) -> IntArray:
    return np.array(items, dtype=np.int64)


def dataset_of(
    rows: Sequence[Row],
    *,
    items: Sequence[str] = (),
    fold: Sequence[str] | None = None,
    split: Sequence[str] | None = None,
    eval_cases: tuple[EvalCase, ...] = (),
) -> Dataset:
    """Rows are person, item, value, time; people and items are numbered by name, items beyond the rows may be given."""
    user_ids = sorted({row[0] for row in rows})
    item_ids = sorted({row[1] for row in rows} | set(items))
    return Dataset(
        item_ids=item_ids,
        user_ids=user_ids,
        item_titles=[f"The {item}" for item in item_ids],
        item_texts=[f"About {item}" for item in item_ids],
        users=rows_of(*(user_ids.index(row[0]) for row in rows)),
        items=rows_of(*(item_ids.index(row[1]) for row in rows)),
        values=np.array([row[2] for row in rows], dtype=np.float64),
        timestamps=np.array([row[3] for row in rows], dtype=np.float64),
        order=np.arange(len(rows)),
        fold=fold,
        split=split,
        eval_cases=eval_cases,
    )


def likes_of(table: Sequence[Sequence[int]]) -> Dataset:
    """Events without ratings from a table of people and items, 1 where a person has used an item."""
    rows = [
        (f"u{user:03}", f"i{item:03}", 1.0, float(item))
        for user, row in enumerate(table)
        for item, flag in enumerate(row)
        if flag
    ]
    return dataset_of(rows, items=[f"i{item:03}" for item in range(len(table[0]))])


def train_on(table: Sequence[Sequence[int]], validation: Fold | None = None) -> TrainingData:
    """All events of such a table, to learn from."""
    dataset = likes_of(table)
    rows = np.arange(len(dataset.users))
    return training_data(dataset, np.ones(len(rows), dtype=np.bool_), rows, validation)


def history_of_items(*items: int, likes: Sequence[bool] | None = None) -> History:
    unknown = np.full(len(items), np.nan)
    flags = np.ones(len(items), dtype=np.bool_) if likes is None else np.array(likes, dtype=np.bool_)
    return History(rows_of(*items), flags, unknown, unknown)


def case_of(
    *items: int, key: str = "alice", user: int = 0, candidates: IntArray | None = None, group: str = ""
) -> Case:
    """A person who likes these items, and must not be shown them."""
    history = history_of_items(*items)
    return Case(key, user, history, np.unique(history.items), candidates, group)
