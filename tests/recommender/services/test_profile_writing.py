"""Profiles written by rows."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from catalog.models import Catalog
from recommender.services.profile_writing import profile_row, upsert_profiles
from recommender.services.written_rows import Outcome, Refusal, RowRefused, WrittenRow
from tests.conftest import MakeProfile
from tests.recommender.services.statements import statements
from users.models import Profile, Way
from users.tombstones import bury


def write(catalog: Catalog, *records: dict[str, Any], consent: Way | None = None) -> list[WrittenRow]:
    rows = [profile_row(index, record) for index, record in enumerate(records)]
    return upsert_profiles(catalog=catalog, rows=rows, consent=consent)


def test_rows_are_made_changed_or_left_alone(catalog: Catalog) -> None:
    write(catalog, {"id": "a", "labels": ["x"], "attributes": {"n": 1, "m": 2}}, {"id": "b"})
    told = write(catalog, {"id": "a", "attributes": {"n": None}}, {"id": "b"}, {"id": "c"})
    assert [one.outcome for one in told] == [Outcome.UPDATED, Outcome.UNCHANGED, Outcome.CREATED]
    stored = Profile.objects.get(external_id="a")
    assert (stored.labels, stored.attributes, stored.personalise, stored.simulated) == (["x"], {"m": 2}, True, False)


def test_simulated_person_stays_one(catalog: Catalog, make_profile: MakeProfile) -> None:
    make_profile("a", simulated=True)
    write(catalog, {"id": "a", "name": "A"})
    assert Profile.objects.get().simulated is True


def test_erased_people_are_refused_and_the_others_kept(catalog: Catalog) -> None:
    bury(catalog_id=catalog.pk, external_id="gone", now=timezone.now())
    told = write(catalog, {"id": "gone"}, {"id": "here"})
    assert [one.refusal for one in told] == [Refusal.CONFLICT, None]
    assert [one.external_id for one in Profile.objects.all()] == ["here"]
    assert [one.outcome for one in write(catalog, {"id": "gone"}, consent=Way.API)] == [Outcome.CREATED]
    assert [one.outcome for one in write(catalog, {"id": "gone", "name": "x"})] == [Outcome.UPDATED]


def test_number_of_statements_is_bounded(catalog: Catalog) -> None:
    def send(start: int, count: int) -> int:
        records = [{"id": f"p{number}"} for number in range(start, start + count)]
        return len(statements(lambda: write(catalog, *records)))

    assert send(0, 1) == send(1, 50) == 2
    assert send(0, 1) == send(0, 50) == 3


@pytest.mark.parametrize(
    ("record", "field"),
    [
        ({"id": "a", "simulated": True}, "simulated"),
        ({"id": "a", "personalise": "no"}, "personalise"),
        ({"id": "a", "labels": [1]}, "labels"),
        ({"id": "a", "statement": "x" * 100_000}, "statement"),
        ({"id": "a", "language": "english!"}, "language"),
        ({"name": "x"}, "id"),
        ({"id": 5}, "id"),
    ],
)
def test_mistake_is_named(record: dict[str, Any], field: str) -> None:
    with pytest.raises(RowRefused) as caught:
        profile_row(0, record)
    assert [mistake.field for mistake in caught.value.mistakes] == [field]


def test_every_way_of_changing_a_profile_is_seen_in_its_time(make_profile: MakeProfile) -> None:
    profile = make_profile("a")
    before = Profile.objects.get().updated_at
    Profile.objects.update(name="")
    assert Profile.objects.get().updated_at == before
    Profile.objects.update(name="B")
    assert Profile.objects.get().updated_at > before
    profile.name = "C"
    profile.save()
    assert Profile.objects.get().updated_at > profile.updated_at
