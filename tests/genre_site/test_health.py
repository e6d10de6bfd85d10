"""/healthz and /readyz: each check alone, in time, and without a word about where things are."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from pytest_django import Settings

from genre_site import health
from genre_site.celery import app
from genre_site.health import Check, Finding, Unhealthy, overall, run_checks

Ask = Callable[..., tuple[int, dict[str, Any]]]

GOOD = Check(lambda: "fine")


def failing(error: Exception) -> Callable[[], str]:
    def probe() -> str:
        raise error

    return probe


def test_alive_without_a_database(client: Client) -> None:
    answered = client.get("/healthz")
    assert (answered.status_code, answered.json()) == (200, {"status": "alive"})
    assert "no-store" in answered.headers["Cache-Control"]


class TestChecks:
    def test_one_that_fails_takes_no_other_with_it(self) -> None:
        checks = {"good": GOOD, "bad": Check(failing(OSError("at /secret/socket"))), "also-good": GOOD}
        assert run_checks(checks, longest_seconds=5) == {
            "good": Finding(True, "fine"),
            "bad": Finding(False, "OSError"),
            "also-good": Finding(True, "fine"),
        }

    def test_what_a_check_found_is_said(self) -> None:
        checks = {"bad": Check(failing(Unhealthy("2 to be applied")))}
        assert run_checks(checks, longest_seconds=5) == {"bad": Finding(False, "2 to be applied")}

    def test_one_that_hangs_is_not_waited_for(self) -> None:
        release = threading.Event()

        def hang() -> str:
            release.wait(30)
            return "late"

        started = time.monotonic()
        findings = run_checks({"hangs": Check(hang), "good": GOOD}, longest_seconds=0.2)
        took = time.monotonic() - started
        release.set()

        assert findings == {"hangs": Finding(False, "no answer within 0.2 s"), "good": Finding(True, "fine")}
        assert took < 5

    @pytest.mark.parametrize(
        ("failed", "status"),
        [([], "ready"), (["lesser"], "degraded"), (["vital"], "down"), (["vital", "lesser"], "down")],
    )
    def test_what_is_vital_decides(self, failed: list[str], status: str) -> None:
        checks = {"vital": Check(GOOD.probe, vital=True), "lesser": GOOD}
        findings = {name: Finding(name not in failed, "") for name in checks}
        assert overall(checks, findings) == status

    def test_database_and_migrations_are_vital_and_broker_worker_and_encoder_are_not(self) -> None:
        vital = {name for name, check in health.CHECKS.items() if check.vital}
        assert vital == {"database", "migrations", "pgvector"}
        assert set(health.CHECKS) - vital == {"trigrams", "broker", "worker", "encoder"}


class TestReady:
    @pytest.fixture
    def ask(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> Ask:
        """The answer, with these checks replaced. No broker listens in tests: its checks are always replaced."""

        def ask(**replaced: Check) -> tuple[int, dict[str, Any]]:
            monkeypatch.setattr(health, "CHECKS", {**health.CHECKS, "broker": GOOD, "worker": GOOD, **replaced})
            monkeypatch.setattr(health, "LONGEST_CHECK_SECONDS", 30.0)
            answered = client.get("/readyz")
            return answered.status_code, answered.json()

        return ask

    @pytest.mark.django_db(transaction=True)
    def test_everything_answers(self, ask: Ask) -> None:
        status, body = ask()

        assert (status, body["status"]) == (200, "ready")
        version = connection.pg_version  # type: ignore[attr-defined]  # of the PostgreSQL backend
        assert body["checks"] == {
            "database": {"ok": True, "detail": f"PostgreSQL {version // 10_000}.{version % 10_000}"},
            "migrations": {"ok": True, "detail": "all applied"},
            "pgvector": {"ok": True, "detail": "new enough"},
            "trigrams": {"ok": True, "detail": "Chinese and English"},
            "broker": {"ok": True, "detail": "fine"},
            "worker": {"ok": True, "detail": "fine"},
            "encoder": {"ok": True, "detail": "hashing"},
        }

    @pytest.mark.django_db(transaction=True)
    def test_missing_migration_is_down(self, ask: Ask) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE django_migrations SET name = 'x' || name WHERE app = 'users' "
                "AND name = (SELECT max(name) FROM django_migrations WHERE app = 'users')"
            )
        try:
            status, body = ask()
        finally:
            with connection.cursor() as cursor:
                cursor.execute("UPDATE django_migrations SET name = substr(name, 2) WHERE name LIKE 'x0%'")
        assert (status, body["status"]) == (503, "down")
        assert body["checks"]["migrations"] == {"ok": False, "detail": "1 to be applied"}

    @pytest.mark.django_db(transaction=True)
    def test_missing_worker_or_encoder_is_degraded(
        self, ask: Ask, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.GENRE_DEFAULT_ENCODER = "no-such-encoder"
        monkeypatch.setattr("genre_site.health.worker_answers", lambda timeout_seconds: False)

        status, body = ask(worker=health.CHECKS["worker"])

        assert (status, body["status"]) == (200, "degraded")
        assert body["checks"]["worker"] == {"ok": False, "detail": "none answers"}
        assert body["checks"]["encoder"] == {"ok": False, "detail": "KeyError"}

    @pytest.mark.django_db(transaction=True)
    def test_old_pgvector_is_down_with_a_sentence(self, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("recommender.checks.OLDEST_PGVECTOR", (99, 0, 0))
        status, body = ask()
        assert (status, body["status"]) == (503, "down")
        assert "install 99.0.0 or newer" in body["checks"]["pgvector"]["detail"]

    @pytest.mark.django_db(transaction=True)
    def test_database_that_is_away_is_down_without_its_address(self, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
        away = failing(OperationalError('connection to server at "10.0.0.7", user "genre" failed'))
        with monkeypatch.context() as outage:
            outage.setattr("django.db.backends.base.base.BaseDatabaseWrapper.connect", lambda _: away())
            status, body = ask()

        assert (status, body["status"]) == (503, "down")
        assert body["checks"]["database"] == {"ok": False, "detail": "OperationalError"}
        assert body["checks"]["broker"]["ok"] is True
        assert "10.0.0.7" not in str(body)

    def test_broker_that_is_away_is_said_at_once_and_without_its_address(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(app.conf, "broker_write_url", "redis+socket:///nowhere/valkey.sock")
        findings = run_checks({"broker": health.CHECKS["broker"]}, longest_seconds=health.LONGEST_CHECK_SECONDS)
        assert findings == {"broker": Finding(False, "OperationalError")}
