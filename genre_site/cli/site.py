"""What a supervisor holds together: its web server, and the worker that it started because none ran."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from genre_site.cli.backstage import Backstage, record_this_process
from genre_site.cli.children import end_child
from genre_site.cli.console import say
from genre_site.cli.exceptions import Terminated
from genre_site.cli.shutdown import STEPS
from genre_site.cli.signals import ending_signals_ignored
from genre_site.cli.web import WebServer, find_answering, start_web
from genre_site.cli.worker import ROLE as WORKER_ROLE
from genre_site.cli.worker import start_worker_in_background
from genre_site.embedded.exceptions import ServerFailedError
from genre_site.embedded.lock import exclusive_lock
from genre_site.embedded.process_records import ProcessRecord
from genre_site.embedded.processes import last_lines

SET_UP_TIMEOUT_SECONDS = 3600.0
POLL_SECONDS = 0.5
WORKER_RESTART_SECONDS = 10.0


class AlreadyServingError(Exception):
    """This instance has a web server that answers; `url` is its address."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url


class Site:
    """A context: what it started is stopped when it is left, in whatever way."""

    def __init__(self, backstage: Backstage) -> None:
        self.backstage = backstage
        self._supervisor: ProcessRecord | None = None
        self._worker: ProcessRecord | None = None
        self._web: WebServer | None = None

    def __enter__(self) -> Site:
        self._supervisor = record_this_process(self.backstage.instance, "supervisor")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with ending_signals_ignored():
            records = self.backstage.records
            if self._web:
                end_child(self._web.child)
                records.remove(self._web.record)
            if self._worker:
                self._worker.identity.stop(STEPS[WORKER_ROLE])
                records.remove(self._worker)
            if self._supervisor:
                records.remove(self._supervisor)

    @contextmanager
    def set_up(self) -> Iterator[None]:
        """One set-up at a time: a second one waits, and then finds the first one's web server.

        Raises:
            AlreadyServingError: there is one.
        """
        with exclusive_lock(self.backstage.instance.folder / "serve.lock", timeout_seconds=SET_UP_TIMEOUT_SECONDS):
            if url := find_answering(self.backstage.records):
                raise AlreadyServingError(url)
            yield

    def ensure_worker(self) -> None:
        """A worker that runs already belongs to somebody else, and is left when this process ends."""
        others = self.backstage.records.running(WORKER_ROLE)
        self._worker = None if others else start_worker_in_background(self.backstage)

    def start_web(self, listener: socket.socket) -> str:
        """Returns the address at which it answers."""
        self._web = start_web(self.backstage, listener)
        return self._web.url

    def watch(self) -> None:
        """Returns never by itself: a signal unwinds it, or the web server's end raises."""
        if self._web is None:
            raise RuntimeError("there is no web server to watch yet")
        next_start = 0.0
        try:
            while self._web.child.poll() is None:
                time.sleep(POLL_SECONDS)
                if self._worker and not self._worker.identity.is_alive and time.monotonic() > next_start:
                    next_start = time.monotonic() + WORKER_RESTART_SECONDS
                    self._restart_worker()
        except (KeyboardInterrupt, Terminated):
            say("stopping the web server and its worker; database and broker stay up until ./run stop")
            raise
        raise ServerFailedError(f"The web server ended. {last_lines(self._web.log_file)}")

    def _restart_worker(self) -> None:
        say("the worker ended; starting another")
        try:
            self.ensure_worker()
        except ServerFailedError as error:
            say(str(error))
