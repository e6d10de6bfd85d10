"""GET /api/v1/recommendations: its answer, its parameters, its languages, its cost."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Catalog, Item
from recommender.models import EmbeddingSpace, ScoringConfig, Slate
from recommender.services.answering import LONGEST_STATEMENT
from recommender.services.recommending import recommend
from tests.conftest import MakeItem, act, embed_all
from tests.recommender.api.conftest import Ask, credentials
from users.models import Profile, User

ADDRESS = "/api/v1/recommendations"


def test_answer_has_the_promised_shape_and_parts_add_up(ask: Ask, stargazer: Profile) -> None:
    body = ask(ADDRESS, catalog="films", profile="alice", k=2).json()

    named = ["request_id", "basis", "degraded", "notices", "config_version", "model_version", "results", "next"]
    assert list(body) == named
    assert body["model_version"] is None
    assert (body["basis"], body["degraded"], body["notices"], body["config_version"]) == ("history", False, [], 1)
    assert [(result["rank"], result["id"]) for result in body["results"]] == [(1, "space-2"), (2, "space-3")]
    first = body["results"][0]
    assert list(first) == ["rank", "id", "title", "score", "parts", "reason"]
    assert first["title"] == "Planets and stars and rockets"
    assert first["reason"] == "Because you liked “Rockets and planets”."
    assert sum(first["parts"].values()) == pytest.approx(first["score"], abs=1e-9)


def test_answer_is_what_the_service_says(ask: Ask, stargazer: Profile, catalog: Catalog) -> None:
    body = ask(ADDRESS, catalog="films", profile="alice").json()

    said = recommend(catalog=catalog, profile=stargazer, language="en").as_dict()
    assert {**body, "request_id": ""} == {**said, "request_id": ""}


def test_given_answer_is_read_again_as_it_was_given(ask: Ask, stargazer: Profile, films: dict[str, Item]) -> None:
    given = ask(ADDRESS, catalog="films", profile="alice", statement="quiet piano", lang="zh").json()
    act(stargazer, films["space-2"], "dislike")
    films["piano-1"].delete()

    again = ask(f"{ADDRESS}/{given['request_id']}", catalog="films")

    assert again.status_code == 200
    assert again.json() == given


def test_unknown_request_id_is_not_found(ask: Ask, catalog: Catalog) -> None:
    unknown = uuid.uuid4()
    answered = ask(f"{ADDRESS}/{unknown}", catalog="films")

    assert answered.status_code == 404
    assert answered.headers["Content-Type"] == "application/problem+json"
    assert answered.json() == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": f"There is no answer with the id {unknown}.",
        "request_id": answered.headers["X-Request-Id"],
    }


def test_words_alone_rank_what_they_speak_of(ask: Ask, films: dict[str, Item]) -> None:
    body = ask(ADDRESS, catalog="films", statement="piano in the evening", k=2).json()

    assert body["basis"] == "statement"
    assert {result["id"] for result in body["results"]} == {"piano-1", "piano-2"}


def test_without_profile_and_words_the_list_is_popular_and_says_so(ask: Ask, films: dict[str, Item]) -> None:
    body = ask(ADDRESS, catalog="films", k=3).json()

    assert body["basis"] == "popular"
    assert [notice["code"] for notice in body["notices"]] == ["nothing_known"]
    assert len(body["results"]) == 3


def test_scenario_chooses_the_configuration(ask: Ask, films: dict[str, Item], catalog: Catalog) -> None:
    scenario = catalog.scenarios.create(name="mail")
    settings = {"result_list": {"length": 1}}
    ScoringConfig.objects.create(catalog=catalog, scenario=scenario, version=7, settings=settings, state="active")

    body = ask(ADDRESS, catalog="films", scenario="mail").json()

    assert (body["config_version"], len(body["results"])) == (7, 1)


@pytest.mark.parametrize("lang", ["zh-hans", "zh", "zh-CN", "ZH-HANS"])
def test_lang_chooses_chinese_titles_reasons_and_notices(ask: Ask, stargazer: Profile, lang: str) -> None:
    answered = ask(ADDRESS, catalog="films", profile="alice", k=1, lang=lang)

    assert answered.headers["Content-Language"] == "zh-hans"
    result = answered.json()["results"][0]
    assert (result["title"], result["reason"]) == ("中文 space-2", "因为你喜欢“中文 space-1”。")


def test_without_lang_the_header_chooses(client: Client, operator: User, stargazer: Profile) -> None:
    def title(accepted: str) -> str:
        headers = {**credentials(operator), "Accept-Language": accepted}
        query = {"catalog": "films", "profile": "alice", "k": "1"}
        answered = client.get(ADDRESS, query, headers=headers)
        return str(answered.json()["results"][0]["title"])

    assert title("zh-CN,zh;q=0.9,en;q=0.8") == "中文 space-2"
    assert title("fr") == "Planets and stars and rockets"


@pytest.mark.parametrize("path", [ADDRESS, f"{ADDRESS}/{uuid.UUID(int=7)}", "/api/v1/items/space-1/similar"])
class TestAccess:
    def test_strangers_are_asked_to_sign_in(self, client: Client, films: dict[str, Item], path: str) -> None:
        answered = client.get(path, {"catalog": "films"})

        assert answered.status_code == 401
        assert answered.headers["WWW-Authenticate"] == 'Bearer realm="GENRE"'
        assert answered.headers["Content-Type"] == "application/problem+json"
        assert not Slate.objects.exists()

    def test_charlie_sees_nothing_of_a_catalog_that_is_not_on_the_site(
        self, client: Client, films: dict[str, Item], charlie: User, path: str
    ) -> None:
        by_password = client.get(path, {"catalog": "films"}, headers=credentials(charlie))
        client.force_login(charlie)
        by_session = client.get(path, {"catalog": "films"})

        assert (by_password.status_code, by_session.status_code) == (404, 404)
        assert not Slate.objects.exists()

    def test_wrong_password_is_refused(self, client: Client, operator: User, path: str) -> None:
        assert client.get(path, headers=credentials(operator, "wrong")).status_code == 401

    def test_name_that_no_database_holds_is_refused(self, client: Client, db: None, path: str) -> None:
        answered = client.get(path, headers=credentials(User(email="a\x00b@example.com")))
        assert answered.status_code == 401


def test_staff_may_ask_by_session(client: Client, operator: User, films: dict[str, Item]) -> None:
    client.force_login(operator)
    assert client.get(ADDRESS, {"catalog": "films"}).status_code == 200


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"k": "0"}, "k"),
        ({"k": "-3"}, "k"),
        ({"k": "201"}, "k"),
        ({"k": "9" * 40}, "k"),
        ({"k": "9" * 5000}, "k"),
        ({"k": "ten"}, "k"),
        ({"k": "1.5"}, "k"),
        ({"k": ""}, "k"),
        ({"k": "NaN"}, "k"),
        ({"lang": "tlh"}, "lang"),
        ({"lang": ""}, "lang"),
        ({"lang": "\x00"}, "lang"),
        ({"catalog": ""}, "catalog"),
        ({"catalog": "a\x00b"}, "catalog"),
        ({"profile": "a\x00b"}, "profile"),
        ({"profile": ""}, "profile"),
        ({"profile": "x" * 256}, "profile"),
        ({"statement": "a\x00b"}, "statement"),
        ({"statement": "字" * (LONGEST_STATEMENT + 1)}, "statement"),
        ({"scenario": "a\x00b"}, "scenario"),
        ({"limit": "10"}, "limit"),
    ],
)
def test_bad_parameter_is_named(ask: Ask, films: dict[str, Item], query: dict[str, str], field: str) -> None:
    answered = ask(ADDRESS, **{"catalog": "films", **query})

    assert answered.status_code == 400
    assert answered.headers["Content-Type"] == "application/problem+json"
    body = answered.json()
    assert (body["type"], body["title"], body["status"]) == ("about:blank", "Bad Request", 400)
    assert body["detail"] == "The request has mistakes."
    assert {fault["field"] for fault in body["errors"]} == {field}
    assert all(fault["detail"] for fault in body["errors"])


def test_all_mistakes_are_said_at_once_in_the_language_asked_for(ask: Ask, db: None) -> None:
    body = ask(ADDRESS, k="x", limit="3", lang="zh").json()

    assert body["detail"] == "请求中有错误。"
    assert {fault["field"]: fault["detail"] for fault in body["errors"]} == {
        "catalog": "必须填写。",
        "k": "请填写合法的整数值。",
        "limit": "没有这个参数。",
    }


def test_broken_utf8_is_no_server_error(client: Client, operator: User, films: dict[str, Item]) -> None:
    address = f"{ADDRESS}?catalog=films&profile=%ff%fe&statement=%ed%a0%80"
    answered = client.get(address, headers=credentials(operator))
    assert answered.status_code == 404


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ({"catalog": "nowhere"}, "There is no catalog “nowhere”."),
        ({"profile": "nobody"}, "The catalog “films” has no profile “nobody”."),
        ({"scenario": "moon"}, "There is no scenario"),
    ],
)
def test_unknown_names_are_not_found(ask: Ask, films: dict[str, Item], query: dict[str, str], detail: str) -> None:
    answered = ask(ADDRESS, **{"catalog": "films", **query})

    assert (answered.status_code, answered.json()["title"]) == (404, "Not Found")
    assert answered.json()["detail"].startswith(detail)


def test_profile_of_another_catalog_is_not_found(ask: Ask, films: dict[str, Item], other_catalog: Catalog) -> None:
    Profile.objects.create(catalog=other_catalog, external_id="dora")
    assert ask(ADDRESS, catalog="films", profile="dora").status_code == 404


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_refused(client: Client, operator: User, catalog: Catalog, method: str) -> None:
    answered = getattr(client, method)(f"{ADDRESS}?catalog=films", headers=credentials(operator))

    assert (answered.status_code, answered.headers["Content-Type"]) == (405, "application/problem+json")
    assert answered.headers["Allow"] == "GET, POST, HEAD"


def test_answers_are_not_cached(ask: Ask, films: dict[str, Item]) -> None:
    assert "no-store" in ask(ADDRESS, catalog="films").headers["Cache-Control"]


def test_more_items_and_results_cost_no_more_queries(
    client: Client, operator: User, stargazer: Profile, make_item: MakeItem, space: EmbeddingSpace
) -> None:
    client.force_login(operator)

    def grow(name: str) -> None:
        for number in range(40):
            make_item(f"{name}-{number}", title=f"More {name} {number}")
        embed_all(space)

    def queries(k: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            body = client.get(ADDRESS, {"catalog": "films", "profile": "alice", "k": str(k)}).json()
        assert len(body["results"]) == k
        return len(captured)

    grow("rockets")
    queries(1)  # The first answer makes the month's partition.
    few = queries(1)
    grow("planets")
    assert queries(1) == queries(20) == few <= 20
