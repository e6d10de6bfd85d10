"""Erasing and exporting people in the administration."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from recommender.models import Interaction
from tests.recommender.admin.conftest import messages, run_action
from users.models import Erasure, Profile, Tombstone, User


def document_of(answered: Any) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(b"".join(answered.streaming_content))
    return document


class TestProfile:
    def test_deletion_is_an_erasure_with_a_receipt(
        self, staff: Client, alice: Profile, bob: Profile, liked: Interaction
    ) -> None:
        answered = staff.post(f"/admin/users/profile/{alice.pk}/delete/", {"post": "yes"}, follow=True)
        erasure = Erasure.objects.get()
        assert (erasure.way, erasure.counts["interactions"], Tombstone.objects.count()) == ("admin", 1, 1)
        assert f"/admin/users/erasure/{erasure.pk}/change/" in messages(answered)
        assert list(Profile.objects.all()) == [bob]

    def test_log_says_that_staff_did_it_and_not_to_whom(self, staff: Client, alice: Profile) -> None:
        staff.post(f"/admin/users/profile/{alice.pk}/delete/", {"post": "yes"})
        assert set(LogEntry.objects.values_list("object_repr", flat=True)) == {"–"}

    def test_several_are_erased_one_by_one(self, staff: Client, alice: Profile, bob: Profile) -> None:
        answered = staff.post(
            "/admin/users/profile/",
            {"action": "delete_selected", "_selected_action": [alice.pk, bob.pk], "post": "yes"},
            follow=True,
        )
        assert answered.status_code == 200
        assert Erasure.objects.count() == 2
        assert not Profile.objects.exists()

    def test_page_offers_the_export(self, staff: Client, alice: Profile, liked: Interaction) -> None:
        address = f"/admin/users/profile/{alice.pk}/export/"
        assert address in staff.get(f"/admin/users/profile/{alice.pk}/change/").content.decode()
        answered = staff.get(address)
        assert "attachment" in answered["Content-Disposition"]
        assert document_of(answered)["profile"] == "alice"

    def test_whoever_may_not_look_may_not_export(
        self, charlie: User, as_staff: Callable[..., None], alice: Profile, client: Client
    ) -> None:
        as_staff(charlie, "view_item")
        client.force_login(charlie)
        assert client.get(f"/admin/users/profile/{alice.pk}/export/").status_code == 403

    def test_whoever_may_look_alone_erases_nobody(self, viewer: Client, alice: Profile) -> None:
        assert viewer.get(f"/admin/users/profile/{alice.pk}/export/").status_code == 200
        assert viewer.post(f"/admin/users/profile/{alice.pk}/delete/", {"post": "yes"}).status_code == 403
        run_action(viewer, "users/profile", "delete_selected", alice)
        assert Profile.objects.filter(pk=alice.pk).exists()


class TestAccount:
    @pytest.fixture
    def member(self, charlie: User, alice: Profile) -> User:
        Profile.objects.filter(pk=alice.pk).update(user=charlie)
        return charlie

    def test_deletion_is_an_erasure(self, staff: Client, member: User) -> None:
        staff.post(f"/admin/users/user/{member.pk}/delete/", {"post": "yes"})
        assert not User.objects.filter(pk=member.pk).exists()
        assert not Profile.objects.exists()
        assert set(Erasure.objects.values_list("catalog__slug", "way")) == {(None, "admin"), ("films", "admin")}

    def test_export_has_the_profiles(self, staff: Client, member: User) -> None:
        document = document_of(staff.get(f"/admin/users/user/{member.pk}/export/"))
        assert [profile["profile"] for profile in document["profiles"]] == ["alice"]

    def test_export_takes_the_right_to_see_profiles(
        self, charlie: User, as_staff: Callable[..., None], operator: User, client: Client
    ) -> None:
        as_staff(charlie, "view_user")
        client.force_login(charlie)
        assert client.get(f"/admin/users/user/{operator.pk}/export/").status_code == 403


def test_receipts_are_listed_and_read_and_never_changed(staff: Client, alice: Profile) -> None:
    staff.post(f"/admin/users/profile/{alice.pk}/delete/", {"post": "yes"})
    erasure = Erasure.objects.get()
    assert str(erasure.pk) in staff.get("/admin/users/erasure/").content.decode()
    html = staff.get(f"/admin/users/erasure/{erasure.pk}/change/").content.decode()
    assert "Profile: 1" in html
    assert "alice" not in html.lower()
    assert staff.post(f"/admin/users/erasure/{erasure.pk}/delete/", {"post": "yes"}).status_code == 403
