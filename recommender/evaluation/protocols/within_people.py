"""Protocols `random` and `last`: a part of each person's interactions is to be found from the rest."""

from __future__ import annotations

from recommender.evaluation.dataset import BoolArray, Dataset, IntArray, relevant
from recommender.evaluation.folds import Fold, split_fold
from recommender.evaluation.protocols.rules import Rules, all_rows, split_rng
from recommender.evaluation.splits import last_rows, random_rows, remaining


def random_folds(dataset: Dataset, seed: int, rules: Rules) -> list[Fold]:
    """One fold: a random share of each person's rows is test, the validation split takes the same share of the rest."""
    likes, rows = relevant(dataset.values, rules.relevant_from), all_rows(dataset)
    test = random_rows(dataset, rows, rules.test_share, split_rng(seed, validation=False))
    train = remaining(rows, test)
    validation = random_validation(dataset, likes, train, seed, rules)
    return [split_fold(dataset, likes, train=train, test=test, validation=validation)]


def last_folds(dataset: Dataset, seed: int, rules: Rules) -> list[Fold]:
    """One fold: each person's newest share is test; the seed changes nothing about the split."""
    likes, rows = relevant(dataset.values, rules.relevant_from), all_rows(dataset)
    test = last_rows(dataset, rows, rules.test_share)
    train = remaining(rows, test)
    validation = last_validation(dataset, likes, train, rules)
    return [split_fold(dataset, likes, train=train, test=test, validation=validation)]


def random_validation(dataset: Dataset, likes: BoolArray, train: IntArray, seed: int, rules: Rules) -> Fold:
    """A random share of each person's training rows is to be found from the others."""
    held_out = random_rows(dataset, train, rules.test_share, split_rng(seed, validation=True))
    return split_fold(dataset, likes, train=remaining(train, held_out), test=held_out, name="validation")


def last_validation(dataset: Dataset, likes: BoolArray, train: IntArray, rules: Rules) -> Fold:
    """Each person's newest share of the training rows is to be found from the older ones."""
    held_out = last_rows(dataset, train, rules.test_share)
    return split_fold(dataset, likes, train=remaining(train, held_out), test=held_out, name="validation")
