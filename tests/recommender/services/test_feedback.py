"""Feedback that is sent before it is to count, and what happens to it meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from catalog.models import Catalog, Item
from recommender.models import Interaction, InteractionKind, LaterFeedback
from recommender.services.feedback import FeedbackRow, delete_feedback, release_due_feedback, write_feedback
from recommender.services.merging import merge_profiles
from recommender.services.recommending import recommend
from recommender.tasks import let_due_feedback_count
from tests.conftest import MakeItem
from users.models import Profile, User


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def send(catalog: Catalog, *rows: FeedbackRow, now: datetime, overwrite: bool = False) -> int:
    return write_feedback(catalog=catalog, rows=rows, overwrite=overwrite, now=now)


def later(now: datetime, item: str = "film", user: str = "alice", value: float | None = None) -> FeedbackRow:
    return FeedbackRow("read", user, item, value, now + timedelta(minutes=10))


def test_an_item_is_seen_once_its_feedback_counts(
    catalog: Catalog, alice: Profile, make_item: MakeItem, now: datetime
) -> None:
    make_item("film")
    send(catalog, later(now), now=now)
    assert [result.item_id for result in recommend(catalog=catalog, profile=alice).results] == ["film"]
    assert release_due_feedback(now=now + timedelta(minutes=9)) == 0
    assert release_due_feedback(now=now + timedelta(minutes=10)) == 1
    assert recommend(catalog=catalog, profile=alice).results == []


def test_a_clock_that_is_ahead_a_little_does_no_harm(catalog: Catalog, now: datetime) -> None:
    send(catalog, FeedbackRow("read", "alice", "film", occurred_at=now + timedelta(seconds=4)), now=now)
    assert Interaction.objects.count() == 1


def test_the_worker_lets_count_what_is_due(catalog: Catalog, now: datetime) -> None:
    send(catalog, later(now - timedelta(hours=1)), later(now, "play"), now=now - timedelta(hours=2))
    let_due_feedback_count()
    let_due_feedback_count()
    assert [act.item.external_id for act in Interaction.objects.all()] == ["film"]
    assert [waiting.item.external_id for waiting in LaterFeedback.objects.all()] == ["play"]


def test_what_waits_adds_up_and_keeps_the_earliest_time(catalog: Catalog, now: datetime) -> None:
    earliest = now + timedelta(minutes=10)
    send(catalog, later(now, value=2.0), later(now + timedelta(hours=1), value=3.0), now=now)
    send(catalog, later(now + timedelta(hours=2), value=1.0), now=now)
    assert LaterFeedback.objects.values_list("value", "occurred_at").get() == (6.0, earliest)


def test_released_onto_what_counts_already_it_adds_up(catalog: Catalog, now: datetime) -> None:
    send(catalog, later(now, value=2.0), now=now)
    waiting = LaterFeedback.objects.get()
    LaterFeedback.objects.all().delete()
    send(catalog, FeedbackRow("read", "alice", "film", 1.0, now), now=now)
    waiting.save(force_insert=True)
    release_due_feedback(now=now + timedelta(hours=1))
    assert Interaction.objects.values_list("value", "occurred_at").get() == (3.0, now)


def test_of_merged_people_each_sending_is_kept_once(
    catalog: Catalog, alice: Profile, bob: Profile, now: datetime
) -> None:
    send(catalog, later(now, value=1.0), later(now, "play"), later(now, user="bob", value=5.0), now=now)
    merge_profiles(source=alice, into=bob)
    waiting = LaterFeedback.objects.order_by("item__external_id").values_list("profile", "item__external_id", "value")
    assert list(waiting) == [(bob.pk, "film", 5.0), (bob.pk, "play", None)]


def test_what_merged_people_did_is_taken_back_together(
    catalog: Catalog, alice: Profile, bob: Profile, make_item: MakeItem, now: datetime
) -> None:
    film = make_item("film")
    rows = [FeedbackRow("like", user, "film", 1.0, now) for user in ("alice", "bob")]
    send(catalog, *rows, now=now)
    merge_profiles(source=alice, into=bob)
    assert Interaction.objects.filter(profile=bob).count() == 2
    assert delete_feedback(catalog=catalog, profile_id=bob.pk, item_id=film.pk) == 1
    assert not Interaction.objects.exists()


def test_it_goes_with_its_item_and_its_person(catalog: Catalog, alice: Profile, now: datetime) -> None:
    send(catalog, later(now), later(now, "play"), now=now)
    Item.objects.get(external_id="film").delete()
    assert LaterFeedback.objects.count() == 1
    alice.delete()
    assert not LaterFeedback.objects.exists()


def test_the_database_keeps_catalogs_apart(
    catalog: Catalog, other_catalog: Catalog, alice: Profile, make_item: MakeItem, now: datetime
) -> None:
    kind = InteractionKind.objects.get(catalog=catalog, name="like")
    elsewhere = make_item("dish", catalog=other_catalog)
    with pytest.raises(IntegrityError, match="same_catalog"), transaction.atomic():
        LaterFeedback.objects.create(catalog=catalog, profile=alice, item=elsewhere, kind=kind, occurred_at=now)


def test_operators_read_where_kinds_come_from(client: Client, operator: User, catalog: Catalog) -> None:
    client.force_login(operator)
    kind = InteractionKind.objects.get(catalog=catalog, name="like")
    page = client.get(f"/admin/recommender/interactionkind/{kind.pk}/change/").content.decode()
    assert "by the Gorse-compatible API" in page


def test_operators_weigh_kinds_whatever_their_names(
    client: Client, operator: User, catalog: Catalog, now: datetime
) -> None:
    send(catalog, FeedbackRow("Добавил в корзину", "alice", "film", None, now), now=now)
    kind = InteractionKind.objects.get(catalog=catalog, name="Добавил в корзину")
    client.force_login(operator)
    fields = {"weight": "3", "sign": "1", "value_mode": "multiply", "value_spread": "1", "marks_seen": "on"}
    response = client.post(f"/admin/recommender/interactionkind/{kind.pk}/change/", fields)
    assert response.status_code == 302, response.content
    kind.refresh_from_db()
    assert (kind.weight, kind.value_mode) == (3.0, "multiply")
