"""An interaction is stored once, however often, and from how many places at once, it is sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from catalog.models import Catalog
from recommender.exceptions import InvalidRequest, NotInCatalog
from recommender.models import Interaction
from recommender.services.interactions import record_interaction, remove_interaction
from tests.conftest import MakeItem, MakeProfile
from tests.recommender.services.together import all_at_once
from users.models import Profile

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
IDENTITIES: list[dict[str, Any]] = [
    {"external_id": "event-1", "occurred_at": NOON},
    {"external_id": "event-1", "sequence": 3},
    {"external_id": "event-1"},
    {"occurred_at": NOON},
    {"occurred_at": NOON, "sequence": 3},
    {"sequence": 3},
]


@pytest.mark.parametrize("identity", IDENTITIES, ids="+".join)
def test_sent_twice_is_stored_once_with_the_latest_value(
    alice: Profile, make_item: MakeItem, identity: dict[str, Any]
) -> None:
    film = make_item("film")
    first, was_new = record_interaction(profile=alice, item=film, kind="rating", value=3, **identity)
    again, is_new = record_interaction(profile=alice, item=film, kind="rating", value=5, **identity)
    assert (was_new, is_new) == (True, False)
    assert again.pk == first.pk
    assert list(Interaction.objects.values_list("value", flat=True)) == [5.0]
    assert (again.external_id, again.sequence) == (identity.get("external_id"), identity.get("sequence"))


@pytest.mark.parametrize(
    ("one", "another"),
    [
        ({"external_id": "event-1"}, {"external_id": "event-2"}),
        ({"external_id": "event-1", "occurred_at": NOON}, {"external_id": "event-2", "occurred_at": NOON}),
        ({"external_id": "event-1", "occurred_at": NOON}, {"occurred_at": NOON}),
        ({"occurred_at": NOON}, {"occurred_at": NOON + timedelta(microseconds=1)}),
        ({"sequence": 3}, {"sequence": 4}),
        ({"sequence": 3}, {"sequence": 3, "occurred_at": NOON}),
    ],
)
def test_different_identities_are_different_interactions(
    alice: Profile, make_item: MakeItem, one: dict[str, Any], another: dict[str, Any]
) -> None:
    film = make_item("film")
    for identity in (one, another):
        assert record_interaction(profile=alice, item=film, kind="view", **identity)[1] is True
    assert Interaction.objects.count() == 2


def test_same_time_with_another_item_kind_or_person_is_another_interaction(
    alice: Profile, bob: Profile, make_item: MakeItem
) -> None:
    film, book = make_item("film"), make_item("book")
    for profile, item, kind in [
        (alice, film, "view"),
        (alice, film, "like"),
        (alice, book, "view"),
        (bob, film, "view"),
    ]:
        assert record_interaction(profile=profile, item=item, kind=kind, occurred_at=NOON)[1] is True
    assert Interaction.objects.count() == 4


def test_without_a_time_and_a_sequence_it_happened_now(alice: Profile, make_item: MakeItem) -> None:
    before = timezone.now()
    interaction, _ = record_interaction(profile=alice, item=make_item("film"), kind="view")
    assert interaction.occurred_at is not None
    assert before <= interaction.occurred_at <= timezone.now()


def test_answer_that_it_came_from_is_kept(alice: Profile, make_item: MakeItem) -> None:
    film, slate_id = make_item("film"), uuid4()
    record_interaction(profile=alice, item=film, kind="click", occurred_at=NOON, slate_id=slate_id)
    interaction, _ = record_interaction(profile=alice, item=film, kind="click", occurred_at=NOON)
    assert interaction.slate_id == slate_id


def test_identifiers_are_apart_by_catalog(
    alice: Profile, make_item: MakeItem, make_profile: MakeProfile, other_catalog: Catalog
) -> None:
    stranger = make_profile("alice", catalog=other_catalog)
    record_interaction(profile=alice, item=make_item("film"), kind="view", external_id="event-1")
    soup = make_item("soup", catalog=other_catalog)
    assert record_interaction(profile=stranger, item=soup, kind="view", external_id="event-1")[1] is True


def test_identifier_of_somebody_elses_interaction_is_refused(alice: Profile, bob: Profile, make_item: MakeItem) -> None:
    film, book = make_item("film"), make_item("book")
    record_interaction(profile=alice, item=film, kind="rating", value=5, external_id="event-1")
    for profile, item, kind in [(bob, film, "rating"), (alice, book, "rating"), (alice, film, "like")]:
        with pytest.raises(InvalidRequest, match="“event-1” names another interaction"):
            record_interaction(profile=profile, item=item, kind=kind, value=1, external_id="event-1")
    interaction = Interaction.objects.get()
    assert (interaction.profile, interaction.item, interaction.value) == (alice, film, 5.0)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_value_that_is_no_number_is_refused(alice: Profile, make_item: MakeItem, value: float) -> None:
    with pytest.raises(InvalidRequest, match="not a number that can be weighed"):
        record_interaction(profile=alice, item=make_item("film"), kind="rating", value=value)


def test_unknown_kind_is_refused(alice: Profile, make_item: MakeItem) -> None:
    with pytest.raises(NotInCatalog, match="no interaction kind “adore”"):
        record_interaction(profile=alice, item=make_item("film"), kind="adore")


def test_profile_and_item_of_different_catalogs_are_refused(
    alice: Profile, make_item: MakeItem, other_catalog: Catalog
) -> None:
    with pytest.raises(InvalidRequest, match="different catalogs"):
        record_interaction(profile=alice, item=make_item("soup", catalog=other_catalog), kind="view")


def test_removed_interaction_is_gone(alice: Profile, make_item: MakeItem) -> None:
    kept, _ = record_interaction(profile=alice, item=make_item("film"), kind="view")
    gone, _ = record_interaction(profile=alice, item=make_item("book"), kind="view")
    remove_interaction(gone)
    assert list(Interaction.objects.all()) == [kept]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("identity", [{"external_id": "event-1"}, {"occurred_at": NOON}, {"sequence": 3}])
def test_sent_from_eight_places_at_once_is_stored_once(
    alice: Profile, make_item: MakeItem, identity: dict[str, Any]
) -> None:
    film = make_item("film")

    def send(number: int) -> tuple[int, bool]:
        interaction, is_new = record_interaction(profile=alice, item=film, kind="rating", value=number, **identity)
        return interaction.pk, is_new

    sent = all_at_once(8, send)

    assert len({interaction_id for interaction_id, _ in sent}) == 1
    assert [is_new for _, is_new in sent].count(True) == 1
    assert Interaction.objects.get().value in range(8)
