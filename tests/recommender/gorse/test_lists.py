"""Lists of scores that PyGorse has no methods for, and how parts of lists are asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import URLPattern
from django.utils import timezone

from catalog.models import Catalog, Item
from recommender.gorse.moments import moment_text
from recommender.gorse.urls import urlpatterns
from recommender.models import EmbeddingSpace, Interaction, Scenario
from recommender.selectors.search import items_with_words
from tests.conftest import MakeItem, MakeProfile, act, embed_all
from tests.recommender.gorse.conftest import Caller
from tests.recommender.trained import Clusters, train_clusters
from users.models import Profile

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


def ids(call: Caller, path: str) -> list[str]:
    response = call("GET", path)
    assert response.status_code == 200, response.content
    return [entry if isinstance(entry, str) else entry["Id"] for entry in response.json()]


@pytest.fixture
def films(make_item: MakeItem, space: EmbeddingSpace) -> list[Item]:
    made = [
        make_item("alien", title="spaceship planet creature", categories=["space", "horror"], published_at=NOON),
        make_item(
            "solaris",
            title="spaceship planet thinking",
            categories=["space", "drama"],
            published_at=NOON + timedelta(days=2),
        ),
        make_item(
            "moon",
            title="spaceship planet alone",
            categories=["space", "drama"],
            published_at=NOON + timedelta(days=1),
        ),
        make_item("chef", title="kitchen broth love", categories=["food", "drama"]),
    ]
    embed_all(space)
    return made


def test_the_version_of_the_api_decides_whether_there_are_scores(call: Caller, films: list[Item], bob: Profile) -> None:
    act(bob, films[0])
    plain = call("GET", "recommend/bob?n=2").json()
    assert set(plain) == {"solaris", "moon"}
    with_scores = call("GET", "recommend/bob?n=2", None, **{"X-API-Version": "2"}).json()
    assert [entry["Id"] for entry in with_scores] == plain
    assert all(set(entry) == {"Id", "Score"} for entry in with_scores)


def test_several_categories_mean_all_of_them(call: Caller, films: list[Item]) -> None:
    assert set(ids(call, "recommend/bob?category=space")) == {"alien", "solaris", "moon"}
    assert set(ids(call, "recommend/bob?category=space&category=drama")) == {"solaris", "moon"}
    assert set(ids(call, "recommend/bob/drama")) == {"solaris", "moon", "chef"}
    assert set(ids(call, "recommend/bob/drama/?category=food")) == {"chef"}
    assert ids(call, "recommend/bob?category=it's") == []
    assert set(ids(call, "latest?category=drama&category=food")) == {"chef"}
    assert set(ids(call, "item-to-item/neighbors/alien?category=drama")) == {"solaris", "moon", "chef"}


def test_parts_of_a_list_make_the_list(call: Caller, films: list[Item], bob: Profile) -> None:
    act(bob, films[3])
    whole = ids(call, "recommend/bob?n=3")
    assert ids(call, "recommend/bob?n=2") + ids(call, "recommend/bob?n=2&offset=2") == whole
    assert ids(call, "recommend/bob?n=10&offset=100000") == []


@pytest.mark.parametrize("query", ["n=-1", "n=x", "offset=1.5", "n=%D9%A3", "n=" + "9" * 30, "write-back-delay=1d"])
def test_what_is_no_number_is_refused(call: Caller, query: str) -> None:
    response = call("GET", f"recommend/bob?{query}")
    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == query.partition("=")[0]


@pytest.mark.parametrize("path", ["items?cursor=x", "users?cursor=x", "feedback?cursor=x", "feedback?cursor=1-2-3:x"])
def test_a_cursor_that_was_not_given_out_is_refused(call: Caller, path: str) -> None:
    assert call("GET", path).status_code == 400


def test_the_latest_come_first_and_their_score_is_their_time(call: Caller, films: list[Item]) -> None:
    response = call("GET", "latest?n=3").json()
    assert [entry["Id"] for entry in response] == ["solaris", "moon", "alien"]
    assert response[2]["Score"] == NOON.timestamp()
    assert ids(call, "non-personalized/latest?n=1&offset=3") == ["chef"]


def test_what_is_published_in_the_future_is_not_shown_yet(
    call: Caller, films: list[Item], space: EmbeddingSpace, bob: Profile, catalog: Catalog
) -> None:
    act(bob, films[0])
    soon = moment_text(timezone.now() + timedelta(hours=1))
    call("POST", "item", {"ItemId": "soon", "Comment": "spaceship planet creature", "Timestamp": soon})
    embed_all(space)
    paths = ("recommend/bob", "latest", "item/alien/neighbors", "non-personalized/popular")
    assert not any("soon" in ids(call, path) for path in paths)
    assert items_with_words(catalog.pk, "creature", limit=5)[0].item_id == films[0].pk
    assert call("GET", "item/soon").json()["Timestamp"] == soon
    call("PATCH", "item/soon", {"Timestamp": moment_text(timezone.now())})
    assert all("soon" in ids(call, path) for path in paths[:3])
    assert len(items_with_words(catalog.pk, "creature", limit=5)) == 2


def test_popular_and_trending(call: Caller, films: list[Item], make_profile: MakeProfile) -> None:
    for number in range(3):
        person = make_profile(f"person-{number}")
        act(person, films[0], occurred_at=NOON)
        if number < 2:
            act(person, films[1])
    assert ids(call, "non-personalized/popular") == ids(call, "popular") == ["alien", "solaris"]
    assert ids(call, "non-personalized/trending") == ["solaris"]
    assert ids(call, "non-personalized/popular?user-id=person-0") == []
    assert ids(call, "non-personalized/popular?user-id=person-2") == ["solaris"]
    assert ids(call, "popular/horror") == ["alien"]


def test_other_names_are_those_of_scenarios(call: Caller, films: list[Item], catalog: Catalog) -> None:
    assert len(ids(call, f"non-personalized/{Scenario.HOME}?n=2")) == 2
    response = call("GET", "non-personalized/unknown")
    assert response.status_code == 404
    assert "unknown" in response.json()["detail"]


def test_neighbors_of_what_has_no_embedding_are_none(call: Caller, films: list[Item], make_item: MakeItem) -> None:
    make_item("bare")
    assert ids(call, "item/bare/neighbors") == []
    assert set(ids(call, "item/moon/neighbors?n=2")) == {"alien", "solaris"}
    assert set(ids(call, "item/moon/neighbors/horror")) == {"alien"}


def test_a_session_takes_the_newest_for_the_newest(call: Caller, films: list[Item]) -> None:
    def session(*items: str, kind: str = "like") -> list[str]:
        body = [{"FeedbackType": kind, "ItemId": item} for item in items]
        return [entry["Id"] for entry in call("POST", "session/recommend?n=3", body).json()]

    assert set(session("moon")[:2]) == {"alien", "solaris"}
    assert "moon" not in session("moon", kind="a-type-of-its-own")
    assert "moon" not in session("moon", "unknown-item")
    assert not Interaction.objects.exists()
    assert [entry["Id"] for entry in call("POST", "session/recommend/food", []).json()] == ["chef"]


@pytest.fixture
def clusters(catalog: Catalog) -> Clusters:
    return train_clusters(catalog, clusters=("orbit", "kitchen"), items_each=8, people_each=10, likes_each=5)


def test_like_minded_people_and_their_items(call: Caller, clusters: Clusters) -> None:
    person = clusters.people["orbit"][0].external_id
    neighbors = call("GET", f"user-to-user/neighbors/{person}?n=3").json()
    assert all(entry["Id"].startswith("orbit") and entry["Score"] > 0 for entry in neighbors)
    assert [entry["Id"] for entry in neighbors] == ids(call, f"user/{person}/neighbors/?n=3")
    assert ids(call, "user/nobody/neighbors") == []
    found = call("GET", f"collaborative-filtering/{person}?n=2").json()
    assert {clusters.cluster_of(entry["Id"]) for entry in found} == {"orbit"}


def test_nobody_without_a_history_has_a_collaborative_list(call: Caller, films: list[Item], bob: Profile) -> None:
    assert ids(call, "collaborative-filtering/bob") == ids(call, "collaborative-filtering/nobody") == []
    act(bob, films[0])
    assert ids(call, "collaborative-filtering/bob?n=1") in (["solaris"], ["moon"])


def test_write_back_is_done_once_and_makes_the_user(call: Caller, films: list[Item], catalog: Catalog) -> None:
    shown = ids(call, "recommend/newcomer?n=2&write-back-type=read&write-back-delay=-10m")
    rows = call("GET", "user/newcomer/feedback/read").json()
    assert {row["ItemId"] for row in rows} == set(shown)
    assert all(row["Timestamp"] < moment_text(timezone.now() - timedelta(minutes=9)) for row in rows)


@pytest.mark.parametrize("pattern", urlpatterns, ids=lambda pattern: str(pattern.pattern))
def test_every_address_answers_with_and_without_a_slash_and_never_redirects(call: Caller, pattern: URLPattern) -> None:
    path = str(pattern.pattern).replace("<str:", "").replace(">", "")
    methods = {
        method: call(method, path, [] if method in ("POST", "PUT", "PATCH") else None)
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
    }
    assert {response.status_code for response in methods.values()} <= {200, 400, 404, 405}
    assert any(response.status_code != 405 for response in methods.values())
    if path.endswith("/"):
        assert any(str(other.pattern) + "/" == str(pattern.pattern) for other in urlpatterns)


def test_an_unknown_address_is_a_problem(call: Caller) -> None:
    response = call("GET", "nothing/here/at/all")
    assert (response.status_code, response.headers["Content-Type"]) == (404, "application/problem+json")
