"""Erasing a person: what goes, what stays, and what the receipt says."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Catalog, Item
from recommender.exceptions import NotInCatalog
from recommender.models import Interaction, Slate
from recommender.services.erasing import erase_account, erase_profile
from recommender.services.receipts import find_receipt, receipt
from recommender.services.recommending import recommend
from tests.conftest import MakeItem, MakeProfile, act, embed_all
from users.models import Erasure, Profile, Tombstone, User, Way


@pytest.fixture
def items(catalog: Catalog, make_item: MakeItem) -> list[Item]:
    made = [make_item(f"film-{number}", title=f"film about rockets {number}") for number in range(3)]
    embed_all(catalog.embedding_spaces.get())
    return made


class TestErasingAProfile:
    def test_takes_what_is_theirs_and_leaves_what_is_anothers(
        self, alice: Profile, bob: Profile, items: list[Item], catalog: Catalog
    ) -> None:
        for person in (alice, bob):
            act(person, items[0])
            act(person, items[1], kind="dislike")
            recommend(catalog=catalog, profile=person)
        erasure = erase_profile(profile=alice, way=Way.API)
        assert list(Profile.objects.values_list("external_id", flat=True)) == ["bob"]
        assert set(Interaction.objects.values_list("profile_id", flat=True)) == {bob.pk}
        assert set(Slate.objects.values_list("profile_id", flat=True)) == {bob.pk}
        assert Interaction.objects.count() == 2
        assert erasure.counts == {
            "profile": 1,
            "administration_log": 0,
            "interactions": 2,
            "later_interactions": 0,
            "answers": 1,
            "interests": 0,
            "profile_vectors": 0,
            "sessions": 0,
            "imports": 0,
            "kept_answers": 0,
        }

    def test_receipt_names_nobody(self, alice: Profile) -> None:
        erasure = erase_profile(profile=alice, way=Way.COMMAND)
        found = find_receipt(erasure.pk)
        assert found is not None
        told = receipt(found)
        assert (told["id"], told["kind"], told["catalog"], told["asked_by"]) == (
            str(erasure.pk),
            "profile",
            "films",
            "command",
        )
        assert told["erased"][0] == {"name": "profile", "title": "Profile", "count": 1}
        assert "alice" not in str(told).lower()
        assert "alice" not in Tombstone.objects.get().digest

    def test_of_somebody_who_is_gone_finds_nobody(self, alice: Profile) -> None:
        erase_profile(profile=alice, way=Way.API)
        with pytest.raises(NotInCatalog):
            erase_profile(profile=alice, way=Way.API)
        assert Erasure.objects.count() == 1

    def test_takes_no_more_queries_for_a_longer_history(
        self, make_profile: MakeProfile, items: list[Item], catalog: Catalog
    ) -> None:
        def queries(name: str, rows: int) -> int:
            person = make_profile(name)
            for number in range(rows):
                act(person, items[number % 3], sequence=number)
                recommend(catalog=catalog, profile=person)
            with CaptureQueriesContext(connection) as captured:
                erase_profile(profile=person, way=Way.API)
            return len(captured)

        queries("zero", 1)
        assert queries("one", 1) == queries("many", 9)


class TestErasingAnAccount:
    def test_takes_its_profiles_in_all_catalogs(
        self, charlie: User, catalog: Catalog, other_catalog: Catalog, make_profile: MakeProfile, bob: Profile
    ) -> None:
        for one in (catalog, other_catalog):
            make_profile("charlie", catalog=one, user=charlie)
        erasure = erase_account(user=charlie, way=Way.SITE)
        assert not User.objects.filter(email="charlie@example.com").exists()
        assert list(Profile.objects.all()) == [bob]
        parts = receipt(erasure)["parts"]
        assert sorted(part["catalog"] for part in parts) == ["dishes", "films"]
        assert erasure.counts["account"] == 1
        assert Tombstone.objects.count() == 2
