"""The commands recommend, show_slate and scoring_config: what they print where, and what they refuse."""

from __future__ import annotations

import json
import uuid
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from catalog.models import Catalog
from recommender.models import EmbeddingSpace, ScoringConfig, Slate
from recommender.services.recommending import recommend
from tests.conftest import MakeItem, act, embed_all
from users.models import Profile


@pytest.fixture
def stargazer(alice: Profile, space: EmbeddingSpace, make_item: MakeItem) -> Profile:
    """Alice, who likes one of two films about space."""
    liked = make_item("space-1", title="Rockets and planets")
    make_item("space-2", title="Planets [bold] and rockets", translations={"zh-hans": {"title": "行星与火箭"}})
    make_item("piano", title="Quiet piano")
    embed_all(space)
    act(alice, liked)
    return alice


def run(*arguments: str) -> tuple[str, str]:
    """What a command prints to stdout and to stderr."""
    out, err = StringIO(), StringIO()
    call_command(*arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


class TestRecommend:
    def test_table_has_rank_title_score_parts_and_reason(self, stargazer: Profile) -> None:
        out, err = run("recommend", "--catalog", "films", "--profile", "alice", "-k", "1")

        result = Slate.objects.get().results[0]
        score = f"{result['score']:.3f}"
        heading, row = [line.split("   ") for line in out.splitlines() if line.startswith((" rank", " 1"))]
        assert [cell.strip() for cell in heading if cell.strip()] == ["rank", "title", "score", "parts", "reason"]
        assert [cell.strip() for cell in row if cell.strip()] == [
            "1",
            "Planets [bold] and rockets",
            score,
            f"history {score}",
            "Because you liked “Rockets and planets”.",
        ]
        assert str(Slate.objects.get().request_id) in err

    def test_json_is_the_answer_and_nothing_else(self, stargazer: Profile, catalog: Catalog) -> None:
        out, err = run("recommend", "--catalog", "films", "--profile", "alice", "--lang", "zh", "--json")

        assert err == ""
        printed = json.loads(out)
        assert printed["results"][0]["title"] == "行星与火箭"
        assert "行星与火箭" in out
        expected = recommend(catalog=catalog, profile=stargazer, language="zh-hans").as_dict()
        assert {**printed, "request_id": ""} == {**expected, "request_id": ""}

    def test_words_alone_are_enough(self, stargazer: Profile) -> None:
        out, _ = run("recommend", "--catalog", "films", "--statement", "piano", "-k", "1", "--json")
        assert json.loads(out)["results"][0]["id"] == "piano"

    def test_notices_go_to_stderr(self, stargazer: Profile, bob: Profile) -> None:
        out, err = run("recommend", "--catalog", "films", "--profile", "bob")
        assert "Nothing is known about the person yet: this is what is popular." in err
        assert "Nothing is known" not in out

    @pytest.mark.parametrize(
        ("arguments", "complaint"),
        [
            ([], "Say for whom: --profile, --statement, or both."),
            (["--statement", "  "], "Say for whom: --profile, --statement, or both."),
            (["--profile", "nobody"], "The catalog “films” has no profile “nobody”."),
            (["--profile", "alice", "-k", "0"], "k is 0: a list has 1 to 200 items."),
            (["--profile", "alice", "-k", "ten"], "invalid int value: 'ten'"),
            (["--profile", "alice", "--scenario", "moon"], "There is no scenario “moon”"),
            (["--profile", "alice", "--lang", "tlh"], "'tlh' is not a language here: write en or zh-hans"),
            (["--profile", "alice", "--catalog", "moon"], "There is no catalog “moon”."),
            (["--lang", "zh"], "请说明为谁推荐"),
        ],
    )
    def test_mistake_is_said_in_a_sentence(self, stargazer: Profile, arguments: list[str], complaint: str) -> None:
        with pytest.raises(CommandError) as refused:
            run("recommend", "--catalog", "films", *arguments)
        assert complaint in str(refused.value)
        assert not Slate.objects.exists()


class TestShowSlate:
    def test_answer_is_read_again(self, stargazer: Profile) -> None:
        given, _ = run("recommend", "--catalog", "films", "--profile", "alice", "--json")
        again, _ = run("show_slate", json.loads(given)["request_id"], "--json")
        assert again == given

    def test_table_is_the_same_as_before(self, stargazer: Profile) -> None:
        given, told = run("recommend", "--catalog", "films", "--profile", "alice")
        assert run("show_slate", str(Slate.objects.get().request_id)) == (given, told)

    @pytest.mark.parametrize("request_id", [str(uuid.UUID(int=7)), "nonsense"])
    def test_unknown_answer_is_refused(self, db: None, request_id: str) -> None:
        with pytest.raises(CommandError, match=request_id):
            run("show_slate", request_id)


class TestScoringConfig:
    HOME = ("--catalog", "films", "--scenario", "home")

    def versions(self, catalog: Catalog) -> list[tuple[int, str]]:
        configs = ScoringConfig.objects.filter(catalog=catalog, scenario__name="home")
        return list(configs.order_by("version").values_list("version", "state"))

    def test_set_makes_a_version_of_the_active_one_with_the_changes(self, catalog: Catalog) -> None:
        before = ScoringConfig.objects.get(catalog=catalog, scenario__name="home").settings

        out, _ = run(
            "scoring_config",
            "set",
            *self.HOME,
            "interest.half_life_days=30",
            "interest.kind_weights.like=2.5",
            "seen.policy=always",
            'filters.kinds=["film"]',
            "--note",
            "Why not",
        )

        made = ScoringConfig.objects.get(catalog=catalog, version=2)
        assert out == "home v2 is made.\n"
        assert (made.note, made.state, made.author) == ("Why not", "draft", None)
        assert made.settings == {
            **before,
            "interest": {**before["interest"], "half_life_days": 30.0, "kind_weights": {"like": 2.5}},
            "seen": {**before["seen"], "policy": "always"},
            "filters": {**before["filters"], "kinds": ["film"]},
        }
        assert self.versions(catalog) == [(1, "active"), (2, "draft")]

    def test_activating_and_going_back_change_the_next_answer(self, catalog: Catalog, make_item: MakeItem) -> None:
        for number in range(3):
            make_item(f"item-{number}")

        out, _ = run("scoring_config", "set", *self.HOME, "result_list.length=2", "--activate")
        assert out == "home v2 is made.\nhome v2 answers now.\n"
        assert len(recommend(catalog=catalog).results) == 2

        run("scoring_config", "activate", "1", *self.HOME)
        assert len(recommend(catalog=catalog).results) == 3
        assert self.versions(catalog) == [(1, "active"), (2, "retired")]

    def test_list_and_show_tell_what_there_is(self, catalog: Catalog) -> None:
        run("scoring_config", "set", *self.HOME, "result_list.length=2", "--note", "short [list]")

        listed, _ = run("scoring_config", "list", *self.HOME)
        assert [line.split()[:2] for line in listed.splitlines() if line.startswith((" 1", " 2"))] == [
            ["2", "draft"],
            ["1", "active"],
        ]
        assert "short [list]" in listed
        lengths = [
            json.loads(run("scoring_config", "show", *arguments, *self.HOME)[0])["result_list"]["length"]
            for arguments in ((), ("1",), ("2",))
        ]
        assert lengths == [20, 20, 2]

    @pytest.mark.parametrize(
        ("language", "heading", "explanation"),
        [
            ("en", "meaning", "How strongly disliked items push the interest away; 0: not at all."),
            ("zh-hans", "含义", "不喜欢的内容把兴趣推开的力度；0 表示不推开。"),
        ],
    )
    def test_fields_are_explained_with_range_and_default(self, language: str, heading: str, explanation: str) -> None:
        out, _ = run("scoring_config", "fields", "--lang", language)

        assert heading in out
        (row,) = [line for line in out.splitlines() if line.startswith(" interest.dislike_weight ")]
        assert "≥ 0, ≤ 5" in row
        assert " 0.5 " in row
        assert explanation in row

    @pytest.mark.parametrize(
        ("arguments", "complaints"),
        [
            (["set", "result_list.length=0"], ["result_list.length: has to be 1 or more."]),
            (
                ["set", "result_list.length=many", "colour.red=1"],
                ["result_list.length: has to be a whole number.", "colour: is not a setting."],
            ),
            (["set", "result_list.length"], ["“result_list.length” is no change: write NAME=VALUE."]),
            (["set", "result_list.length.x=1"], ["result_list.length.x is not a setting."]),
            (["set", "popular.window_days=NaN"], ["popular.window_days: has to be a number."]),
            (["set", "=3"], ["is not a setting."]),
            (["activate", "9"], ["The scenario “home” has no version 9."]),
            (["show", "9"], ["The scenario “home” has no version 9."]),
            (["list", "--scenario", "moon"], ["The catalog “films” has no scenario “moon”."]),
            (["list", "--catalog", "moon"], ["There is no catalog “moon”."]),
            (["set", "result_list.length=0", "--lang", "zh"], ["result_list.length: 不应小于 1。"]),
        ],
    )
    def test_mistake_is_said_in_a_sentence(self, catalog: Catalog, arguments: list[str], complaints: list[str]) -> None:
        action, *rest = arguments
        with pytest.raises(CommandError) as refused:
            run("scoring_config", action, *self.HOME, *rest)
        assert [complaint for complaint in complaints if complaint not in str(refused.value)] == []
        assert self.versions(catalog) == [(1, "active")]

    def test_unreadable_settings_are_shown_as_they_are(self, catalog: Catalog) -> None:
        stored: dict[str, Any] = {"from_another_time": True}
        scenario = catalog.scenarios.get(name="home")
        ScoringConfig.objects.create(catalog=catalog, scenario=scenario, version=5, settings=stored)
        assert json.loads(run("scoring_config", "show", "5", *self.HOME)[0]) == stored
