"""PostgreSQL is killed under writers by the API: nothing acknowledged is lost, and the outage is told as one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import httpx
import psycopg
import pytest

from genre_site.cli.backstage import Backstage, open_backstage
from genre_site.cli.children import end_child
from genre_site.cli.web import bind, start_web
from genre_site.embedded.instance import CHECKOUT, Instance
from genre_site.local_services import LocalServices

WRITERS = 8
BEFORE_SECONDS, AWAY_SECONDS, AFTER_SECONDS = 2.0, 2.0, 1.0
BACK_WITHIN_SECONDS = 10.0
SETTINGS = {"GENRE_HTTPS": "0", "GENRE_API_RATE": "none", "GENRE_API_RATE_REFUSED": "none"}


@dataclass
class Told:
    """What the server answered, with the moments of its acknowledgements by external id."""

    stored: dict[str, float] = field(default_factory=dict)
    refused: list[tuple[int, str | None]] = field(default_factory=list)


@pytest.fixture
def backstage(state_root: Path) -> Backstage:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GENRE_", "COVERAGE_"))}
    own = {name: value for name, value in kept.items() if name not in {"DATABASE_URL", "BROKER_URL"}}
    instance = Instance.from_environment({"GENRE_STATE_DIR": str(state_root)}, name="main")
    return open_backstage(instance, {**own, **SETTINGS, "GENRE_STATE_DIR": str(state_root)})


def manage(backstage: Backstage, *arguments: str) -> str:
    command = [sys.executable, str(CHECKOUT / "manage.py"), *arguments]
    ran = subprocess.run(command, env=backstage.environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


@contextmanager
def served(backstage: Backstage) -> Iterator[str]:
    """gunicorn, as ./run serve starts it."""
    web = start_web(backstage, bind("127.0.0.1", 0))
    try:
        yield web.record.facts["url"].rstrip("/")
    finally:
        end_child(web.child)


def write_until(stop: Event, client: httpx.Client, writer: int, told: Told) -> None:
    number = 0
    while not stop.is_set():
        name = f"{writer}-{number}"
        body = {"profile": "alice", "item": "solaris", "kind": "view", "external_id": name}
        answer = client.post("interactions", json=body)
        if answer.is_success:
            told.stored[name] = time.monotonic()
            number += 1
        else:
            # The same one again, as a program would.
            told.refused.append((answer.status_code, answer.headers.get("Retry-After")))
            time.sleep(0.05)


def kill_postgresql(services: LocalServices) -> None:
    pid = next(status.pid for status in services.status() if status.title == "PostgreSQL")
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


@pytest.mark.slow
def test_acknowledged_interactions_outlive_a_killed_postgresql(backstage: Backstage) -> None:
    manage(backstage, "migrate", "--verbosity", "0")
    key = manage(backstage, "create_api_key", "--catalog", "films", "--scopes", "admin")
    services, told, stop = LocalServices(backstage.instance), Told(), Event()
    with served(backstage) as url, ThreadPoolExecutor(WRITERS) as threads:
        client = httpx.Client(base_url=f"{url}/api/v1/", headers={"X-API-Key": key}, timeout=30)
        client.post("items", json={"id": "solaris", "title": "Solaris"}).raise_for_status()
        client.post("profiles", json={"id": "alice"}).raise_for_status()
        writing = [threads.submit(write_until, stop, client, writer, told) for writer in range(WRITERS)]
        try:
            time.sleep(BEFORE_SECONDS)
            kill_postgresql(services)
            time.sleep(AWAY_SECONDS)
            services.ensure_running()
            back = time.monotonic()
            deadline = back + BACK_WITHIN_SECONDS
            while max(told.stored.values()) < back and time.monotonic() < deadline:
                time.sleep(0.05)
            time.sleep(AFTER_SECONDS)
        finally:
            stop.set()
        for one in writing:
            one.result()
        client.close()
    assert max(told.stored.values()) > back, "the site did not come back"
    assert {status for status, _retry in told.refused} == {503}
    assert all(retry for _status, retry in told.refused)
    with psycopg.connect(backstage.environment["DATABASE_URL"]) as connection:
        rows = connection.execute("SELECT external_id FROM recommender_interaction").fetchall()
    assert told.stored.keys() - {name for (name,) in rows} == set()
