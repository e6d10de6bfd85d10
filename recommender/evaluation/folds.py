"""What a protocol makes of a data set: training data, questions, and the answers that are kept apart from both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import sparse

from recommender.evaluation.dataset import BoolArray, Dataset, FloatArray, IntArray

NOTHING: IntArray = np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class History:
    """What is known of a person when asked, oldest first.

    Attributes:
        items: (h,) item rows; an item occurs twice where it was used twice.
        likes: (h,) which of them speak for the person's taste.
        values: (h,) ratings or counts, nan where there are none.
        timestamps: (h,) seconds since 1970, nan where unknown.
    """

    items: IntArray
    likes: BoolArray
    values: FloatArray
    timestamps: FloatArray

    @property
    def liked_items(self) -> IntArray:
        """Item rows of the likes, oldest first, each once, at the place of its last use."""
        latest = dict.fromkeys(int(row) for row in self.items[self.likes][::-1])
        return np.array(list(latest)[::-1], dtype=np.int64)


@dataclass(frozen=True)
class Case:
    """One question: what to recommend to this person now. It does not know the answer.

    Attributes:
        key: unique among the cases of a fold.
        user: the person's row, the same in the training data where the person occurs there.
        history: what may be used to answer.
        excluded: item rows that must not be recommended.
        candidates: item rows to choose from, or None for all n.
        group: cases of different groups are reported apart, such as "k=3"; "" where there is one group.
    """

    key: str
    user: int
    history: History
    excluded: IntArray
    candidates: IntArray | None = None
    group: str = ""


@dataclass(frozen=True)
class TrainingData:
    """What a system may learn from.

    Attributes:
        interactions: all people and items, the t training interactions only.
        rows: (t,) their rows in the data set that was split.
        likes: (t,) which of them are likes.
        validation: a fold made of these rows alone, to choose hyperparameters by; None inside of such a fold.
    """

    interactions: Dataset
    rows: IntArray
    likes: BoolArray
    validation: Fold | None

    @property
    def n_items(self) -> int:
        return self.interactions.n_items

    def like_counts(self) -> IntArray:
        """(n,) how often each item was liked."""
        counts: IntArray = np.bincount(self.interactions.items[self.likes], minlength=self.n_items)
        return counts

    def like_matrix(self) -> sparse.csr_array:
        """(m, n) 1 where a person liked an item, however often."""
        shape = (self.interactions.n_users, self.n_items)
        users, items = self.interactions.users[self.likes], self.interactions.items[self.likes]
        matrix = sparse.csr_array((np.ones(len(users)), (users, items)), shape=shape)
        matrix.data[:] = 1.0
        return matrix


@dataclass(frozen=True)
class Fold:
    """Training data, the cases asked, and by case the rows of the items that are relevant (one or more each)."""

    name: str
    train: TrainingData
    cases: Sequence[Case]
    relevant: Sequence[IntArray]


def split_fold(
    dataset: Dataset,
    likes: BoolArray,
    *,
    train: IntArray,
    test: IntArray,
    name: str = "",
    candidates: IntArray | None = None,
    validation: Fold | None = None,
) -> Fold:
    """A fold that asks each person of the test rows once, with the training rows as the history.

    Args:
        dataset: r interactions.
        likes: (r,) which of them are likes.
        train: rows to learn from.
        test: rows whose likes are to be found.
        name: of the fold.
        candidates: item rows to choose from, or None for all.
        validation: what the training data shall carry.

    Returns:
        Cases by person. What a person has in train is excluded and counts neither as a hit nor as relevant;
        people who are left without a relevant item are not asked.
    """
    histories = histories_by_user(dataset, likes, train)
    targets = _items_by_user(dataset, test[likes[test]])
    cases, answers = [], []
    for user, liked in targets.items():
        history = histories.get(user, EMPTY_HISTORY)
        excluded = np.unique(history.items)
        answer = np.setdiff1d(liked, excluded)
        if len(answer):
            cases.append(Case(dataset.user_ids[user], user, history, excluded, candidates))
            answers.append(answer)
    return Fold(name, training_data(dataset, likes, train, validation), cases, answers)


def training_data(dataset: Dataset, likes: BoolArray, rows: IntArray, validation: Fold | None) -> TrainingData:
    """The given rows of the data set (ascending, so that nothing tells how they were drawn) to learn from."""
    rows = np.sort(rows)
    return TrainingData(dataset.take(rows), rows, likes[rows], validation)


def histories_by_user(dataset: Dataset, likes: BoolArray, rows: IntArray) -> dict[int, History]:
    """By person, what the given interaction rows tell, oldest first; people without any of the rows are left out."""
    chosen = np.zeros(len(dataset.users), dtype=np.bool_)
    chosen[rows] = True
    ordered = dataset.oldest_first()
    return {user: history_of(dataset, likes, own) for user, own in by_user(dataset, ordered[chosen[ordered]])}


def history_of(dataset: Dataset, likes: BoolArray, rows: IntArray) -> History:
    """The given interaction rows, in their order, as a history."""
    return History(dataset.items[rows], likes[rows], dataset.values[rows], dataset.timestamps[rows])


def by_user(dataset: Dataset, rows: IntArray) -> Iterable[tuple[int, IntArray]]:
    """Pairs of person and interaction rows, from rows that are sorted by person."""
    users = dataset.users[rows]
    starts = np.flatnonzero(np.diff(users, prepend=-1))
    bounds = np.append(starts, len(rows)).tolist()
    return [(int(users[start]), rows[start:end]) for start, end in pairwise(bounds)]


def _items_by_user(dataset: Dataset, rows: IntArray) -> dict[int, IntArray]:
    in_order = rows[np.argsort(dataset.users[rows], kind="stable")]
    return {user: np.unique(dataset.items[own]) for user, own in by_user(dataset, in_order)}


EMPTY_HISTORY = History(NOTHING, np.empty(0, dtype=np.bool_), np.empty(0), np.empty(0))
