"""A real Celery worker on the test's database and broker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode

import psutil
from django.db import connection

from genre_site.embedded.instance import CHECKOUT

START_SECONDS = 60.0
COMMAND = "-m celery -A genre_site.celery:app worker --pool prefork --concurrency 1 --without-mingle --without-gossip"
FAULTS = ("-I", "tests.recommender.worker.faults")


class Worker:
    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process = process
        self.log = log

    @property
    def pid(self) -> int:
        return self.process.pid

    def children(self) -> list[psutil.Process]:
        """The pool's processes and the embedded beat."""
        return [child for child in psutil.Process(self.pid).children(recursive=True) if "celery" in _command(child)]

    def wait_ready(self) -> None:
        wait_until(lambda: " ready." in self.log_text() or self.process.poll() is not None, START_SECONDS)
        assert self.process.poll() is None, self.log_text()

    def log_text(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def kill(self) -> None:
        """kill -9 of the worker alone: what becomes of its children is its own affair."""
        self.process.kill()
        self.process.wait()

    def end(self) -> None:
        """At once and with all its processes, whatever went wrong in the test."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        finally:
            self.process.wait()


@contextmanager
def running_worker(
    broker_url: str, log: Path, *, arguments: tuple[str, ...] = (), database_url: str = "", **settings: str
) -> Iterator[Worker]:
    """A worker that is starting; it is ended with the block, with its children."""
    environment: Mapping[str, str] = {
        **os.environ,
        "DATABASE_URL": database_url or pytest_database_url(),
        "BROKER_URL": broker_url,
        "GENRE_EMBED_RETRY_SECONDS": "0",
        **settings,
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-P", *COMMAND.split(), *arguments],
            cwd=CHECKOUT,
            env=environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    worker = Worker(process, log)
    try:
        yield worker
    finally:
        worker.end()


def pytest_database_url() -> str:
    """The address of the database that pytest made, for another process."""
    settings = connection.settings_dict
    query = urlencode({"host": settings["HOST"], "user": settings["USER"], "port": settings["PORT"] or "5432"})
    return f"postgresql:///{quote(settings['NAME'])}?{query}"


def wait_until(condition: Callable[[], object], timeout_seconds: float, *, poll_seconds: float = 0.02) -> float:
    """Seconds that it took; fails when it never came true."""
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < timeout_seconds, "it did not happen in time"
        time.sleep(poll_seconds)
    return time.monotonic() - started


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
