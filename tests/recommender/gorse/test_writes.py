"""What Gorse's clients write, and how it is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.models import Catalog, Item
from recommender.gorse.moments import moment_text
from recommender.models import Interaction, InteractionKind, LaterFeedback, Scope
from recommender.services.feedback import release_due_feedback
from tests.conftest import MakeItem, act
from tests.recommender.gorse.conftest import Caller, secret_for
from users.models import Profile

NOON = "2024-05-01T12:00:00Z"
TOMORROW = timedelta(days=1)


def feedback(kind: str = "like", user: str = "bob", item: str = "heat", **members: object) -> dict[str, object]:
    return {"FeedbackType": kind, "UserId": user, "ItemId": item, "Timestamp": NOON, **members}


def one(call: Caller, kind: str = "like", user: str = "bob", item: str = "heat") -> dict[str, object]:
    response = call("GET", f"feedback/{kind}/{user}/{item}")
    assert response.status_code == 200, response.content
    return dict(response.json())


def test_put_takes_the_place_of_what_there_is(call: Caller) -> None:
    call("POST", "feedback", [feedback(Value=2.0, Comment="first", Labels={"device": "tv"})])
    answer = call("PUT", "feedback", [feedback(Value=5.0, Timestamp="2025-01-01T00:00:00Z")])
    assert (answer.status_code, answer.json()) == (200, {"RowAffected": 1})
    assert one(call) == {
        **feedback(Value=5.0, Timestamp="2025-01-01T00:00:00Z"),
        "Labels": None,
        "Comment": "",
    }
    assert Interaction.objects.count() == 1


def test_labels_and_comment_of_feedback_come_back(call: Caller) -> None:
    said = feedback(Value=1.0, Comment=" why \n", Labels={"device": "tv", "none": None})
    call("POST", "feedback", [said])
    assert one(call) == said


def test_what_the_native_api_recorded_is_added_to_and_overwritten(
    call: Caller, bob: Profile, make_item: MakeItem
) -> None:
    heat = make_item("heat")
    act(bob, heat, "like", value=1.0)
    act(bob, heat, "like", value=1.0)
    call("POST", "feedback", [feedback(Value=3.0)])
    assert (one(call)["Value"], one(call)["Timestamp"]) == (5.0, NOON)
    call("PUT", "feedback", [feedback(Value=7.0)])
    assert one(call)["Value"] == 7.0
    assert Interaction.objects.get().profile == bob


def test_without_a_time_it_happened_now(call: Caller) -> None:
    before = timezone.now()
    call("POST", "feedback", [{"FeedbackType": "like", "UserId": "bob", "ItemId": "heat"}])
    assert before <= Interaction.objects.get().occurred_at <= timezone.now()  # type: ignore[operator]  # it has a time


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_the_future_counts_when_it_has_come(call: Caller, method: str) -> None:
    later = moment_text(timezone.now() + TOMORROW)
    assert call(method, "feedback", [feedback(Timestamp=later, Value=2.0, Comment="soon")]).json() == {"RowAffected": 1}
    assert call("GET", "feedback").json() == {"Cursor": "", "Feedback": []}
    assert call("GET", "feedback/like/bob/heat").status_code == 404
    assert release_due_feedback(now=timezone.now()) == 0
    assert release_due_feedback(now=timezone.now() + TOMORROW) == 1
    assert one(call) == {**feedback(Timestamp=later, Value=2.0, Comment="soon"), "Labels": None}
    assert not LaterFeedback.objects.exists()


def test_what_was_to_count_later_counts_once_the_same_is_sent_for_now(call: Caller) -> None:
    call("POST", "feedback", [feedback(Timestamp=moment_text(timezone.now() + TOMORROW), Value=2.0)])
    call("POST", "feedback", [feedback(Value=1.0)])
    assert (one(call)["Value"], one(call)["Timestamp"]) == (3.0, NOON)
    assert not LaterFeedback.objects.exists()


def test_more_of_what_counts_already_counts_at_once(call: Caller) -> None:
    call("POST", "feedback", [feedback(Value=1.0)])
    call("POST", "feedback", [feedback(Timestamp=moment_text(timezone.now() + TOMORROW), Value=2.0)])
    assert (one(call)["Value"], one(call)["Timestamp"]) == (3.0, NOON)


def test_put_for_later_takes_back_what_counts_now(call: Caller) -> None:
    call("POST", "feedback", [feedback(Value=1.0)])
    call("PUT", "feedback", [feedback(Timestamp=moment_text(timezone.now() + TOMORROW))])
    assert call("GET", "feedback/like/bob/heat").status_code == 404
    assert LaterFeedback.objects.count() == 1


def test_deletion_takes_what_was_to_count_later_with_it(call: Caller) -> None:
    later = moment_text(timezone.now() + TOMORROW)
    call("POST", "feedback", [feedback(), feedback("read"), feedback("share", Timestamp=later)])
    assert call("DELETE", "feedback/like/bob/heat").json() == {"RowAffected": 1}
    assert call("DELETE", "feedback/bob/heat").json() == {"RowAffected": 2}
    assert not Interaction.objects.exists()
    assert not LaterFeedback.objects.exists()


def test_unknown_types_are_made_by_what_their_names_suggest(call: Caller, catalog: Catalog) -> None:
    names = ["Purchased", "read", "page_view", "thumbs-down", "dislikedIt", "评价"]
    assert call("POST", "feedback", [feedback(name) for name in names]).json() == {"RowAffected": 6}
    kinds = {kind.name: kind for kind in InteractionKind.objects.filter(catalog=catalog, name__in=names)}
    assert {name: kinds[name].weight * kinds[name].sign for name in names} == {
        "Purchased": 1.0,
        "read": 0.2,
        "page_view": 0.2,
        "thumbs-down": -1.0,
        "dislikedIt": -1.0,
        "评价": 1.0,
    }
    assert all(kind.marks_seen for kind in kinds.values())
    assert one(call, "评价")["FeedbackType"] == "评价"


def test_a_value_of_nought_is_none_given(call: Caller) -> None:
    call("POST", "feedback", [feedback("rating", Value=0), feedback("rating", item="ran", Value=5)])
    values = dict(Interaction.objects.values_list("item__external_id", "value"))
    assert values == {"heat": None, "ran": 5.0}
    assert one(call, "rating")["Value"] == 0.0


def test_nothing_is_stored_where_a_row_is_wrong(call: Caller) -> None:
    response = call("POST", "feedback", [feedback(), {**feedback(), "ItemId": 7}, {**feedback(), "Timestamp": "soon"}])
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    assert [error["field"] for error in response.json()["errors"]] == ["1.ItemId", "2.Timestamp"]
    assert not Interaction.objects.exists()


@pytest.mark.parametrize("body", [{}, "x", None, 7])
def test_what_is_no_list_is_refused(call: Caller, body: object) -> None:
    assert call("POST", "feedback", body).status_code == 400


def test_labels_that_are_replaced_leave_nothing_behind(call: Caller, catalog: Catalog) -> None:
    call("POST", "item", {"ItemId": "heat", "Labels": {"year": 1995, "genre": "crime"}})
    call("POST", "item", {"ItemId": "heat", "Labels": {"genre": "drama"}})
    assert Item.objects.get(catalog=catalog).attributes == {"genre": "drama"}
    call("PATCH", "item/heat", {"Labels": ["x"]})
    assert Item.objects.get(catalog=catalog).attributes == {"labels": ["x"]}


def test_a_patch_changes_nothing_that_it_does_not_name(call: Caller, make_item: MakeItem) -> None:
    title = "  A title  with blanks, of its own "
    make_item("heat", title=title, description="", attributes={"a": 1}, image_url="https://example.com/heat.png")
    assert call("PATCH", "item/heat", {"IsHidden": True}).json() == {"RowAffected": 1}
    heat = Item.objects.get(external_id="heat")
    assert (heat.title, heat.description, heat.attributes, heat.hidden) == (title, "", {"a": 1}, True)
    assert heat.image_url == "https://example.com/heat.png"


def test_categories_come_and_go(call: Caller) -> None:
    call("POST", "items", [{"ItemId": "heat", "Categories": ["crime"]}])
    for category, there in (("drama", ["crime", "drama"]), ("drama", ["crime", "drama"])):
        assert call("PUT", f"item/heat/category/{category}").json() == {"RowAffected": 1}
        assert call("GET", "item/heat").json()["Categories"] == there
    assert call("DELETE", "item/heat/category/crime").json() == {"RowAffected": 1}
    assert call("GET", "item/heat").json()["Categories"] == ["drama"]
    assert call("PUT", "item/unknown/category/crime").status_code == 404


def test_users_are_patched(call: Caller) -> None:
    call("POST", "user", {"UserId": "bob", "Labels": ["a"], "Comment": "Bob"})
    assert call("PATCH", "user/bob", {"Labels": None, "Comment": "Robert"}).json() == {"RowAffected": 1}
    assert call("GET", "user/bob").json() == {"UserId": "bob", "Labels": ["a"], "Comment": "Robert"}
    assert call("PATCH", "user/nobody", {"Comment": "x"}).status_code == 404


def test_own_words_of_a_profile_outlive_a_client_of_gorse(call: Caller, bob: Profile) -> None:
    Profile.objects.filter(pk=bob.pk).update(statement="Space operas.", labels=["tester"], language="en")
    call("POST", "users", [{"UserId": "bob", "Labels": {"age": 40}, "Comment": "Bobby"}])
    bob.refresh_from_db()
    assert (bob.statement, bob.labels, bob.language) == ("Space operas.", ["tester"], "en")
    assert (bob.name, bob.attributes) == ("Bobby", {"age": 40})


def test_an_empty_list_writes_nothing(call: Caller) -> None:
    for path in ("feedback", "items", "users"):
        assert call("POST", path, []).json() == {"RowAffected": 0}


NEEDED = {
    ("POST", "user"): Scope.PROFILES,
    ("POST", "users"): Scope.PROFILES,
    ("PATCH", "user/bob"): Scope.PROFILES,
    ("DELETE", "user/bob"): Scope.PROFILES,
    ("POST", "item"): Scope.WRITE_ITEMS,
    ("POST", "items"): Scope.WRITE_ITEMS,
    ("PATCH", "item/heat"): Scope.WRITE_ITEMS,
    ("DELETE", "item/heat"): Scope.WRITE_ITEMS,
    ("PUT", "item/heat/category/crime"): Scope.WRITE_ITEMS,
    ("DELETE", "item/heat/category/crime"): Scope.WRITE_ITEMS,
    ("POST", "feedback"): Scope.WRITE_INTERACTIONS,
    ("PUT", "feedback"): Scope.WRITE_INTERACTIONS,
    ("DELETE", "feedback/bob/heat"): Scope.WRITE_INTERACTIONS,
    ("DELETE", "feedback/like/bob/heat"): Scope.WRITE_INTERACTIONS,
    ("GET", "recommend/bob?write-back-type=read"): Scope.WRITE_INTERACTIONS,
    ("GET", "user/bob"): Scope.READ,
    ("GET", "feedback"): Scope.READ,
    ("POST", "session/recommend"): Scope.READ,
}


@pytest.mark.parametrize(("method", "path"), NEEDED)
def test_each_call_takes_its_scope(catalog: Catalog, method: str, path: str) -> None:
    needed = NEEDED[method, path]
    others = [scope for scope in Scope.values if scope not in (needed, Scope.ADMIN)]
    body: object = None if method in ("GET", "DELETE") else []
    refused = Caller(secret_for(catalog, *others))(method, path, body)
    assert refused.status_code == 403, refused.content
    assert needed in refused.json()["detail"]
    allowed = Caller(secret_for(catalog, needed, Scope.READ))(method, path, body)
    assert allowed.status_code in (200, 400, 404)


def test_a_key_sees_nothing_of_another_catalog(call: Caller, other_catalog: Catalog) -> None:
    call("POST", "items", [{"ItemId": "heat", "Comment": "Heat"}])
    call("POST", "feedback", [feedback()])
    elsewhere = Caller(secret_for(other_catalog))
    assert elsewhere("GET", "item/heat").status_code == 404
    assert elsewhere("GET", "user/bob").status_code == 404
    assert elsewhere("DELETE", "user/bob").status_code == 404
    assert elsewhere("GET", "items").json() == {"Cursor": "", "Items": []}
    assert elsewhere("GET", "users").json() == {"Cursor": "", "Users": []}
    assert elsewhere("GET", "feedback").json() == {"Cursor": "", "Feedback": []}
    assert elsewhere("GET", "user/bob/feedback").json() == []
    assert elsewhere("GET", "item/heat/feedback").json() == []
    assert elsewhere("DELETE", "feedback/bob/heat").json() == {"RowAffected": 0}
    elsewhere("POST", "feedback", [feedback(Value=9.0)])
    assert one(call)["Value"] == 0.0


def test_without_a_key_nothing_but_health_answers(db: None) -> None:
    stranger = Caller()
    assert stranger("GET", "items").status_code == 401
    live = stranger("GET", "health/live")
    assert (live.status_code, live.json()) == (
        200,
        {
            "Ready": True,
            "DataStoreError": None,
            "CacheStoreError": None,
            "DataStoreConnected": True,
            "CacheStoreConnected": True,
        },
    )
    assert stranger("GET", "health/ready").status_code == 200


def test_erased_people_are_not_stored_and_not_counted(call: Caller, catalog: Catalog) -> None:
    call("POST", "users", [{"UserId": "bob"}])
    assert call("DELETE", "user/bob").status_code == 200
    refused = call("POST", "user", {"UserId": "bob"})
    assert (refused.status_code, refused.headers["Content-Type"]) == (409, "application/problem+json")
    assert "erased" in refused.json()["detail"]
    assert call("POST", "users", [{"UserId": "bob"}, {"UserId": "carol"}]).json() == {"RowAffected": 1}
    rows = [feedback(user="bob"), feedback(user="carol"), feedback("read", user="bob")]
    assert call("POST", "feedback", rows).json() == {"RowAffected": 1}
    assert list(Profile.objects.values_list("external_id", flat=True)) == ["carol"]
