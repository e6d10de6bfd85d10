"""Protocol `cold-users`: people who were not there when the systems learned, after their first likes."""

from __future__ import annotations

import numpy as np

from recommender.evaluation.dataset import BoolArray, Dataset, IntArray, relevant
from recommender.evaluation.folds import Case, Fold, by_user, history_of, training_data
from recommender.evaluation.protocols.rules import NotApplicable, Rules, all_rows, split_rng
from recommender.evaluation.splits import cold_users


def cold_user_folds(dataset: Dataset, seed: int, rules: Rules) -> list[Fold]:
    """One fold: a share of the people is held out whole; validation holds out others of the rest.

    A person's likes are taken in the order of time. The first k are the history, for each k of
    `rules.history_lengths`; relevant are those after the longest history, the same for every k, so that a longer
    history changes what is known and not what is asked. People without a like after that are not asked.

    Raises: NotApplicable where no held-out person has enough likes.
    """
    likes, rows = relevant(dataset.values, rules.relevant_from), all_rows(dataset)
    people = cold_users(dataset, rows, share=rules.cold_user_share, rng=split_rng(seed, validation=False))
    train = rows[~np.isin(dataset.users, people)]
    others = cold_users(dataset, train, share=rules.cold_user_share, rng=split_rng(seed, validation=True))
    validation = _fold(dataset, likes, train, others, rules, None, "validation")
    fold = _fold(dataset, likes, rows, people, rules, validation, "")
    if not fold.cases:
        raise NotApplicable(f"no person who was held out has more than {max(rules.history_lengths)} likes")
    return [fold]


def _fold(
    dataset: Dataset,
    likes: BoolArray,
    rows: IntArray,
    people: IntArray,
    rules: Rules,
    validation: Fold | None,
    name: str,
) -> Fold:
    held_out = np.isin(dataset.users[rows], people)
    cases: list[Case] = []
    answers: list[IntArray] = []
    chosen = np.zeros(len(dataset.users), dtype=np.bool_)
    chosen[rows[held_out]] = True
    ordered = dataset.oldest_first()
    longest = max(rules.history_lengths)
    for user, own in by_user(dataset, ordered[chosen[ordered] & likes[ordered]]):
        later = np.setdiff1d(dataset.items[own[longest:]], dataset.items[own[:longest]])
        for length in rules.history_lengths if len(later) else ():
            history, group = history_of(dataset, likes, own[:length]), f"k={length}"
            key, excluded = f"{dataset.user_ids[user]},{group}", np.unique(history.items)
            cases.append(Case(key, user, history, excluded, group=group))
            answers.append(later)
    return Fold(name, training_data(dataset, likes, rows[~held_out], validation), cases, answers)
