"""evaluate FOLDER: options, report, what is kept."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from catalog.models import Catalog
from recommender.engine.settings import FilterSettings, ScoringSettings
from recommender.models import EvaluationRun, RankingModel, Scenario, Slate
from recommender.services.scoring_configs import create_version
from tests.catalog.importing.reading import write
from tests.recommender.services.evaluation_arranging import write_world

pytestmark = pytest.mark.django_db


def run(folder: Path, *arguments: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("evaluate", str(folder), *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def report_of(folder: Path, *arguments: str) -> Any:
    run(folder, *arguments, "--json", str(folder / "report.json"))
    return json.loads((folder / "report.json").read_text(encoding="utf-8"))


def test_report_tells_results_means_and_comparisons(tmp_path: Path) -> None:
    arguments = ("--protocol", "random", "--systems", "popularity,genre", "--seeds", "2")
    report = report_of(write_world(tmp_path), *arguments)
    assert [(row["system"], row["seed"]) for row in report["results"]] == [
        ("popularity", 0),
        ("genre", 0),
        ("popularity", 1),
        ("genre", 1),
    ]
    assert all(row["train_seconds"] >= 0 for row in report["results"])
    named = {"ndcg@10", "recall@20", "mrr", "hit_rate@10", "coverage@10", "novelty@10", "intra_list_diversity@10"}
    assert set(report["results"][0]["metrics"]) == set(report["mean"]["genre"]) == named
    by_seed = [row["metrics"]["ndcg@10"] for row in report["results"] if row["system"] == "genre"]
    assert report["mean"]["genre"]["ndcg@10"] == pytest.approx(sum(by_seed) / 2)
    compared = {(row["system"], row["against"], row["metric"]) for row in report["paired"]}
    assert ("genre", "popularity", "ndcg@10") in compared
    assert report["mean"]["genre"]["ndcg@10"] > report["mean"]["popularity"]["ndcg@10"]


def test_only_the_run_is_kept(tmp_path: Path, catalog: Catalog) -> None:
    report = report_of(write_world(tmp_path), "--protocol", "last", "--systems", "genre", "--note", "before the change")
    stored = EvaluationRun.objects.get()
    assert stored.report == report
    assert (stored.dataset, stored.protocol, stored.seeds, stored.systems, stored.note) == (
        tmp_path.name,
        "last",
        [0],
        ["genre"],
        "before the change",
    )
    assert list(Catalog.objects.all()) == [catalog]
    assert RankingModel.objects.count() == Slate.objects.count() == 0


def test_tables_show_each_system_and_how_far_the_last_one_is_ahead(tmp_path: Path) -> None:
    out, err = run(write_world(tmp_path), "--protocol", "random", "--systems", "popularity,itemknn")
    lines = [line.split() for line in out.splitlines() if line.strip()]
    means = {line[0]: line[1] for line in lines if len(line) > 8}
    stored = EvaluationRun.objects.get()
    assert means["popularity"] == f"{stored.report['mean']['popularity']['ndcg@10']:.4f}"
    assert means["itemknn"] == f"{stored.report['mean']['itemknn']['ndcg@10']:.4f}"
    ahead = stored.report["paired"][0]["difference"]
    assert ["popularity", "ndcg@10", f"{ahead:+.4f}"] in [line[:3] for line in lines]
    assert "12 people, 16 items, 96 interactions" in err
    assert f"Stored as evaluation {stored.pk}" in err


def test_histories_of_new_people_are_told_apart_by_length(tmp_path: Path) -> None:
    folder = write_world(tmp_path, rated=False)
    rows = "".join(
        f"reader-{n},{taste}{item},1,{2000 + item}\n"
        for n in range(9)
        for taste in ("sea", "wood")
        for item in range(8)
    )
    with (folder / "interactions.csv").open("a", encoding="utf-8") as file:
        file.write(rows)
    report = report_of(folder, "--protocol", "cold-users", "--systems", "popularity,genre")
    names = set(report["mean"]["genre"])
    assert {"ndcg@10,k=1", "ndcg@10,k=3", "ndcg@10,k=5", "ndcg@10,k=10"} <= names
    assert "k=10" in run(folder, "--protocol", "cold-users", "--systems", "popularity")[0]


def test_published_folds_are_judged_one_by_one(tmp_path: Path) -> None:
    folder = write_world(tmp_path)
    lines = (folder / "interactions.csv").read_text(encoding="utf-8").splitlines()
    folds = [f"{line},{number % 3 or ''}" for number, line in enumerate(lines[1:])]
    write(folder / "interactions.csv", "\n".join([lines[0] + ",fold", *folds]) + "\n")
    report = report_of(folder, "--protocol", "column", "--systems", "popularity,genre")
    assert [(row["fold"], row["system"]) for row in report["results"]] == [
        ("1", "popularity"),
        ("1", "genre"),
        ("2", "popularity"),
        ("2", "genre"),
    ]


@pytest.mark.parametrize(("repeats", "hits"), [("allowed", 1), ("excluded", 0)])
def test_questions_may_be_answered_with_the_history_unless_that_is_excluded(
    tmp_path: Path, repeats: str, hits: int
) -> None:
    folder = write_world(tmp_path, rated=False)
    # Two are asked; of the first, the answer stands in the history.
    write(
        folder / "eval_test.csv",
        "user_id,history_item_ids,target_item_id\nsea-0,sea1|sea2|sea3,sea1\nsea-1,sea2|sea3,sea4\n",
    )
    report = report_of(folder, "--protocol", "column", "--systems", "genre", "--repeats", repeats)
    assert report["results"][0]["cases"] == 1 + hits


def test_rarely_rated_items_do_not_exist(tmp_path: Path) -> None:
    folder = write_world(tmp_path)
    with (folder / "interactions.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"once-{n},wood0,4,5000\n" for n in range(3))
    _, err = run(folder, "--protocol", "random", "--systems", "popularity", "--min-item-ratings", "8")
    # Of items 6 and 7 nobody's is missing, six people rated each; wood0 has 5 + 1 + 3.
    assert "items, " in err
    assert "1 items" in err


def test_likes_begin_where_it_is_said(tmp_path: Path) -> None:
    folder = write_world(tmp_path)
    strict = report_of(folder, "--protocol", "random", "--systems", "popularity", "--relevant-from", "5")
    lenient = report_of(folder, "--protocol", "random", "--systems", "popularity", "--relevant-from", "1")
    assert lenient["mean"]["popularity"]["recall@20"] <= 1
    assert strict["results"][0]["metrics"] != lenient["results"][0]["metrics"]


def test_configuration_is_judged_by_its_id(tmp_path: Path, catalog: Catalog) -> None:
    scenario = Scenario.objects.get(catalog=catalog, name=Scenario.HOME)
    config = create_version(scenario=scenario, settings=ScoringSettings(filters=FilterSettings(categories=["wood"])))
    report = report_of(write_world(tmp_path), "--protocol", "last", "--systems", f"config:{config.pk}")
    # The wood is half of the catalogue.
    assert report["mean"][f"config:{config.pk}"]["coverage@10"] <= 0.5


def test_unused_rows_are_counted_and_the_first_ones_shown(tmp_path: Path) -> None:
    folder = write_world(tmp_path)
    with (folder / "interactions.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"sea-0,nowhere{n},4,5000\n" for n in range(7))
    _, err = run(folder, "--protocol", "random", "--systems", "popularity")
    assert "interactions.csv, row 98: item_id 'nowhere0' is no item of this data set" in err
    assert "nowhere4" in err
    assert "nowhere5" not in err
    assert "7 rows could not be used." in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--systems", "genre,oracle"], "There is no system “oracle”; there are popularity, seed-text"),
        (["--systems", "config:77"], "There is no system “config:77”"),
        (["--systems", "config:one"], "There is no system “config:one”"),
        (["--systems", "genre,genre"], "twice"),
        (["--systems", ","], "Name one system or more"),
        (["--protocol", "column"], "no column `fold` and no column `split`"),
        (["--protocol", "cold-items"], "no item has 20 likes"),
        (["--relevant-from", "6", "--systems", "popularity"], "leaves nobody to be asked"),
        (["--min-item-ratings", "999"], "No item has 999 ratings"),
        (["--json", "nowhere/report.json"], "nowhere/report.json cannot be written"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_stored(tmp_path: Path, arguments: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        run(write_world(tmp_path), "--protocol", "random", *arguments)
    assert EvaluationRun.objects.count() == 0


def test_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="is not a folder"):
        run(tmp_path / "nowhere", "--protocol", "random")


@pytest.mark.parametrize("number", ["0", "-1", "two"])
def test_number_of_seeds_is_at_least_one(tmp_path: Path, number: str) -> None:
    with pytest.raises(CommandError, match="is not 1 or more"):
        run(tmp_path, "--protocol", "random", f"--seeds={number}")


def test_messages_are_translated_where_another_language_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="oracle"):
        run(write_world(tmp_path), "--protocol", "random", "--systems", "oracle", "--lang", "zh-hans")
