"""Protocol `column`: the split that a data set was published with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from recommender.evaluation.dataset import BoolArray, Dataset, EvalCase, FloatArray, IntArray, relevant
from recommender.evaluation.folds import NOTHING, Case, Fold, History, split_fold, training_data
from recommender.evaluation.protocols.rules import NotApplicable, Rules, all_rows
from recommender.evaluation.protocols.within_people import last_validation, random_validation


def column_folds(dataset: Dataset, seed: int, rules: Rules) -> list[Fold]:
    """Published next-item questions where there are any, else one fold a label of `fold`, else the `split` column.

    Raises: NotApplicable where the data set has none of the three.
    """
    if any(case.part == "test" for case in dataset.eval_cases):
        return [_questions(dataset, rules)]
    if dataset.fold is not None and any(dataset.fold):
        return _labelled_folds(dataset, dataset.fold, seed, rules)
    if dataset.split is not None and "test" in dataset.split:
        return [_split_column(dataset, dataset.split, rules)]
    raise NotApplicable("the data set has no published questions, no column `fold` and no column `split`")


def _labelled_folds(dataset: Dataset, column: Sequence[str], seed: int, rules: Rules) -> list[Fold]:
    """A label's rows are test, all others train; validation holds out the next label's rows, one label alone a random
    share."""
    likes, rows, labels = relevant(dataset.values, rules.relevant_from), all_rows(dataset), np.array(column)
    names = sorted({label for label in column if label}, key=lambda label: (len(label), label))
    folds = []
    for place, name in enumerate(names):
        test, train = rows[labels == name], rows[labels != name]
        following = names[(place + 1) % len(names)]
        validation = (
            random_validation(dataset, likes, train, seed, rules)
            if following == name
            else _held_out(dataset, likes, train, labels[train] == following)
        )
        folds.append(split_fold(dataset, likes, train=train, test=test, name=name, validation=validation))
    return folds


def _split_column(dataset: Dataset, column: Sequence[str], rules: Rules) -> Fold:
    """Train and valid rows are learned from, after hyperparameters were chosen on the valid ones."""
    likes, rows, labels = relevant(dataset.values, rules.relevant_from), all_rows(dataset), np.array(column)
    train, test = rows[labels != "test"], rows[labels == "test"]
    in_validation = labels[train] == "valid"
    validation = (
        _held_out(dataset, likes, train, in_validation)
        if in_validation.any()
        else last_validation(dataset, likes, train, rules)
    )
    return split_fold(dataset, likes, train=train, test=test, validation=validation)


def _questions(dataset: Dataset, rules: Rules) -> Fold:
    """One case a published question. Learned from is what is not part of the test: by the `split` column where there is
    one, else everything but the pairs of person and item that are asked for."""
    likes, rows = relevant(dataset.values, rules.relevant_from), all_rows(dataset)
    train = rows[~_is_part(dataset, "test")]
    in_validation = _is_part(dataset, "valid")[train]
    cases, answers = _cases(dataset.eval_cases, "valid", dataset.user_ids, rules)
    validation = (
        Fold("validation", training_data(dataset, likes, train[~in_validation], None), cases, answers)
        if cases
        else last_validation(dataset, likes, train, rules)
    )
    cases, answers = _cases(dataset.eval_cases, "test", dataset.user_ids, rules)
    return Fold("", training_data(dataset, likes, train, validation), cases, answers)


def _is_part(dataset: Dataset, part: str) -> BoolArray:
    """(r,) which interactions belong to a part."""
    if dataset.split is not None and part in dataset.split:
        return np.array([label == part for label in dataset.split], dtype=np.bool_)
    asked = {(case.user, case.target) for case in dataset.eval_cases if case.part == part}
    pairs = zip(dataset.users.tolist(), dataset.items.tolist(), strict=True)
    return np.fromiter((pair in asked for pair in pairs), dtype=np.bool_, count=len(dataset.users))


def _cases(
    questions: Iterable[EvalCase], part: str, user_ids: Sequence[str], rules: Rules
) -> tuple[list[Case], list[IntArray]]:
    cases, answers = [], []
    for number, question in enumerate(question for question in questions if question.part == part):
        items = np.array(question.history, dtype=np.int64)
        excluded = NOTHING if rules.repeats_allowed else np.unique(items)
        if question.target in excluded:
            continue
        key = f"{user_ids[question.user]},{number}"
        cases.append(Case(key, question.user, _all_liked(items), excluded))
        answers.append(np.array([question.target], dtype=np.int64))
    return cases, answers


def _all_liked(items: IntArray) -> History:
    unknown: FloatArray = np.full(len(items), np.nan)
    return History(items, np.ones(len(items), dtype=np.bool_), unknown, unknown)


def _held_out(dataset: Dataset, likes: BoolArray, rows: IntArray, held_out: BoolArray) -> Fold:
    return split_fold(dataset, likes, train=rows[~held_out], test=rows[held_out], name="validation")
