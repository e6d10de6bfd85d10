"""Limits of requests: by key, by person, by address of who is refused; none where nobody can count."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import Settings

from catalog.models import Catalog
from genre_site.env import Rate
from recommender.services import request_counts
from recommender.services.api_keys import make_key
from tests.conftest import MakeProfile
from tests.recommender.api.conftest import MakeProgram
from tests.recommender.api.trial import ADDRESS
from users.models import User

# A window that does not end while a test runs.
TWO = Rate(2, 86_400)


@pytest.fixture(autouse=True)
def _trial_addresses(settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.recommender.api.trial"


@pytest.fixture(params=["broker", "database"])
def counted(
    request: pytest.FixtureRequest, settings: Settings, monkeypatch: pytest.MonkeyPatch, db: None
) -> Iterator[None]:
    """Counted in either place, apart from what other tests count."""
    if request.param == "database":
        settings.CELERY_BROKER_URL = "amqp://localhost"
    name = f"tests {uuid.uuid4()}"
    monkeypatch.setattr(request_counts, "_installation", lambda: name)
    request_counts.pause.end()
    request_counts._counter.cache_clear()
    yield
    request_counts._counter.cache_clear()


@pytest.mark.usefixtures("counted")
class TestLimits:
    def test_of_a_key_are_told_and_kept(self, program: MakeProgram, settings: Settings) -> None:
        settings.GENRE_API_RATE = TWO
        client = program("read")
        answers = [client.get(ADDRESS) for _time in range(3)]
        assert [answered.status_code for answered in answers] == [200, 200, 429]
        assert [answered.headers["RateLimit"].split(";")[:2] for answered in answers] == [
            ['"key"', "r=1"],
            ['"key"', "r=0"],
            ['"key"', "r=0"],
        ]
        assert answers[0].headers["RateLimit-Policy"] == '"key";q=2;w=86400'
        refused = answers[2]
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert 0 < int(refused.headers["Retry-After"]) <= 86_400
        assert refused.headers["RateLimit"].endswith(f"t={refused.headers['Retry-After']}")

    def test_of_one_key_are_not_those_of_another(self, program: MakeProgram, settings: Settings) -> None:
        settings.GENRE_API_RATE = Rate(1, 86_400)
        assert [program("read").get(ADDRESS).status_code for _key in range(2)] == [200, 200]

    def test_of_people_are_their_own(
        self, client: Client, charlie: User, catalog: Catalog, make_profile: MakeProfile, settings: Settings
    ) -> None:
        settings.GENRE_API_RATE_PERSON, settings.GENRE_API_RATE = TWO, Rate(1, 86_400)
        Catalog.objects.update(on_site=True)
        make_profile("account-1", user=charlie)
        client.force_login(charlie)
        answers = [client.get("/api/v1/people/me?catalog=films") for _time in range(3)]
        assert [answered.status_code for answered in answers] == [200, 200, 429]

    def test_of_staff_are_those_of_a_key(
        self, client: Client, operator: User, catalog: Catalog, settings: Settings
    ) -> None:
        settings.GENRE_API_RATE = TWO
        client.force_login(operator)
        answers = [client.get(f"{ADDRESS}?catalog=films") for _time in range(3)]
        assert [answered.status_code for answered in answers] == [200, 200, 429]

    def test_of_those_without_a_key_are_by_address(self, catalog: Catalog, settings: Settings) -> None:
        settings.GENRE_API_RATE_REFUSED = TWO
        wrong = {"X-API-Key": "wrong"}
        statuses = [Client(REMOTE_ADDR="192.0.2.1").get(ADDRESS, headers=wrong).status_code for _time in range(3)]
        assert statuses == [401, 401, 429]
        assert Client(REMOTE_ADDR="192.0.2.2").get(ADDRESS).status_code == 401
        _key, secret = make_key(catalog=catalog, scopes=["read"])
        right = Client(REMOTE_ADDR="192.0.2.1").get(ADDRESS, headers={"X-API-Key": secret})
        assert right.status_code == 200

    def test_windows_end(self, program: MakeProgram, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        settings.GENRE_API_RATE = Rate(1, 60)
        client = program("read")
        clock = [1_000_020.0]
        monkeypatch.setattr("recommender.services.request_counts.time.time", lambda: clock[0])
        first, second = client.get(ADDRESS), client.get(ADDRESS)
        clock[0] += int(second.headers["Retry-After"])
        third = client.get(ADDRESS)
        assert [answered.status_code for answered in (first, second, third)] == [200, 429, 200]


def test_nobody_is_refused_where_nobody_can_count(
    program: MakeProgram, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.GENRE_API_RATE = Rate(1, 86_400)
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    request_counts._counter.cache_clear()
    request_counts.pause.end()
    client = program("read")
    try:
        answers = [client.get(ADDRESS) for _time in range(4)]
    finally:
        request_counts._counter.cache_clear()
        request_counts.pause.end()
    assert [answered.status_code for answered in answers] == [200] * 4
    assert "RateLimit" not in answers[0].headers
    # Asked once, and then left alone for a while.
    assert sum("not limited" in record.message for record in caplog.records) == 1


@pytest.mark.parametrize(
    ("broker", "address"),
    [
        ("redis://host:6379/2", "redis://host:6379/2"),
        ("rediss://:secret@host/0", "rediss://:secret@host/0"),
        ("redis+socket:///run/valkey.sock", "unix:///run/valkey.sock?db=0"),
        ("redis+socket://:secret@/run/valkey.sock?virtual_host=3", "unix://:secret@/run/valkey.sock?db=3"),
        ("amqp://host", None),
        ("sentinel://a:26379;sentinel://b:26379", None),
        ("redis://a;redis://b", None),
    ],
)
def test_broker_counts_where_it_can(broker: str, address: str | None) -> None:
    assert request_counts.counter_address(broker) == address
