"""The numbers that a protocol is fixed by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.evaluation.dataset import Dataset


@dataclass(frozen=True)
class Rules:
    """How data sets are cut; the defaults are the ones that published tables of this project use.

    Attributes:
        relevant_from: lowest rating that is a like, where values are ratings.
        test_share: part of each person's interactions that is test (random, last), 0..1.
        cold_item_likes: fewest likes of an item that may be held out whole.
        cold_item_share: part of those items that is held out, 0..1.
        cold_user_share: part of the people who are held out whole, 0..1.
        history_lengths: first likes that are known of a person who was held out, ascending.
        repeats_allowed: whether published next-item questions may be answered with items of the history.
    """

    relevant_from: float = 4.0
    test_share: float = 0.2
    cold_item_likes: int = 20
    cold_item_share: float = 0.2
    cold_user_share: float = 0.2
    history_lengths: tuple[int, ...] = (1, 3, 5, 10)
    repeats_allowed: bool = True


class NotApplicable(ValueError):
    """The data set lacks what the protocol needs. Permanent: another try gives the same."""


def split_rng(seed: int, *, validation: bool) -> np.random.Generator:
    """The generator of a split; the validation split inside train has a stream of its own."""
    return np.random.default_rng([seed, int(validation)])


def all_rows(dataset: Dataset) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.arange(len(dataset.users))
