"""Whether this process is alive, and whether everything it stands on answers; what it says names no address."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from http import HTTPStatus

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from genre_site.celery import app
from recommender.checks import pgvector_problem
from recommender.embeddings.registry import BACKENDS, shared_encoder
from recommender.services.workers import worker_answers

logger = logging.getLogger(__name__)

LONGEST_CHECK_SECONDS = 2.0
PING_SECONDS = 1.0
CONNECT_SECONDS = 1.0
# Checks that hang (a database behind a dead network) keep their thread: so many, and no more however often is asked.
_threads = ThreadPoolExecutor(max_workers=14, thread_name_prefix="health")


class Unhealthy(Exception):
    """A check that got an answer, and not the one it should be."""


@dataclass(frozen=True)
class Check:
    """A probe returns a detail or raises. Without what is vital nothing works; without the rest, less does."""

    probe: Callable[[], str]
    vital: bool = False


@dataclass(frozen=True)
class Finding:
    ok: bool
    detail: str


@never_cache
@require_safe
def alive(request: HttpRequest) -> JsonResponse:
    """The process answers; asks nothing else."""
    return JsonResponse({"status": "alive"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    findings = run_checks(CHECKS, longest_seconds=LONGEST_CHECK_SECONDS)
    status = overall(CHECKS, findings)
    return JsonResponse(
        {"status": status, "checks": {name: vars(finding) for name, finding in findings.items()}},
        status=HTTPStatus.SERVICE_UNAVAILABLE if status == "down" else HTTPStatus.OK,
    )


def run_checks(checks: Mapping[str, Check], *, longest_seconds: float) -> dict[str, Finding]:
    """All checks at once; one that fails or hangs takes no other with it."""
    running = {name: _threads.submit(check.probe) for name, check in checks.items()}
    wait(running.values(), timeout=longest_seconds)
    return {name: _finding(name, future, longest_seconds) for name, future in running.items()}


def overall(checks: Mapping[str, Check], findings: Mapping[str, Finding]) -> str:
    failed = [name for name, finding in findings.items() if not finding.ok]
    if any(checks[name].vital for name in failed):
        return "down"
    return "degraded" if failed else "ready"


def _finding(name: str, future: Future[str], longest_seconds: float) -> Finding:
    if not future.done():
        future.cancel()
        return Finding(False, f"no answer within {longest_seconds:g} s")
    error = future.exception()
    if error is None:
        return Finding(True, future.result())
    logger.warning("health check %s failed: %s", name, type(error).__name__)
    # The message of a driver's error may hold an address or a user name; its type does not.
    return Finding(False, str(error) if isinstance(error, Unhealthy) else type(error).__name__)


def _with_database(probe: Callable[[], str]) -> Callable[[], str]:
    """Each thread has a connection of its own, which nobody would close."""

    def probe_and_close() -> str:
        try:
            return probe()
        finally:
            connection.close()

    return probe_and_close


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return f"PostgreSQL {cursor.fetchone()[0].split()[0]}"


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        raise Unhealthy(f"{len(missing)} to be applied")
    return "all applied"


def _pgvector() -> str:
    problem = pgvector_problem()
    if problem is not None:
        raise Unhealthy(problem)
    return "new enough"


def _trigrams() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT cardinality(show_trgm('科幻太空'))")
        count = cursor.fetchone()[0]
    if not count:
        raise Unhealthy("the database's locale does not know Chinese letters")
    return "Chinese and English"


def _broker() -> str:
    with app.connection_for_write(connect_timeout=CONNECT_SECONDS) as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, timeout=CONNECT_SECONDS)
    return "answers"


def _worker() -> str:
    if not worker_answers(PING_SECONDS):
        raise Unhealthy("none answers")
    return "answers"


def _encoder() -> str:
    """Loads the very encoder that a new catalog's space asks for: another one would be a second copy in memory."""
    name = settings.GENRE_DEFAULT_ENCODER
    backend = BACKENDS[name]
    shared_encoder(name, backend.default_model, "", backend.dimension).load()
    return name


CHECKS: Mapping[str, Check] = {
    "database": Check(_with_database(_database), vital=True),
    "migrations": Check(_with_database(_migrations), vital=True),
    "pgvector": Check(_with_database(_pgvector), vital=True),
    "trigrams": Check(_with_database(_trigrams)),
    "broker": Check(_broker),
    "worker": Check(_worker),
    "encoder": Check(_encoder),
}
