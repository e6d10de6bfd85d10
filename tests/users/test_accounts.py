"""Signing up, in and out, and passwords: each journey as somebody makes it."""

from __future__ import annotations

import re
from smtplib import SMTPException
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.mail import EmailMessage
from django.db import IntegrityError
from django.test import Client
from pytest_django import Settings

from genre_site import settings as project_settings
from tests.users.pages import Page, page_of
from users.forms import SignUpForm
from users.models import User

SIGN_IN, SIGN_OUT, SIGN_UP = "/accounts/sign-in", "/accounts/sign-out", "/accounts/sign-up"
CHANGE, FORGOTTEN, SENT = "/accounts/password", "/accounts/password/forgotten", "/accounts/password/sent"
CHANGED = "/accounts/password/changed"
PASSWORD = "correct horse battery"
NEW_PASSWORD = "quiet piano evening"
WRONG = "The e-mail address or the password is not right."

Answered = Any


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def sign_in(client: Client, email: str = "charlie@example.com", password: str = PASSWORD, **more: str) -> Answered:
    return client.post(SIGN_IN, {"login": email, "password": password, **more})


def sign_up(client: Client, email: str = "alice@example.com", password: str = PASSWORD, **more: str) -> Answered:
    return client.post(SIGN_UP, {"email": email, "password1": password, **more})


def link_in(message: EmailMessage) -> str:
    found = re.search(r"http://testserver(/\S+)", str(message.body))
    assert found
    return found[1]


class TestSigningUp:
    def test_makes_an_account_and_signs_in(self, db: None, client: Client) -> None:
        answered = sign_up(client, "Alice@Example.com")
        assert (answered.status_code, answered.headers["Location"]) == (302, "/")
        alice = User.objects.get()
        assert (alice.email, alice.is_staff, alice.check_password(PASSWORD)) == ("alice@example.com", False, True)
        assert client.session["_auth_user_id"] == str(alice.pk)

    def test_leads_back_to_where_it_began(self, db: None, client: Client) -> None:
        sign_in_page = page_of(client.get(SIGN_IN, {"next": "/c/films/welcome"}))
        assert 'href="/accounts/sign-up?next=%2Fc%2Ffilms%2Fwelcome"' in sign_in_page.html
        assert 'name="next" value="/c/films/welcome"' in page_of(client.get(SIGN_UP, {"next": "/c/films/welcome"})).html
        assert sign_up(client, next="/c/films/welcome").headers["Location"] == "/c/films/welcome"

    @pytest.mark.parametrize("stored", ["alice@example.com", "Alice@example.com"])
    def test_address_that_has_an_account_is_named(self, client: Client, db: None, stored: str) -> None:
        User.objects.create_user(stored, PASSWORD)
        page = page_of(sign_up(client, "ALICE@example.com"))
        assert page.complaint("email") == (
            "There is an account with this address already: sign in, or choose a new password."
        )
        assert User.objects.count() == 1
        assert not is_signed_in(client)

    @pytest.mark.parametrize("password", ["short", "123456789012", "password123", "alice@example"])
    def test_weak_password_is_refused_and_said_beside_the_field(self, db: None, client: Client, password: str) -> None:
        page = page_of(sign_up(client, password=password))
        assert page.field("password1")["aria-invalid"] == "true"
        hint, complaint = page.texts("password1")
        assert hint == "At least 10 characters, not digits alone, and nothing that many people use."
        assert complaint.startswith(("This password is ", "The password is too similar to the"))
        assert "value" not in page.field("password1")
        assert page.field("email")["value"] == "alice@example.com"
        assert not User.objects.exists()

    def test_form_that_is_sent_twice_at_once_leads_to_signing_in(
        self, db: None, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The other request made the account after this one had looked for it."""
        monkeypatch.setattr(SignUpForm, "validate_unique_email", lambda _, value: value)
        User.objects.create_user("alice@example.com", PASSWORD)
        answered = sign_up(client)
        assert (answered.status_code, answered.headers["Location"]) == (302, SIGN_IN)
        assert User.objects.count() == 1

    def test_fault_of_another_kind_is_not_hidden(
        self, db: None, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(SignUpForm, "save", broken)
        with pytest.raises(ZeroDivisionError):
            sign_up(client)


class TestConfirmingAnAddress:
    def test_is_asked_for_and_not_needed(self, db: None, client: Client, mailoutbox: list[EmailMessage]) -> None:
        sign_up(client)
        assert [(mail.to, mail.subject) for mail in mailoutbox] == [
            (["alice@example.com"], "GENRE: Confirm your e-mail address")
        ]
        asked = page_of(client.get(link_in(mailoutbox[0])))
        assert "Is alice@example.com your address?" in asked.html
        assert EmailAddress.objects.get().verified is False

        confirmed = page_of(client.post(link_in(mailoutbox[0])))
        assert "alice@example.com is confirmed." in confirmed.html
        assert EmailAddress.objects.get().verified is True
        assert "This link is no longer good" in page_of(client.get(link_in(mailoutbox[0]))).html

    def test_nothing_is_sent_where_it_is_off(
        self, db: None, client: Client, mailoutbox: list[EmailMessage], settings: Settings
    ) -> None:
        settings.ACCOUNT_EMAIL_VERIFICATION = "none"
        sign_up(client)
        assert is_signed_in(client)
        assert mailoutbox == []

    def test_comes_before_signing_in_where_it_is_mandatory(
        self, db: None, client: Client, mailoutbox: list[EmailMessage], settings: Settings
    ) -> None:
        settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
        assert sign_up(client).headers["Location"] == "/accounts/confirm"
        assert page_of(client.get("/accounts/confirm")).heading == "Confirm your address"
        assert not is_signed_in(client)
        assert sign_in(client, "alice@example.com").headers["Location"] == "/accounts/confirm"
        assert not is_signed_in(client)

        client.post(link_in(mailoutbox[0]))
        sign_in(client, "alice@example.com")
        assert is_signed_in(client)

    @pytest.mark.parametrize("stored", ["charlie@example.com", "Charlie@example.com"])
    def test_tells_nobody_that_there_is_an_account_where_it_is_mandatory(
        self, db: None, client: Client, mailoutbox: list[EmailMessage], settings: Settings, stored: str
    ) -> None:
        settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
        User.objects.create_user(stored, PASSWORD)
        taken, free = sign_up(client, "charlie@example.com", NEW_PASSWORD), sign_up(Client(), "alice@example.com")
        assert (taken.status_code, taken.headers["Location"]) == (free.status_code, free.headers["Location"])
        assert [(mail.to, mail.subject) for mail in mailoutbox] == [
            (["charlie@example.com"], "GENRE: You have an account already"),
            (["alice@example.com"], "GENRE: Confirm your e-mail address"),
        ]
        assert link_in(mailoutbox[0]) == FORGOTTEN
        assert User.objects.get(email__iexact=stored).check_password(PASSWORD)

    @pytest.mark.parametrize(("verification", "status"), [("optional", 302), ("mandatory", 503)])
    def test_mail_that_cannot_go_stops_nobody_who_does_not_need_it(
        self, db: None, client: Client, settings: Settings, verification: str, status: int
    ) -> None:
        settings.ACCOUNT_EMAIL_VERIFICATION = verification
        settings.EMAIL_BACKEND = "users.mail_backend.NoMailBackend"
        answered = sign_up(client)
        assert answered.status_code == status
        assert is_signed_in(client) is (status == 302)
        assert User.objects.count() == 1


class TestSigningIn:
    @pytest.mark.parametrize("email", ["charlie@example.com", "Charlie@Example.COM", " charlie@example.com "])
    def test_works_whatever_the_capitals(self, client: Client, charlie: User, email: str) -> None:
        answered = sign_in(client, email)
        assert (answered.status_code, answered.headers["Location"]) == (302, "/")
        assert is_signed_in(client)

    def test_works_for_an_address_that_was_stored_with_capitals(self, client: Client, db: None) -> None:
        User.objects.create_user("Dora@example.com", PASSWORD)
        sign_in(client, "dora@example.com")
        assert is_signed_in(client)

    @pytest.mark.parametrize(
        ("email", "password"),
        [
            ("charlie@example.com", "wrong"),
            ("nobody@example.com", PASSWORD),
            ("charlie@example.com", PASSWORD.upper()),
            ("closed@example.com", PASSWORD),
        ],
    )
    def test_is_refused_in_the_same_words_whoever_it_is(
        self, client: Client, charlie: User, email: str, password: str
    ) -> None:
        User.objects.create_user("closed@example.com", PASSWORD, is_active=False)
        page = page_of(sign_in(client, email, password))
        assert re.search(rf'role="alert"><ul[^>]*><li>{re.escape(WRONG)}', page.html)
        assert page.field("login")["value"] == email
        assert "value" not in page.field("password")
        assert not is_signed_in(client)

    @pytest.mark.parametrize("address", ["/c/films/profile", "/c/films/search?q=%E7%A7%91%E5%B9%BB"])
    def test_leads_back_to_where_it_began(self, client: Client, charlie: User, address: str) -> None:
        assert sign_in(client, next=address).headers["Location"] == address

    @pytest.mark.parametrize(
        "address",
        ["https://evil.example/", "//evil.example", "https:///evil.example", "javascript:alert(1)", "\\\\evil.example"],
    )
    def test_leads_to_no_other_site(self, client: Client, charlie: User, address: str) -> None:
        assert sign_in(client, next=address).headers["Location"] == "/"

    def test_of_somebody_who_is_signed_in_leads_on(self, client: Client, charlie: User) -> None:
        client.force_login(charlie)
        assert client.get(SIGN_IN, {"next": "/c/films/"}).headers["Location"] == "/c/films/"

    @pytest.mark.parametrize(("choice", "ends_with_browser"), [({}, True), ({"remember": "on"}, False)])
    def test_lasts_as_long_as_one_chooses(
        self, client: Client, charlie: User, choice: dict[str, str], ends_with_browser: bool
    ) -> None:
        sign_in(client, **choice)
        assert client.session.get_expire_at_browser_close() is ends_with_browser

    @pytest.mark.parametrize("address", [SIGN_IN, SIGN_UP, SIGN_OUT, FORGOTTEN, CHANGE])
    def test_forms_of_other_sites_are_refused(self, charlie: User, address: str) -> None:
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(charlie)
        answered = strict.post(address, {"login": charlie.email, "password": PASSWORD})
        assert page_of(answered, status=403).heading == "This form was refused"
        assert is_signed_in(strict)

    def test_is_where_pages_send_those_who_have_to(self, client: Client, db: None) -> None:
        assert client.get(CHANGE).headers["Location"] == f"{SIGN_IN}?next={CHANGE}"


class TestAdmin:
    def test_has_a_sign_in_of_its_own(self, client: Client, operator: User) -> None:
        assert client.get("/admin/").headers["Location"] == "/admin/login/?next=/admin/"
        fields = {"username": "Operator@example.com", "password": PASSWORD, "next": "/admin/"}
        assert client.post("/admin/login/", fields).headers["Location"] == "/admin/"
        assert client.get("/admin/").status_code == 200

    def test_lets_nobody_in_who_is_not_staff(self, client: Client, charlie: User) -> None:
        assert client.post("/admin/login/", {"username": charlie.email, "password": PASSWORD}).status_code == 200
        assert not is_signed_in(client)
        sign_in(client)
        assert client.get("/admin/").headers["Location"] == "/admin/login/?next=/admin/"


class TestSigningOut:
    def test_is_asked_first(self, client: Client, charlie: User) -> None:
        client.force_login(charlie)
        assert "You are signed in as charlie@example.com." in page_of(client.get(SIGN_OUT)).html
        assert is_signed_in(client)

        answered = client.post(SIGN_OUT)
        assert (answered.status_code, answered.headers["Location"]) == (302, "/")
        assert not is_signed_in(client)

    def test_leaves_nothing_in_the_session(self, client: Client, charlie: User) -> None:
        client.force_login(charlie)
        session = client.session
        session["anything"] = "mine"
        session.save()
        client.post(SIGN_OUT)
        assert "anything" not in client.session

    def test_of_nobody_leads_to_the_start_page(self, client: Client, db: None) -> None:
        assert client.get(SIGN_OUT).headers["Location"] == "/"


class TestForgottenPassword:
    def test_is_replaced_by_the_link_in_an_e_mail(
        self, client: Client, charlie: User, mailoutbox: list[EmailMessage]
    ) -> None:
        assert client.post(FORGOTTEN, {"email": "Charlie@example.com"}).headers["Location"] == SENT
        assert page_of(client.get(SENT)).heading == "Look for our e-mail"
        (mail,) = mailoutbox
        assert (mail.to, mail.subject) == (["charlie@example.com"], "GENRE: Choose a new password")

        form = client.get(link_in(mail))
        # The secret is in the session by now, and in no address that could be passed on.
        address = form.headers["Location"]
        assert address.endswith("-set-password")
        assert page_of(client.get(address)).heading == "Choose a new password"
        fields = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
        assert client.post(address, fields).headers["Location"] == CHANGED
        assert page_of(client.get(CHANGED)).heading == "The new password is saved"

        assert page_of(sign_in(client)).heading == "Sign in"
        sign_in(client, password=NEW_PASSWORD)
        assert is_signed_in(client)

    def test_link_works_once(self, client: Client, charlie: User, mailoutbox: list[EmailMessage]) -> None:
        client.post(FORGOTTEN, {"email": charlie.email})
        address = client.get(link_in(mailoutbox[0])).headers["Location"]
        client.post(address, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
        for again in (link_in(mailoutbox[0]), address):
            page = page_of(client.get(again))
            assert "This link is no longer good" in page.html
            assert page.inputs == []

    def test_link_that_was_made_up_is_no_good(self, client: Client, charlie: User) -> None:
        page = page_of(client.get(f"/accounts/password/new/{charlie.pk}-abcdef-0123456789"))
        assert "This link is no longer good" in page.html

    @pytest.mark.parametrize(
        ("password", "once_more", "field"),
        [("short", "short", "password1"), (NEW_PASSWORD, "quiet piano morning", "password2")],
    )
    def test_new_password_has_to_be_good_and_the_same_twice(
        self, client: Client, charlie: User, mailoutbox: list[EmailMessage], password: str, once_more: str, field: str
    ) -> None:
        client.post(FORGOTTEN, {"email": charlie.email})
        address = client.get(link_in(mailoutbox[0])).headers["Location"]
        page = page_of(client.post(address, {"password1": password, "password2": once_more}))
        assert page.field(field)["aria-invalid"] == "true"
        charlie.refresh_from_db()
        assert charlie.check_password(PASSWORD)

    def test_page_does_not_tell_whether_there_is_an_account(
        self, client: Client, charlie: User, mailoutbox: list[EmailMessage]
    ) -> None:
        known, unknown = (client.post(FORGOTTEN, {"email": email}) for email in (charlie.email, "nobody@example.com"))
        assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])
        assert [(mail.to, mail.subject) for mail in mailoutbox] == [
            (["charlie@example.com"], "GENRE: Choose a new password"),
            (["nobody@example.com"], "GENRE: There is no account with this address"),
        ]
        assert link_in(mailoutbox[1]) == SIGN_UP

    def test_closed_account_gets_no_link(self, client: Client, charlie: User, mailoutbox: list[EmailMessage]) -> None:
        User.objects.update(is_active=False)
        client.post(FORGOTTEN, {"email": charlie.email})
        assert [mail.subject for mail in mailoutbox] == ["GENRE: There is no account with this address"]

    def test_address_that_only_looks_the_same_gets_no_link(
        self, client: Client, db: None, mailoutbox: list[EmailMessage]
    ) -> None:
        """For PostgreSQL the dotless i is another way to write an I."""
        User.objects.create_user("mike@example.com", PASSWORD)
        client.post(FORGOTTEN, {"email": "m\u0131ke@example.com"})
        assert [mail.subject for mail in mailoutbox if "new password" in mail.subject] == []

    def test_address_that_was_stored_with_capitals_gets_one(
        self, client: Client, db: None, mailoutbox: list[EmailMessage]
    ) -> None:
        User.objects.create_user("Dora@example.com", PASSWORD)
        client.post(FORGOTTEN, {"email": "dora@example.com"})
        assert [mail.subject for mail in mailoutbox] == ["GENRE: Choose a new password"]

    @pytest.mark.parametrize("email", ["charlie@example.com", "nobody@example.com"])
    @pytest.mark.parametrize("error", [SMTPException("secret"), TimeoutError("secret")])
    def test_mail_that_cannot_go_is_said(
        self,
        client: Client,
        charlie: User,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
        email: str,
        error: Exception,
    ) -> None:
        def away(*_: object) -> int:
            raise error

        monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", away)
        page = page_of(client.post(FORGOTTEN, {"email": email}), status=503)
        assert page.heading == "No e-mail can be sent at the moment"
        assert type(error).__name__ in caplog.text
        assert "secret" not in page.html + caplog.text
        assert email not in caplog.text

    def test_speaks_the_language_of_the_page(
        self, client: Client, charlie: User, mailoutbox: list[EmailMessage]
    ) -> None:
        client.post(FORGOTTEN, {"email": charlie.email}, headers={"Accept-Language": "zh-CN"})
        assert re.search(r"[\u4e00-\u9fff]", str(mailoutbox[0].subject))
        assert re.search(r"[\u4e00-\u9fff]", str(mailoutbox[0].body))


class TestChangingThePassword:
    def change(self, client: Client, present: str) -> Answered:
        fields = {"oldpassword": present, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
        return client.post(CHANGE, fields)

    def test_needs_the_present_one(self, client: Client, charlie: User) -> None:
        client.force_login(charlie)
        page = page_of(self.change(client, "wrong"))
        assert page.complaint("oldpassword") == "This is not your present password."
        charlie.refresh_from_db()
        assert charlie.check_password(PASSWORD)

    def test_ends_all_other_sessions(self, client: Client, charlie: User) -> None:
        elsewhere = Client()
        for browser in (client, elsewhere):
            browser.force_login(charlie)
        assert self.change(client, PASSWORD).headers["Location"] == CHANGED
        assert "You are still signed in here" in page_of(client.get(CHANGED)).html
        assert client.get(CHANGE).status_code == 200
        assert elsewhere.get(CHANGE).headers["Location"] == f"{SIGN_IN}?next={CHANGE}"

    def test_account_without_a_password_gets_its_first(self, client: Client, db: None) -> None:
        dora = User.objects.create_user("dora@example.com")
        client.force_login(dora)
        address = client.get(CHANGE).headers["Location"]
        assert page_of(client.get(address)).heading == "Choose a password"
        client.post(address, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
        dora.refresh_from_db()
        assert dora.check_password(NEW_PASSWORD)


AUTOCOMPLETE = {
    SIGN_IN: {"login": "username", "password": "current-password"},
    SIGN_UP: {"email": "email", "password1": "new-password"},
    FORGOTTEN: {"email": "email"},
    CHANGE: {"oldpassword": "current-password", "password1": "new-password", "password2": "new-password"},
}


class TestForms:
    def page(self, client: Client, charlie: User, address: str, **headers: str) -> Page:
        if address == CHANGE:
            client.force_login(charlie)
        return page_of(client.get(address, headers=headers))

    @pytest.mark.parametrize("address", AUTOCOMPLETE)
    def test_tell_browsers_and_screen_readers_what_belongs_where(
        self, client: Client, charlie: User, address: str
    ) -> None:
        page = self.page(client, charlie, address)
        asked = [given for given in page.inputs if given["type"] != "checkbox"]
        assert {given["name"]: given["autocomplete"] for given in asked} == AUTOCOMPLETE[address]
        assert {given["id"] for given in page.inputs} <= page.label_targets
        assert [given for given in page.inputs if "placeholder" in given] == []
        for given in asked:
            assert set(given.get("aria-describedby", "").split()) <= set(page.ids)
        assert len(page.ids) == len(set(page.ids))

    @pytest.mark.parametrize("address", AUTOCOMPLETE)
    def test_that_are_sent_empty_say_so_at_every_field(self, client: Client, charlie: User, address: str) -> None:
        self.page(client, charlie, address)
        page = page_of(client.post(address, {}))
        for name in AUTOCOMPLETE[address]:
            assert "This field is required." in page.complaint(name)
        for given in page.inputs:
            assert set(given.get("aria-describedby", "").split()) <= set(page.ids)

    @pytest.mark.parametrize("address", AUTOCOMPLETE)
    def test_speak_chinese(self, client: Client, charlie: User, address: str) -> None:
        page = self.page(client, charlie, address, Accept_Language="zh-CN")
        assert '<html lang="zh-hans">' in page.html
        said = re.sub(r"<[^>]*>", "", page.html[page.html.index("<main") : page.html.index("</main>")])
        assert not re.search("[A-Za-z]", said)


def test_more_pages_of_allauth_are_not_open() -> None:
    """It could change addresses and sign in by codes; neither has a page here."""
    for address in (
        "/accounts/email/",
        "/accounts/login/",
        "/accounts/login/code/confirm/",
        "/accounts/reauthenticate/",
    ):
        assert Client().get(address).status_code == 404


def test_constraint_is_the_one_that_the_form_expects(db: None) -> None:
    User.objects.create_user("alice@example.com", PASSWORD)
    with pytest.raises(IntegrityError):
        User.objects.create_user("ALICE@example.com", PASSWORD)


def test_signing_in_is_limited_by_axes_alone_and_the_rest_by_what_all_processes_see() -> None:
    assert project_settings.ACCOUNT_RATE_LIMITS == {"login_failed": None}
    assert project_settings.CACHES["default"]["BACKEND"] == "django.core.cache.backends.db.DatabaseCache"
