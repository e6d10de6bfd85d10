"""PyGorse 0.5.1 from PyPI, unmodified, against the running server: each method of both of its clients.

What the server is to see is committed by fixtures; tests write through PyGorse alone.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from importlib.metadata import version
from typing import Any, cast

import pytest
from django.utils import timezone
from gorse import AsyncGorse, Gorse, GorseException, Score

from catalog.models import Catalog, Item
from recommender.gorse.moments import moment_text
from recommender.models import Interaction
from recommender.services.catalogs import open_catalog
from tests.conftest import embed_all
from tests.recommender.gorse.conftest import secret_for
from users.models import Erasure, Profile

pytestmark = pytest.mark.django_db

Ask = Any
NOON = "2024-05-01T12:00:00Z"
FILMS = {
    "alien": ("Alien: a spaceship and a creature from another planet", ["space", "horror"]),
    "solaris": ("Solaris: a spaceship above a planet that thinks", ["space", "drama"]),
    "moon": ("Moon: alone on a planet, far from any spaceship", ["space", "drama"]),
    "tampopo": ("Tampopo: noodles, broth and love in a small kitchen", ["food", "drama"]),
    "chef": ("Chef: a kitchen on wheels, broth and love", ["food"]),
    "ratatouille": ("Ratatouille: a rat in a kitchen, noodles and love", ["food", "animation"]),
}


class Waiting:
    """The asynchronous client, each of whose answers is waited for."""

    def __init__(self, client: AsyncGorse) -> None:
        self.client = client

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda *args, **kwargs: asyncio.run(getattr(self.client, name)(*args, **kwargs))


@pytest.fixture(scope="module")
def secrets() -> dict[int, str]:
    """Of keys, by catalog."""
    return {}


@pytest.fixture(scope="module", params=["sync", "async"])
def filled(request: pytest.FixtureRequest, address: str, secrets: dict[int, str]) -> tuple[Ask, Catalog]:
    """A client and its catalog: six films, embedded, and what bob and others like."""
    catalog = open_catalog(slug=f"films-{request.param}")
    secret = secrets[catalog.pk] = secret_for(catalog)
    entry_point = f"{address}/gorse"
    plain = Gorse(entry_point, secret, timeout=60)
    for item_id, (comment, categories) in FILMS.items():
        plain.insert_item({"ItemId": item_id, "Comment": comment, "Categories": categories, "Timestamp": NOON})
    plain.insert_feedbacks(
        [
            {"FeedbackType": "like", "UserId": user, "ItemId": item, "Timestamp": NOON}
            for user, item in (("bob", "alien"), ("carol", "chef"), ("dave", "chef"), ("dave", "alien"))
        ]
    )
    embed_all(catalog.embedding_spaces.get())
    return plain if request.param == "sync" else Waiting(AsyncGorse(entry_point, secret)), catalog


def insert_feedback(ask: Ask, catalog: Catalog) -> None:
    answer = ask.insert_feedback("watched", "newcomer", "unheard-of", NOON)
    assert answer == {"RowAffected": 1}
    stored = Interaction.objects.select_related("kind").get(catalog=catalog, profile__external_id="newcomer")
    assert (stored.kind.name, stored.kind.weight, stored.value) == ("watched", 1.0, None)
    assert moment_text(stored.occurred_at) == NOON
    assert Item.objects.get(catalog=catalog, external_id="unheard-of").title == "unheard-of"
    if isinstance(ask, Gorse):
        ask.insert_feedback("watched", "newcomer", "unheard-of", "2025-01-01T00:00:00Z", value=2.5)
        ask.insert_feedback("watched", "newcomer", "unheard-of", "2023-01-01T00:00:00Z", value=1.5)
        stored.refresh_from_db()
        assert (stored.value, moment_text(stored.occurred_at)) == (4.0, "2023-01-01T00:00:00Z")


def insert_feedbacks(ask: Ask, catalog: Catalog) -> None:
    rows = [
        {"FeedbackType": "star", "UserId": "erin", "ItemId": item, "Timestamp": NOON, "Value": value, "Comment": "why"}
        for item, value in (("alien", 1.0), ("chef", 2.0), ("alien", 3.0))
    ]
    assert ask.insert_feedbacks(rows) == {"RowAffected": 3}
    assert {row["ItemId"]: row["Value"] for row in ask.list_feedbacks("star", "erin")} == {"alien": 4.0, "chef": 2.0}
    assert {row["Comment"] for row in ask.list_feedbacks("star", "erin")} == {"why"}


def list_feedbacks(ask: Ask, catalog: Catalog) -> None:
    assert ask.list_feedbacks("like", "bob") == [
        {
            "FeedbackType": "like",
            "UserId": "bob",
            "ItemId": "alien",
            "Value": 0.0,
            "Timestamp": NOON,
            "Labels": None,
            "Comment": "",
        }
    ]
    assert ask.list_feedbacks("read", "bob") == []
    assert ask.list_feedbacks("like", "nobody") == []


def get_feedbacks(ask: Ask, catalog: Catalog) -> None:
    found, cursor = [], ""
    while True:
        page, cursor = ask.get_feedbacks(n=1, cursor=cursor)
        assert len(page) == 1
        found += page
        if cursor == "":
            break
    likes = {(row["UserId"], row["ItemId"]) for row in found if row["FeedbackType"] == "like"}
    assert likes >= {("bob", "alien"), ("carol", "chef"), ("dave", "chef"), ("dave", "alien")}
    assert len({(row["FeedbackType"], row["UserId"], row["ItemId"]) for row in found}) == len(found)


def delete_feedback(ask: Ask, catalog: Catalog) -> None:
    for kind in ("like", "view"):
        ask.insert_feedbacks([{"FeedbackType": kind, "UserId": "frank", "ItemId": "moon", "Timestamp": NOON}])
    assert ask.delete_feedback("frank", "moon") == {"RowAffected": 2}
    assert ask.list_feedbacks("like", "frank") == []
    assert ask.delete_feedback("frank", "moon") == {"RowAffected": 0}


def get_recommend(ask: Ask, catalog: Catalog) -> None:
    scores = ask.get_recommend("bob", n=2)
    assert [type(score) for score in scores] == [Score, Score]
    assert {score.id for score in scores} == {"solaris", "moon"}
    assert scores[0].score >= scores[1].score > 0
    (second,) = ask.get_recommend("bob", n=1, offset=1)
    assert second.id == scores[1].id
    assert {score.id for score in ask.get_recommend("bob", category="food")} == {"tampopo", "chef", "ratatouille"}
    assert len(ask.get_recommend("somebody-new", n=3)) == 3
    assert ask.get_recommend("bob", n=0) == []
    # What was shown is read an hour later, and until then may be shown again.
    shown = [score.id for score in ask.get_recommend("gina", n=2, write_back_type="read", write_back_delay="1h")]
    assert [score.id for score in ask.get_recommend("gina", n=2)] == shown
    assert ask.list_feedbacks("read", "gina") == []
    shown = [score.id for score in ask.get_recommend("gina", n=2, write_back_type="read")]
    assert {row["ItemId"] for row in ask.list_feedbacks("read", "gina")} == set(shown)
    assert not {score.id for score in ask.get_recommend("gina", n=6)} & set(shown)


def session_recommend(ask: Ask, catalog: Catalog) -> None:
    feedback = {"FeedbackType": "like", "UserId": "", "ItemId": "chef", "Timestamp": NOON}
    scores = ask.session_recommend([feedback], n=2)
    assert {score["Id"] for score in scores} == {"tampopo", "ratatouille"}
    assert scores[0]["Score"] >= scores[1]["Score"]
    assert not Profile.objects.filter(catalog=catalog, external_id__in=["", "session"]).exists()


def get_neighbors(ask: Ask, catalog: Catalog) -> None:
    neighbors = ask.get_neighbors("chef", n=2)
    assert {score["Id"] for score in neighbors} == {"tampopo", "ratatouille"}
    assert ask.get_neighbors("chef", n=1, offset=1) == neighbors[1:]
    assert ask.get_neighbors("unknown") == []


def insert_item(ask: Ask, catalog: Catalog) -> None:
    item = {
        "ItemId": "heat",
        "IsHidden": True,
        "Categories": ["crime", "drama"],
        "Timestamp": "1995-12-15T00:00:00Z",
        "Labels": {"year": 1995, "people": ["Mann", "Pacino"], "deep": {"er": [None, 1.5]}},
        "Comment": "Heat (1995)",
    }
    assert ask.insert_item(item) == {"RowAffected": 1}
    assert ask.get_item("heat") == item
    stored = Item.objects.get(catalog=catalog, external_id="heat")
    assert (stored.title, stored.hidden, stored.attributes) == ("Heat (1995)", True, item["Labels"])
    ask.insert_item({"ItemId": "heat", "Labels": ["a", "b"]})
    assert ask.get_item("heat") == {
        "ItemId": "heat",
        "IsHidden": False,
        "Categories": [],
        "Timestamp": "0001-01-01T00:00:00Z",
        "Labels": ["a", "b"],
        "Comment": "",
    }


def get_item(ask: Ask, catalog: Catalog) -> None:
    assert ask.get_item("alien") == {
        "ItemId": "alien",
        "IsHidden": False,
        "Categories": ["space", "horror"],
        "Timestamp": NOON,
        "Labels": None,
        "Comment": FILMS["alien"][0],
    }
    with pytest.raises(GorseException) as caught:
        ask.get_item("unknown")
    assert caught.value.status_code == 404


def get_items(ask: Ask, catalog: Catalog) -> None:
    found, cursor = [], ""
    while True:
        page, cursor = ask.get_items(n=2, cursor=cursor)
        found += [item["ItemId"] for item in page]
        if cursor == "":
            break
    assert sorted(found) == found or len(set(found)) == len(found)
    assert set(found) >= set(FILMS)


def search_items(ask: Ask, catalog: Catalog) -> None:
    found = ask.search_items("noodles", n=2)
    assert {item["ItemId"] for item in found} == {"tampopo", "ratatouille"}
    assert found[0].keys() == {"ItemId", "IsHidden", "Categories", "Timestamp", "Labels", "Comment"}


def update_item(ask: Ask, catalog: Catalog) -> None:
    ask.insert_item({"ItemId": "ran", "Categories": ["war"], "Labels": {"year": 1985}, "Comment": "Ran"})
    before = ask.get_item("ran")
    assert ask.update_item("ran") == {"RowAffected": 1}
    assert ask.get_item("ran") == before
    ask.update_item("ran", is_hidden=True)
    ask.update_item("ran", categories=["war", "drama"])
    ask.update_item("ran", labels=["epic"])
    ask.update_item("ran", timestamp="1985-06-01T00:00:00Z")
    ask.update_item("ran", comment="Ran: an old king")
    assert ask.get_item("ran") == {
        "ItemId": "ran",
        "IsHidden": True,
        "Categories": ["war", "drama"],
        "Timestamp": "1985-06-01T00:00:00Z",
        "Labels": ["epic"],
        "Comment": "Ran: an old king",
    }
    with pytest.raises(GorseException) as caught:
        ask.update_item("unknown", is_hidden=True)
    assert caught.value.status_code == 404


def delete_item(ask: Ask, catalog: Catalog) -> None:
    ask.insert_feedback("like", "henry", "short-lived", NOON)
    assert ask.delete_item("short-lived") == {"RowAffected": 1}
    assert not Item.objects.filter(catalog=catalog, external_id="short-lived").exists()
    assert ask.list_feedbacks("like", "henry") == []
    with pytest.raises(GorseException) as caught:
        ask.delete_item("short-lived")
    assert caught.value.status_code == 404


def insert_user(ask: Ask, catalog: Catalog) -> None:
    user = {"UserId": "ivan", "Labels": {"country": "GE", "likes": ["space"]}, "Comment": "Ivan"}
    assert ask.insert_user(user) == {"RowAffected": 1}
    assert ask.get_user("ivan") == user
    assert Profile.objects.get(catalog=catalog, external_id="ivan").name == "Ivan"
    replaced = {"UserId": "ivan", "Labels": ["space", "food"], "Comment": "two\nlines"}
    ask.insert_user(replaced)
    assert ask.get_user("ivan") == replaced


def insert_users(ask: Ask, catalog: Catalog) -> None:
    assert ask.insert_users([{"UserId": "judy"}, {"UserId": "kate", "Labels": ["x"]}]) == {"RowAffected": 2}
    assert ask.get_user("judy") == {"UserId": "judy", "Labels": None, "Comment": ""}
    assert ask.get_user("kate")["Labels"] == ["x"]


def get_user(ask: Ask, catalog: Catalog) -> None:
    assert ask.get_user("bob") == {"UserId": "bob", "Labels": None, "Comment": ""}
    with pytest.raises(GorseException) as caught:
        ask.get_user("nobody")
    assert caught.value.status_code == 404


def get_users(ask: Ask, catalog: Catalog) -> None:
    users, cursor = ask.get_users(n=2)
    assert len(users) == 2
    assert cursor
    rest, cursor = ask.get_users(n=1_000, cursor=cursor)
    assert cursor == ""
    ids = [user["UserId"] for user in users + rest]
    assert set(ids) >= {"bob", "carol", "dave"}
    assert len(set(ids)) == len(ids)


def delete_user(ask: Ask, catalog: Catalog) -> None:
    later = moment_text(timezone.now() + timedelta(days=1))
    ask.insert_feedback("like", "liam", "alien", NOON)
    ask.insert_feedback("read", "liam", "chef", later)
    erasures = Erasure.objects.filter(catalog=catalog).count()
    assert ask.delete_user("liam") == {"RowAffected": 1}
    assert Erasure.objects.filter(catalog=catalog).count() == erasures + 1
    with pytest.raises(GorseException) as caught:
        ask.get_user("liam")
    assert caught.value.status_code == 404
    # Nobody who was erased comes back by being named.
    with pytest.raises(GorseException) as caught:
        ask.insert_feedback("like", "liam", "alien", NOON)
    assert caught.value.status_code == 409
    assert ask.list_feedbacks("like", "liam") == []


SCENARIOS = {
    scenario.__name__: scenario
    for scenario in (
        delete_feedback,
        delete_item,
        delete_user,
        get_feedbacks,
        get_item,
        get_items,
        get_neighbors,
        get_recommend,
        get_user,
        get_users,
        insert_feedback,
        insert_feedbacks,
        insert_item,
        insert_user,
        insert_users,
        list_feedbacks,
        search_items,
        session_recommend,
        update_item,
    )
}


@pytest.mark.parametrize("method", SCENARIOS)
def test_method_of_pygorse(filled: tuple[Ask, Catalog], method: str) -> None:
    ask, catalog = filled
    SCENARIOS[method](ask, catalog)


@pytest.mark.parametrize("client_class", [Gorse, AsyncGorse])
def test_every_method_of_pygorse_is_tried(client_class: type) -> None:
    methods = {name for name, _method in inspect.getmembers(client_class, inspect.isfunction) if name[0] != "_"}
    assert version("PyGorse") == "0.5.1"
    assert methods == set(SCENARIOS)


def test_the_same_feedback_from_many_at_once_is_one(
    filled: tuple[Ask, Catalog], address: str, secrets: dict[int, str]
) -> None:
    """With a type, a user and items that nobody knew before."""
    _ask, catalog = filled
    client = Gorse(f"{address}/gorse", secrets[catalog.pk], timeout=60)
    rows = [
        {"FeedbackType": "rush", "UserId": "crowd", "ItemId": f"rush-{number}", "Timestamp": NOON, "Value": 1.0}
        for number in range(5)
    ]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: client.insert_feedbacks(rows[:: (-1) ** number]), range(24)))
    assert answers == [{"RowAffected": 5}] * 24
    assert [row["Value"] for row in client.list_feedbacks("rush", "crowd")] == [24.0] * 5
    assert Interaction.objects.filter(catalog=catalog, kind__name="rush").count() == 5


def test_a_wrong_key_is_refused(address: str) -> None:
    with pytest.raises(GorseException) as caught:
        Gorse(f"{address}/gorse", "wrong").get_item("alien")
    assert cast("GorseException", caught.value).status_code == 401
