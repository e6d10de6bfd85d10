"""The commands train and ranking_model: what they make, print and refuse."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError
from django.db import connection

from catalog.models import Catalog
from recommender.management.commands import train as train_command
from recommender.models import RankingModel
from recommender.services.recommending import recommend
from recommender.services.training import TrainingOptions
from recommender.services.training_lock import TRAINING_LOCK
from tests.recommender.services.ranking_versions import activated, begun, finished, ranking_rows, some_items
from tests.recommender.test_recommend_command import run
from tests.recommender.trained import Clusters, train_clusters


@pytest.fixture
def made(catalog: Catalog) -> Clusters:
    return train_clusters(catalog, items_each=6, people_each=6, likes_each=3, train=False)


@pytest.fixture
def options(monkeypatch: pytest.MonkeyPatch, catalog: Catalog) -> list[TrainingOptions]:
    """What trainings were asked for, each answered by a version of nothing much."""
    asked: list[TrainingOptions] = []
    items = some_items(catalog, 2)

    def train(catalog: Catalog, options: TrainingOptions) -> RankingModel:
        asked.append(options)
        return finished(catalog, ranking_rows(items))

    monkeypatch.setattr(train_command, "train_catalog", train)
    return asked


def cells(out: str) -> dict[str, str]:
    """First and second column of a printed table's rows."""
    rows = [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in out.splitlines()]
    return {row[0]: row[1] for row in rows if len(row) == 2}


class TestTrain:
    def test_makes_the_version_that_answers_and_prints_it(self, made: Clusters) -> None:
        out, err = run("train", "--catalog", "films", "--tune", "never", "--note", "after the [first] import")

        model = RankingModel.objects.get()
        assert (model.state, model.note) == ("active", "after the [first] import")
        assert recommend(catalog=made.catalog, profile=made.people["orbit"][0]).model_version == 1
        printed = cells(out)
        assert printed["version"] == "1"
        assert printed["state"] == "active"
        assert printed["embedding space"] == "hashing"
        assert (printed["items"], printed["interactions"]) == ("18", "72")
        assert printed["seconds in all"] == str(model.figures["seconds"])
        assert float(printed["seconds for learning"]) <= float(printed["seconds in all"])
        assert printed["peak memory, MiB"] == f"{model.figures['peak_memory_mib']:,}"
        assert printed["note"] == "after the [first] import"
        assert printed["factors_weight"] == str(model.hyperparameters["factors_weight"])
        assert err == ""

    def test_only_makes_a_version_where_that_is_asked_for(self, made: Clusters) -> None:
        _out, err = run("train", "--catalog", "films", "--tune", "never", "--no-activate")

        assert RankingModel.objects.get().state == "ready"
        assert err.strip() == "Films v1 is made."
        assert recommend(catalog=made.catalog).model_version is None

    def test_does_nothing_where_a_version_answers_if_that_is_asked_for(self, made: Clusters) -> None:
        for _ in range(2):
            out, _err = run("train", "--catalog", "films", "--tune", "never", "--unless-trained")
            assert cells(out)["version"] == "1"
        assert RankingModel.objects.count() == 1

    def test_json_is_the_version_and_nothing_else(self, made: Clusters) -> None:
        out, err = run("train", "--catalog", "films", "--tune", "never", "--json", "--no-activate")

        printed = json.loads(out)
        model = RankingModel.objects.get()
        assert (printed["version"], printed["state"], printed["items"], printed["space"]) == (1, "ready", 18, "hashing")
        assert printed["hyperparameters"] == model.hyperparameters
        assert printed["figures"] == model.figures
        assert err == ""

    def test_hands_its_options_on(self, options: list[TrainingOptions]) -> None:
        run("train", "--catalog", "films")
        run("train", "--catalog", "films", "--tune", "always", "--validation", "random", "--no-activate", "--note", "x")
        assert options == [
            TrainingOptions(),
            TrainingOptions(tune="always", validation="random", activate=False, note="x"),
        ]

    @pytest.mark.parametrize(
        ("arguments", "complaint"),
        [
            (["--catalog", "nowhere"], "There is no catalog “nowhere”."),
            (["--catalog", "films"], "The catalog “films” has no items to learn from."),
            (["--catalog", "films", "--tune", "perhaps"], "invalid choice: 'perhaps'"),
            (["--catalog", "films", "--validation", "first"], "invalid choice: 'first'"),
        ],
    )
    def test_mistakes_are_said(self, catalog: Catalog, arguments: list[str], complaint: str) -> None:
        with pytest.raises(CommandError, match=complaint):
            run("train", *arguments)
        assert not RankingModel.objects.exists()

    def test_training_that_runs_already_is_not_begun_again(
        self, catalog: Catalog, options: list[TrainingOptions]
    ) -> None:
        other = connection.copy()
        try:
            with other.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s, %s)", [TRAINING_LOCK, catalog.pk])
            with pytest.raises(CommandError, match="The catalog “films” is being trained already"):
                run("train", "--catalog", "films")
        finally:
            other.close()
        assert options == []


class TestRankingModel:
    @pytest.fixture
    def versions(self, catalog: Catalog) -> list[RankingModel]:
        """Version 1 is active, 2 is ready, 3 is being trained."""
        rows = ranking_rows(some_items(catalog, 3))
        return [activated(catalog, rows), finished(catalog, rows), begun(catalog)]

    def test_list_has_all_versions_the_newest_first(self, versions: list[RankingModel]) -> None:
        RankingModel.objects.filter(version=2).update(note="[bold]")
        out, _err = run("ranking_model", "list", "--catalog", "films")
        rows = [line.split() for line in out.splitlines() if line.strip()[:1].isdigit()]
        assert [row[:2] for row in rows] == [["3", "being"], ["2", "ready"], ["1", "active"]]
        assert rows[1][2:4] == ["3", "7"]
        assert rows[1][-1] == "[bold]"

    def test_activate_switches_and_goes_back(self, versions: list[RankingModel]) -> None:
        for version in (2, 1):
            out, _err = run("ranking_model", "activate", "--catalog", "films", str(version))
            assert out.strip() == f"Films v{version} answers now."
            assert RankingModel.objects.get(state="active").version == version

    def test_show_has_the_search_for_hyperparameters(self, versions: list[RankingModel]) -> None:
        trail = [{"stage": "map", "value": 0.3, "cosine": 0.61}]
        RankingModel.objects.filter(version=1).update(figures={"seconds": 1.5, "validation": trail})
        out, _err = run("ranking_model", "show", "--catalog", "films")
        assert (cells(out)["state"], cells(out)["lambda"], cells(out)["seconds in all"]) == ("active", "240.0", "1.5")
        assert [line.split() for line in out.splitlines() if line.strip().startswith("map")] == [
            ["map", "0.3", "cosine", "0.61000"]
        ]
        assert cells(run("ranking_model", "show", "--catalog", "films", "2")[0])["version"] == "2"

    @pytest.mark.parametrize(
        ("arguments", "complaint"),
        [
            (["activate", "--catalog", "films", "9"], "has no version 9 of its ranking; there is: 1, 2, 3."),
            (["activate", "--catalog", "films", "3"], "Version 3 cannot do this: it is being trained."),
            (["show", "--catalog", "dishes"], "“dishes” has no active version of its ranking; there is: -."),
            (["list", "--catalog", "nowhere"], "There is no catalog “nowhere”."),
        ],
    )
    def test_mistakes_are_said(
        self, versions: list[RankingModel], other_catalog: Catalog, arguments: list[str], complaint: str
    ) -> None:
        with pytest.raises(CommandError, match=complaint):
            run("ranking_model", *arguments)
        assert RankingModel.objects.get(state="active").version == 1
