"""Guessing passwords: who tries too often waits, and nobody else does."""

from __future__ import annotations

import base64
import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from axes.models import AccessAttempt
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from tests.users.pages import page_of
from users.models import User

SIGN_IN, ADMIN_SIGN_IN = "/accounts/sign-in", "/admin/login/"
NAME_FIELD = {SIGN_IN: "login", ADMIN_SIGN_IN: "username"}
PASSWORD, WRONG = "correct horse battery", "wrong"
HERE, THERE = "198.51.100.7", "203.0.113.9"

Answered = Any


def attempt(
    address: str = SIGN_IN,
    *,
    email: str = "operator@example.com",
    password: str = WRONG,
    place: str = HERE,
    agent: str = "browser",
    forwarded_for: str = "",
) -> Answered:
    """Each attempt comes from a new browser."""
    headers = {"User-Agent": agent} | ({"X-Forwarded-For": forwarded_for} if forwarded_for else {})
    fields = {NAME_FIELD[address]: email, "password": password}
    return Client(REMOTE_ADDR=place).post(address, fields, headers=headers)


def guess(times: int, address: str = SIGN_IN, **given: str) -> list[int]:
    return [attempt(address, **given).status_code for _ in range(times)]


@pytest.mark.parametrize("address", NAME_FIELD)
class TestAfterFiveWrongPasswords:
    def test_the_right_one_is_refused_too(self, operator: User, address: str) -> None:
        assert guess(5, address) == [200, 200, 200, 200, 429]
        answered = attempt(address, password=PASSWORD)
        page = page_of(answered, status=429)
        assert page.heading == "Too many attempts"
        assert "<p>The password was wrong too often.</p>" in page.html
        assert "<p>Wait 15 minutes, then try again.</p>" in page.html
        assert 'href="/accounts/password/forgotten"' in page.html
        assert 890 <= int(answered.headers["Retry-After"]) <= 900
        assert "_auth_user_id" not in answered.client.session

    def test_somebody_elsewhere_is_not(self, operator: User, address: str) -> None:
        guess(6, address)
        assert attempt(address, password=PASSWORD, place=THERE).status_code == 302

    def test_somebody_else_here_is_not(self, operator: User, address: str) -> None:
        User.objects.create_superuser("other@example.com", PASSWORD)
        guess(6, address)
        assert attempt(address, email="other@example.com", password=PASSWORD).status_code == 302

    def test_page_itself_is_still_there(self, operator: User, address: str) -> None:
        guess(6, address)
        assert Client(REMOTE_ADDR=HERE).get(address).status_code == 200

    def test_time_heals(self, operator: User, address: str) -> None:
        guess(6, address)
        AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=15, seconds=1))
        assert attempt(address, password=PASSWORD).status_code == 302

    def test_trying_on_does_not_prolong_the_pause(self, operator: User, address: str) -> None:
        guess(5, address)
        AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=10))
        waits = [int(attempt(address).headers["Retry-After"]) for _ in range(3)]
        assert all(290 <= wait <= 300 for wait in waits)


@pytest.mark.parametrize(
    "one_after_the_other",
    [
        [{"address": SIGN_IN}, {"address": ADMIN_SIGN_IN}],
        [{"email": "operator@example.com"}, {"email": "OPERATOR@Example.com"}],
        [{"agent": "browser"}, {"agent": "another browser"}],
        [{"forwarded_for": "192.0.2.1"}, {"forwarded_for": "192.0.2.2"}],
        [{"place": "2001:db8:1:2::1"}, {"place": "2001:db8:1:2:ffff::9"}],
    ],
    ids=["both sign-ins", "capitals", "browsers", "claimed places", "one network"],
)
def test_attempts_count_together(operator: User, one_after_the_other: list[dict[str, str]]) -> None:
    statuses = [attempt(**one_after_the_other[number % 2]).status_code for number in range(6)]
    assert statuses == [200, 200, 200, 200, 429, 429]


def test_right_password_forgets_the_wrong_ones(operator: User) -> None:
    for _ in range(3):
        assert guess(4) == [200] * 4
        assert attempt(password=PASSWORD).status_code == 302


def test_somebody_elses_success_forgets_nothing(operator: User, charlie: User) -> None:
    for _ in range(4):
        attempt()
        assert attempt(email=charlie.email, password=PASSWORD).status_code == 302
    assert attempt().status_code == 429


def test_unknown_address_is_treated_like_a_known_one(db: None) -> None:
    assert guess(6, email="nobody@example.com") == [200, 200, 200, 200, 429, 429]


def test_behind_a_proxy_people_are_told_apart_by_what_it_saw(operator: User, settings: Settings) -> None:
    settings.GENRE_PROXY_COUNT = 1
    proxied = {"place": "10.0.0.1"}
    # What the client writes itself stands on the left.
    statuses = [attempt(forwarded_for=f"192.0.2.{number}, {HERE}", **proxied).status_code for number in range(6)]
    assert statuses == [200, 200, 200, 200, 429, 429]
    assert attempt(forwarded_for=f"{HERE}, {THERE}", password=PASSWORD, **proxied).status_code == 302


def test_settings_say_how_often_and_how_long(operator: User, settings: Settings) -> None:
    settings.AXES_FAILURE_LIMIT = 2
    settings.AXES_COOLOFF_TIME = timedelta(minutes=1)
    assert guess(2) == [200, 429]
    answered = attempt()
    assert "Wait a minute, then try again." in page_of(answered, status=429).html
    assert int(answered.headers["Retry-After"]) <= 60


def test_new_password_ends_the_pause(operator: User, mailoutbox: list[EmailMessage]) -> None:
    guess(6)
    browser = Client(REMOTE_ADDR=HERE)
    browser.post("/accounts/password/forgotten", {"email": operator.email})
    link = re.search(r"http://testserver(/\S+)", str(mailoutbox[0].body))
    assert link
    form = browser.get(link[1]).headers["Location"]
    browser.post(form, {"password1": "quiet piano evening", "password2": "quiet piano evening"})
    assert attempt(password="quiet piano evening").status_code == 302


def test_programs_that_guess_are_stopped_too(operator: User) -> None:
    def ask(password: str, place: str = HERE) -> int:
        credentials = base64.b64encode(f"{operator.email}:{password}".encode()).decode()
        address = "/api/v1/recommendations?catalog=nothing"
        return Client(REMOTE_ADDR=place).get(address, headers={"Authorization": f"Basic {credentials}"}).status_code

    assert ask(PASSWORD) == 404
    assert [ask("wrong") for _ in range(5)] == [401] * 5
    assert ask(PASSWORD) == 401
    assert ask(PASSWORD, THERE) == 404


def test_neither_logs_nor_what_is_stored_tell_more_than_they_must(
    operator: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    guess(6)
    attempt(password=PASSWORD, place=THERE)
    assert operator.email not in caplog.text
    assert HERE not in caplog.text
    stored = AccessAttempt.objects.get()
    assert (stored.username, stored.ip_address, stored.failures_since_start) == (operator.email, HERE, 5)
    assert operator.email not in stored.post_data
    assert "wrong" not in stored.post_data
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM axes_accesslog")
        assert cursor.fetchone() == (0,)


class TestOtherForms:
    """allauth's own limits, by place and by address."""

    def test_page_says_when_to_try_again(self, db: None, settings: Settings) -> None:
        settings.ACCOUNT_RATE_LIMITS = {"signup": "2/m/ip"}
        here, there = Client(REMOTE_ADDR=HERE), Client(REMOTE_ADDR=THERE)
        assert [here.post("/accounts/sign-up", {}).status_code for _ in range(3)] == [200, 200, 429]
        answered = here.post("/accounts/sign-up", {})
        page = page_of(answered, status=429)
        assert (page.heading, answered.headers["Retry-After"]) == ("Too many attempts", "60")
        assert there.post("/accounts/sign-up", {}).status_code == 200

    def test_limits_are_counted_in_the_database(self, db: None) -> None:
        Client(REMOTE_ADDR=HERE).post("/accounts/sign-up", {})
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM genre_cache WHERE cache_key LIKE '%:signup:%'")
            assert cursor.fetchone() == (1,)

    def test_nobody_is_flooded_with_e_mail(self, operator: User, mailoutbox: list[EmailMessage]) -> None:
        for number in range(8):
            Client(REMOTE_ADDR=f"198.51.100.{number}").post("/accounts/password/forgotten", {"email": operator.email})
        assert len(mailoutbox) == 5

    def test_wrong_passwords_elsewhere_do_not_shut_anybody_out(self, operator: User) -> None:
        """As allauth's own limit by address would."""
        for number in range(12):
            attempt(place=f"198.51.100.{number}")
        assert attempt(password=PASSWORD, place=THERE).status_code == 302


def test_confirmed_address_is_not_touched_by_attempts(operator: User) -> None:
    guess(6)
    assert not EmailAddress.objects.exists()
