"""What a visitor did before they had an account is theirs once they have one."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.test import Client

from catalog.models import Catalog
from recommender.services.visitor_sessions import SESSION_PROFILES
from recommender.views.visitors import VISITOR_LABEL
from tests.conftest import MakeItem, MakeProfile, act
from users.models import Profile, User

PASSWORD = "correct horse battery"


def remember(client: Client, profiles: Sequence[Profile]) -> None:
    """As views/visitors.py does when a visitor does something."""
    session = client.session
    session[SESSION_PROFILES] = {str(profile.catalog_id): profile.pk for profile in profiles}
    session.save()


def sign_up(client: Client) -> User:
    client.post("/accounts/sign-up", {"email": "alice@example.com", "password1": PASSWORD})
    return User.objects.get(email="alice@example.com")


def sign_in(client: Client, user: User, address: str = "/accounts/sign-in", field: str = "login") -> None:
    client.post(address, {field: user.email, "password": PASSWORD})


@pytest.fixture
def session_profile(make_profile: MakeProfile, make_item: MakeItem, client: Client) -> Profile:
    profile = make_profile("visitor-1", labels=[VISITOR_LABEL], statement="pianos")
    act(profile, make_item("film"))
    remember(client, [profile])
    return profile


class TestSigningUp:
    def test_keeps_the_profile_of_the_session(self, client: Client, session_profile: Profile) -> None:
        alice = sign_up(client)
        profile = alice.profiles.get()
        assert profile == session_profile
        assert (profile.labels, profile.statement, profile.interactions.count()) == ([], "pianos", 1)
        assert SESSION_PROFILES not in client.session

    def test_keeps_those_of_all_catalogs(
        self, client: Client, session_profile: Profile, make_profile: MakeProfile, other_catalog: Catalog
    ) -> None:
        dishes = make_profile("visitor-2", catalog=other_catalog)
        remember(client, [session_profile, dishes])
        assert set(sign_up(client).profiles.all()) == {session_profile, dishes}

    def test_without_anything_done_makes_no_profile(self, client: Client, catalog: Catalog) -> None:
        assert sign_up(client).profiles.count() == 0


class TestSigningIn:
    @pytest.mark.parametrize(("address", "field"), [("/accounts/sign-in", "login"), ("/admin/login/", "username")])
    def test_merges_it_into_the_profile_of_the_account(
        self,
        client: Client,
        session_profile: Profile,
        operator: User,
        make_profile: MakeProfile,
        address: str,
        field: str,
    ) -> None:
        own = make_profile("operator", user=operator, statement="rockets")
        sign_in(client, operator, address, field)
        own.refresh_from_db()
        assert (own.statement, own.labels, own.interactions.count()) == ("rockets", [], 1)
        assert not Profile.objects.filter(pk=session_profile.pk).exists()

    def test_a_second_time_changes_nothing(self, client: Client, session_profile: Profile, charlie: User) -> None:
        sign_in(client, charlie)
        client.post("/accounts/sign-out")
        remember(client, [session_profile])
        sign_in(client, charlie)
        assert charlie.profiles.get().interactions.count() == 1

    def test_with_a_wrong_password_keeps_the_session_as_it_is(
        self, client: Client, session_profile: Profile, charlie: User
    ) -> None:
        client.post("/accounts/sign-in", {"login": charlie.email, "password": "wrong"})
        session_profile.refresh_from_db()
        assert session_profile.user is None
        assert client.session[SESSION_PROFILES] == {str(session_profile.catalog_id): session_profile.pk}

    def test_takes_nothing_of_somebody_elses(
        self, client: Client, make_profile: MakeProfile, operator: User, charlie: User, other_catalog: Catalog
    ) -> None:
        """A session may remember a profile that got an account meanwhile, or a simulated one."""
        theirs = make_profile("operator", user=operator)
        made_up = make_profile("made-up", catalog=other_catalog, simulated=True)
        remember(client, [theirs, made_up])
        sign_in(client, charlie)
        assert charlie.profiles.count() == 0
        theirs.refresh_from_db()
        assert theirs.user == operator

    def test_leaves_nothing_for_the_next_one_at_the_same_browser(
        self, client: Client, session_profile: Profile, charlie: User, operator: User
    ) -> None:
        sign_in(client, charlie)
        client.post("/accounts/sign-out")
        sign_in(client, operator)
        assert operator.profiles.count() == 0
        assert charlie.profiles.get() == session_profile
