"""People who sign in, and profiles that recommendations are for."""

from __future__ import annotations

import pytest
from django.contrib.auth import authenticate
from django.db import IntegrityError, transaction
from pytest_django import Settings

from catalog.models import Catalog
from genre_site import settings as project_settings
from tests.conftest import MakeProfile
from users.models import Profile, User

PASSWORD = "correct horse battery"


def test_user_signs_in_with_an_address_whatever_its_capitals(db: None) -> None:
    alice = User.objects.create_user("Alice@Example.com", PASSWORD)
    assert authenticate(username="Alice@Example.com", password=PASSWORD) == alice
    assert authenticate(username="alice@EXAMPLE.COM", password=PASSWORD) == alice
    assert authenticate(username="alice@example.com", password="wrong") is None
    assert authenticate(username="bob@example.com", password=PASSWORD) is None


def test_address_is_used_once_whatever_its_capitals(db: None) -> None:
    User.objects.create_user("alice@example.com", PASSWORD)
    for again in ("alice@example.com", "Alice@example.com", "ALICE@EXAMPLE.COM"):
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.create_user(again, PASSWORD)
    bob = User.objects.create_user("bob@example.com", PASSWORD)
    with pytest.raises(IntegrityError, match="user_email_once"), transaction.atomic():
        User.objects.filter(pk=bob.pk).update(email="ALICE@example.com")


def test_user_needs_an_address(db: None) -> None:
    with pytest.raises(ValueError, match=r"A user needs an e-mail address\."):
        User.objects.create_user("", PASSWORD)


def test_user_has_no_user_name_and_no_rights_unless_they_are_given(db: None) -> None:
    alice = User.objects.create_user("alice@example.com", PASSWORD)
    assert (alice.username, alice.is_staff, alice.is_superuser, alice.is_active) == (None, False, False, True)
    assert str(alice) == "alice@example.com"
    root = User.objects.create_superuser("root@example.com", PASSWORD)
    assert (root.is_staff, root.is_superuser) == (True, True)


def test_password_is_kept_as_argon2(db: None, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = project_settings.PASSWORD_HASHERS
    alice = User.objects.create_user("alice@example.com", PASSWORD)
    assert alice.password.startswith("argon2")
    assert User.objects.create_user("bob@example.com").has_usable_password() is False


def test_one_profile_for_a_user_in_a_catalog(charlie: User, make_profile: MakeProfile, other_catalog: Catalog) -> None:
    make_profile("charlie", user=charlie)
    make_profile("charlie", user=charlie, catalog=other_catalog)
    with pytest.raises(IntegrityError, match="profile_once_for_user_in_catalog"), transaction.atomic():
        make_profile("charlie-again", user=charlie)


def test_profiles_without_a_user_are_as_many_as_there_are(make_profile: MakeProfile) -> None:
    for name in ("alice", "bob", "session-1"):
        make_profile(name)
    assert Profile.objects.filter(user=None).count() == 3


def test_profile_is_personal_and_real_unless_it_is_said(make_profile: MakeProfile) -> None:
    profile = make_profile("alice")
    assert (profile.personalise, profile.simulated, profile.statement, profile.labels) == (True, False, "", [])


def test_profile_is_shown_by_its_name_or_its_identifier(make_profile: MakeProfile) -> None:
    assert (str(make_profile("u-17", name="Alice")), str(make_profile("u-18"))) == ("Alice", "u-18")
