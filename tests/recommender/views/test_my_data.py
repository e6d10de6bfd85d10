"""Downloading and erasing one's own data on the site."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from catalog.models import Catalog, Item
from recommender.models import Interaction
from recommender.services.visitor_sessions import SESSION_PROFILES
from tests.conftest import MakeItem, MakeProfile, act
from tests.recommender.views.browsing import browser_of, put_on_site, read, signed_in, words_of
from users.models import Erasure, Profile, Tombstone, User

PAGE, DOWNLOAD, ERASE = "/c/films/profile", "/c/films/profile/data", "/c/films/profile/erase"
ACCOUNT_DOWNLOAD, ACCOUNT_ERASE = "/accounts/data", "/accounts/erase"
PASSWORD = "correct horse battery"
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture(autouse=True)
def film(catalog: Catalog, make_item: MakeItem) -> Item:
    put_on_site(catalog)
    return make_item("film-1", title="Night train")


@pytest.fixture
def visitor(make_profile: MakeProfile, film: Item) -> Profile:
    profile = make_profile("visitor-1", statement="quiet films")
    act(profile, film)
    return profile


@pytest.fixture
def member(charlie: User, make_profile: MakeProfile, film: Item) -> Profile:
    profile = make_profile("account-1", user=charlie, statement="loud films")
    act(profile, film)
    return profile


def document_of(answered: Any) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(b"".join(answered.streaming_content))
    return document


class TestDownload:
    def test_is_a_file_of_the_visitors_own(self, visitor: Profile, member: Profile) -> None:
        answered = browser_of(visitor).get(DOWNLOAD)
        assert answered["Content-Disposition"] == 'attachment; filename="genre-my-data.json"'
        assert "no-store" in answered["Cache-Control"]
        assert document_of(answered)["profile"] == "visitor-1"
        assert document_of(signed_in(member.user or User()).get(DOWNLOAD))["profile"] == "account-1"

    def test_of_somebody_of_whom_nothing_is_known_is_not_there(self, client: Client, charlie: User) -> None:
        for browser in (client, signed_in(charlie)):
            assert browser.get(DOWNLOAD).status_code == 404
            assert browser.get(ERASE).status_code == 404
        assert not Profile.objects.exists()

    def test_account_has_all_catalogs(
        self, charlie: User, member: Profile, make_profile: MakeProfile, other_catalog: Catalog
    ) -> None:
        make_profile("elsewhere", user=charlie, catalog=other_catalog)
        document = document_of(signed_in(charlie).get(ACCOUNT_DOWNLOAD))
        assert document["account"] == "charlie@example.com"
        assert [profile["profile"] for profile in document["profiles"]] == ["account-1", "elsewhere"]


class TestPage:
    def test_leads_to_both(self, visitor: Profile) -> None:
        html = read(browser_of(visitor), PAGE)
        assert f'href="{DOWNLOAD}"' in html
        assert f'href="{ERASE}"' in html
        assert ACCOUNT_ERASE not in html

    def test_of_a_member_leads_to_the_account_as_well(self, charlie: User) -> None:
        html = read(signed_in(charlie), PAGE)
        assert f'href="{ACCOUNT_ERASE}"' in html
        assert f'href="{ACCOUNT_DOWNLOAD}"' in html
        assert DOWNLOAD not in html


class TestErasingAProfile:
    def test_is_asked_first_and_done_by_nobody_who_only_looks(self, visitor: Profile) -> None:
        said = words_of(read(browser_of(visitor), ERASE))
        assert "This cannot be undone." in said
        assert Profile.objects.filter(pk=visitor.pk).exists()

    def test_unconfirmed_nothing_is_erased(self, visitor: Profile) -> None:
        answered = browser_of(visitor).post(ERASE, headers=ENGLISH)
        assert answered.status_code == 400
        assert "Nothing is erased: please confirm it by this box." in answered.content.decode()
        assert Profile.objects.filter(pk=visitor.pk).exists()

    def test_ends_with_a_receipt_and_a_fresh_session(self, visitor: Profile) -> None:
        browser = browser_of(visitor)
        key = browser.session.session_key
        answered = browser.post(ERASE, {"confirmed": "on"}, follow=True, headers=ENGLISH)
        said = words_of(answered.content.decode())
        assert answered.redirect_chain == [(f"/erased/{Erasure.objects.get().pk}", 302)]
        assert "Your data is erased" in said
        assert re.search(r"Interactions 1\b", said)
        assert not Profile.objects.exists()
        assert not Interaction.objects.exists()
        assert not Session.objects.filter(session_key=key).exists()
        assert "Nothing is known of you yet." in words_of(read(browser, PAGE))
        assert (Erasure.objects.get().way, Tombstone.objects.count()) == ("site", 1)

    def test_other_catalogs_stay_with_the_visitor(
        self, visitor: Profile, make_profile: MakeProfile, other_catalog: Catalog, make_item: MakeItem
    ) -> None:
        put_on_site(other_catalog)
        make_item("soup", catalog=other_catalog)
        elsewhere = make_profile("visitor-2", catalog=other_catalog, statement="soups")
        browser = browser_of(visitor)
        session = browser.session
        session[SESSION_PROFILES] = {str(one.catalog_id): one.pk for one in (visitor, elsewhere)}
        session.save()
        browser.post(ERASE, {"confirmed": "on"})
        assert "soups</textarea>" in read(browser, "/c/dishes/profile")
        assert "Nothing is known of you yet." in words_of(read(browser, PAGE))

    def test_member_is_signed_out_and_keeps_the_account(self, charlie: User, member: Profile) -> None:
        browser = signed_in(charlie)
        browser.post(ERASE, {"confirmed": "on"})
        assert "_auth_user_id" not in browser.session
        assert User.objects.filter(pk=charlie.pk).exists()
        assert not Profile.objects.exists()

    def test_nobody_elses_is_touched(self, visitor: Profile, member: Profile) -> None:
        browser_of(visitor).post(ERASE, {"confirmed": "on"})
        assert list(Profile.objects.all()) == [member]

    def test_needs_a_token_against_forgery(self, visitor: Profile) -> None:
        browser = browser_of(visitor, enforce_csrf_checks=True)
        assert browser.post(ERASE, {"confirmed": "on"}).status_code == 403
        assert Profile.objects.filter(pk=visitor.pk).exists()


class TestErasingAnAccount:
    def test_takes_the_password_and_everything_with_it(
        self, charlie: User, member: Profile, make_profile: MakeProfile, other_catalog: Catalog
    ) -> None:
        make_profile("elsewhere", user=charlie, catalog=other_catalog)
        browser = signed_in(charlie)
        answered = browser.post(ACCOUNT_ERASE, {"confirmed": "on", "password": PASSWORD}, follow=True, headers=ENGLISH)
        said = words_of(answered.content.decode())
        assert "Account" in said
        assert "Profile in films" in said
        assert "Profile in dishes" in said
        assert not User.objects.filter(email="charlie@example.com").exists()
        assert not Profile.objects.exists()
        assert "_auth_user_id" not in browser.session

    @pytest.mark.parametrize(
        ("posted", "sentence"),
        [
            ({"confirmed": "on", "password": "wrong"}, "This is not your present password."),
            ({"password": PASSWORD}, "Nothing is erased: please confirm it by this box."),
            ({}, "This field is required."),
        ],
    )
    def test_otherwise_nothing_happens(
        self, charlie: User, member: Profile, posted: dict[str, str], sentence: str
    ) -> None:
        answered = signed_in(charlie).post(ACCOUNT_ERASE, posted, headers=ENGLISH)
        assert answered.status_code == 400
        assert sentence in answered.content.decode()
        assert User.objects.filter(pk=charlie.pk).exists()
        assert Profile.objects.filter(pk=member.pk).exists()

    def test_guessing_the_password_is_stopped(self, charlie: User) -> None:
        browser = signed_in(charlie)
        tries = [
            browser.post(ACCOUNT_ERASE, {"confirmed": "on", "password": f"wrong {number}"}).status_code
            for number in range(6)
        ]
        assert tries[0] == 400
        assert tries[-1] == 429
        assert browser.post(ACCOUNT_ERASE, {"confirmed": "on", "password": PASSWORD}).status_code == 429
        assert User.objects.filter(pk=charlie.pk).exists()

    def test_without_a_password_the_box_is_enough(self, charlie: User) -> None:
        charlie.set_unusable_password()
        charlie.save()
        browser = signed_in(charlie)
        assert 'name="password"' not in read(browser, ACCOUNT_ERASE)
        assert browser.post(ACCOUNT_ERASE, {"confirmed": "on"}).status_code == 302
        assert not User.objects.filter(pk=charlie.pk).exists()

    def test_staff_is_sent_to_other_staff(self, operator: User) -> None:
        browser = signed_in(operator)
        assert "Somebody else of the staff has to erase it" in words_of(read(browser, ACCOUNT_ERASE))
        assert browser.post(ACCOUNT_ERASE, {"confirmed": "on", "password": PASSWORD}).status_code == 400
        assert User.objects.filter(pk=operator.pk).exists()

    def test_stranger_is_sent_to_the_door(self, client: Client) -> None:
        for address in (ACCOUNT_DOWNLOAD, ACCOUNT_ERASE):
            assert client.get(address)["Location"].startswith("/accounts/sign-in")


class TestReceipt:
    def test_can_be_read_again_and_names_nobody(self, visitor: Profile, client: Client) -> None:
        browser_of(visitor).post(ERASE, {"confirmed": "on"})
        html = read(client, f"/erased/{Erasure.objects.get().pk}")
        assert "visitor-1" not in html
        assert "quiet films" not in html

    def test_of_nothing_is_not_there(self, client: Client) -> None:
        assert client.get("/erased/6c9fbe51-33f5-4ad8-a37e-20dcb5c1c5f5").status_code == 404
