"""Protocol `cold-items`: items that nobody has used yet are ranked among themselves."""

from __future__ import annotations

import numpy as np

from recommender.evaluation.dataset import BoolArray, Dataset, IntArray, relevant
from recommender.evaluation.folds import Fold, split_fold
from recommender.evaluation.protocols.rules import NotApplicable, Rules, all_rows, split_rng
from recommender.evaluation.splits import remaining, rows_of_cold_items


def cold_item_folds(dataset: Dataset, seed: int, rules: Rules) -> list[Fold]:
    """One fold: a share of the liked items is held out with all their rows; validation holds out others of the rest.

    Raises: NotApplicable where no item has as many likes as the rules ask for.
    """
    likes, rows = relevant(dataset.values, rules.relevant_from), all_rows(dataset)
    cold, test = _held_out(dataset, likes, rows, split_rng(seed, validation=False), rules)
    if not len(cold):
        raise NotApplicable(f"no item has {rules.cold_item_likes} likes or more, so none can be held out and judged")
    train = remaining(rows, test)
    others, held_out = _held_out(dataset, likes, train, split_rng(seed, validation=True), rules)
    left = remaining(train, held_out)
    validation = split_fold(dataset, likes, train=left, test=held_out, name="validation", candidates=others)
    return [split_fold(dataset, likes, train=train, test=test, candidates=cold, validation=validation)]


def _held_out(
    dataset: Dataset, likes: BoolArray, rows: IntArray, rng: np.random.Generator, rules: Rules
) -> tuple[IntArray, IntArray]:
    return rows_of_cold_items(
        dataset, likes, rows, least_likes=rules.cold_item_likes, share=rules.cold_item_share, rng=rng
    )
