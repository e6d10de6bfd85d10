from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from recommender.evaluation.dataset import Dataset
from recommender.evaluation.folds import Case, TrainingData
from recommender.evaluation.protocols import Rules
from recommender.evaluation.report import Report, Result
from recommender.evaluation.run import DEPTH, evaluate
from recommender.evaluation.systems.base import Ranking, best_first
from recommender.evaluation.systems.popularity import Popularity
from tests.recommender.evaluation.arranging import dataset_of

PEOPLE = ["alice", "bob", "charlie"]
# Each uses ten items in order; the last two are to be found, 8 and 9 for all of them.
EVENTS = [(user, f"i{time}", 1.0, float(time)) for user in PEOPLE for time in range(10)]


class ByRow:
    """Ranks items by row, the last one or the first one in front; counts what it is asked."""

    def __init__(self, name: str, *, last_first: bool) -> None:
        self.name = name
        self.sign = 1.0 if last_first else -1.0
        self.draws: list[float] = []
        self.known: list[int] = []

    @property
    def settings(self) -> Mapping[str, float | str]:
        return {"sign": self.sign}

    def fit(self, train: TrainingData, rng: np.random.Generator) -> None:
        self.draws.append(float(rng.random()))
        self.known.append(len(train.rows))
        self.n_items = train.n_items

    def rank(self, cases: Sequence[Case], depth: int) -> list[Ranking]:
        assert depth == DEPTH
        return [best_first(self.sign * np.arange(self.n_items), case, depth) for case in cases]


def events(extra_items: int = 5) -> Dataset:
    return dataset_of(EVENTS, items=[f"j{number}" for number in range(extra_items)])


def both() -> list[ByRow]:
    return [ByRow("front", last_first=False), ByRow("back", last_first=True)]


def test_metrics_of_known_rankings() -> None:
    report = evaluate(events(), "last", both(), text_vectors=np.eye(15))
    front, back = report.mean["front"], report.mean["back"]
    # In front stand 8 and 9, which are all that is relevant; at the back the five that nobody used come first.
    assert front["ndcg@10"] == pytest.approx(1.0)
    assert back["ndcg@10"] == pytest.approx((1 / np.log2(7) + 1 / np.log2(8)) / (1 + 1 / np.log2(3)))
    assert [front["mrr"], back["mrr"]] == pytest.approx([1.0, 1 / 6])
    assert (front["recall@20"], back["recall@20"]) == (1.0, 1.0)
    # Seven of the 15 items were not used in train, and nobody is shown another.
    assert front["coverage@10"] == pytest.approx(7 / 15)
    assert front["novelty@10"] == pytest.approx(2.0)
    assert front["intra_list_diversity@10"] == pytest.approx(1.0)


def test_diversity_is_left_out_without_vectors() -> None:
    report = evaluate(events(), "last", both())
    assert set(report.mean["front"]) == {"ndcg@10", "recall@20", "mrr", "hit_rate@10", "novelty@10", "coverage@10"}


def test_systems_are_compared_on_the_same_people() -> None:
    report = evaluate(events(), "last", both())
    (comparison,) = [row for row in report.paired if row.metric == "ndcg@10"]
    assert (comparison.system, comparison.against) == ("back", "front")
    assert comparison.difference == pytest.approx(report.mean["back"]["ndcg@10"] - 1.0)
    # All three people differ by the same, so there is no doubt about it.
    assert comparison.interval == pytest.approx((comparison.difference, comparison.difference))
    assert comparison.p_value == 0.0


def test_difference_and_interval_are_of_the_mean_over_seeds() -> None:
    report = evaluate(mixed(), "random", both(), seeds=(0, 1, 2))
    by_seed = [result.metrics["ndcg@10"] for result in report.results if result.system == "front"]
    assert len(by_seed) == 3
    assert report.mean["front"]["ndcg@10"] == pytest.approx(np.mean(by_seed))
    (comparison,) = [row for row in report.paired if row.metric == "ndcg@10"]
    difference = report.mean["back"]["ndcg@10"] - report.mean["front"]["ndcg@10"]
    assert comparison.difference == pytest.approx(difference)
    assert comparison.interval[0] < difference < comparison.interval[1]
    low, high = report.intervals["front"]["ndcg@10"]
    assert low < report.mean["front"]["ndcg@10"] < high


def test_each_seed_trains_anew_with_random_numbers_of_its_own() -> None:
    systems = both()
    evaluate(mixed(), "random", systems, seeds=(0, 1))
    assert len(systems[0].known) == 2
    assert len({draw for system in systems for draw in system.draws}) == 4


def test_random_numbers_of_a_system_do_not_depend_on_the_others() -> None:
    alone, together = ByRow("back", last_first=True), both()
    evaluate(events(), "last", [alone])
    evaluate(events(), "last", together)
    assert alone.draws == together[1].draws


def test_groups_are_reported_apart() -> None:
    rules = Rules(history_lengths=(1, 3), cold_user_share=0.5)
    report = evaluate(events(), "cold-users", [Popularity()], rules=rules)
    names = set(report.mean["popularity"])
    assert {"ndcg@10,k=1", "ndcg@10,k=3", "coverage@10,k=3", "novelty@10,k=1"} <= names
    assert "ndcg@10" not in names
    assert set(report.intervals["popularity"]) == {name for name in names if not name.startswith("coverage")}


def test_folds_weigh_alike_however_many_people_are_in_them() -> None:
    # alice alone is in fold 1; she is served well by "back" and badly by "front".
    rows = [("alice", "z", 1.0, 0.0), ("alice", "m", 1.0, 1.0)]
    rows += [(user, item, 1.0, 0.0) for user in ("bob", "charlie", "dora") for item in ("a", "m")]
    fold = ["1", ""] + ["2", ""] * 3
    report = evaluate(dataset_of(rows, items=[f"k{number:02}" for number in range(20)], fold=fold), "column", both())
    assert [(result.fold, result.cases) for result in report.results if result.system == "back"] == [("1", 1), ("2", 3)]
    assert report.mean["back"]["ndcg@10"] == pytest.approx(0.5)
    (comparison,) = [row for row in report.paired if row.metric == "ndcg@10"]
    assert comparison.difference == pytest.approx(0.0)


def test_report_is_json_and_the_same_again_but_for_the_seconds() -> None:
    first, second = (_without_seconds(evaluate(events(), "random", both(), seeds=(0, 1))) for _ in range(2))
    assert first == second
    assert first["protocol"] == "random"
    assert [(row["system"], row["seed"], row["fold"], row["settings"]) for row in first["results"]] == [
        ("front", 0, "", {"sign": -1.0}),
        ("back", 0, "", {"sign": 1.0}),
        ("front", 1, "", {"sign": -1.0}),
        ("back", 1, "", {"sign": 1.0}),
    ]
    assert set(first["paired"][0]) == {"system", "against", "metric", "difference", "interval", "p_value"}


def test_number_that_does_not_exist_is_null() -> None:
    report = evaluate(dataset_of(EVENTS[:10], items=["j"]), "last", both())
    # One person proves nothing.
    assert {row["p_value"] for row in _without_seconds(report)["paired"]} == {None}


def test_progress_is_told_each_result() -> None:
    told: list[Result] = []
    report = evaluate(events(), "last", both(), progress=told.append)
    assert told == list(report.results)
    assert all(result.train_seconds >= 0 and result.rank_seconds >= 0 for result in told)


@pytest.mark.parametrize("names", [[], ["front", "front"]])
def test_systems_need_names_of_their_own(names: list[str]) -> None:
    with pytest.raises(ValueError, match="a name of its own"):
        evaluate(events(), "last", [ByRow(name, last_first=True) for name in names])


def mixed() -> Dataset:
    """People of unlike taste, so that no ranking serves them all the same."""
    rng = np.random.default_rng(0)
    return dataset_of(
        [(f"u{user:02}", f"i{item:02}", 1.0, 0.0) for user in range(20) for item in rng.permutation(30)[:8]]
    )


def _without_seconds(report: Report) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(report.as_json(), allow_nan=False))
    for row in plain["results"]:
        del row["train_seconds"], row["rank_seconds"]
    return plain
