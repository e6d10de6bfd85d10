"""Something done in another connection, whose transaction stays open until the test says how it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from threading import Event
from typing import Any

from django.db import connection, transaction

LONGEST_WAIT_SECONDS = 30


class Elsewhere:
    """A transaction of another connection, in which the action is done; `commit` or `roll_back` ends it."""

    def __init__(self, action: Callable[[], object]) -> None:
        self._action = action
        self._end = Event()
        self._keep = False
        self._pool = ThreadPoolExecutor(2)
        done = Event()
        self._outcome: Future[None] = self._pool.submit(self._run, done)
        either: list[Future[Any]] = [self._outcome, self._pool.submit(done.wait, LONGEST_WAIT_SECONDS)]
        wait(either, return_when=FIRST_COMPLETED)
        if self._outcome.done():
            done.set()
            self._outcome.result()

    def commit(self) -> None:
        self._finish(keep=True)

    def roll_back(self) -> None:
        self._finish(keep=False)

    def _finish(self, *, keep: bool) -> None:
        if not self._end.is_set():
            self._keep = keep
            self._end.set()
        self._outcome.result(LONGEST_WAIT_SECONDS)
        self._pool.shutdown()

    def _run(self, done: Event) -> None:
        try:
            with transaction.atomic():
                self._action()
                done.set()
                self._end.wait(LONGEST_WAIT_SECONDS)
                transaction.set_rollback(not self._keep)
        finally:
            connection.close()


@contextmanager
def elsewhere(action: Callable[[], object]) -> Iterator[Elsewhere]:
    """Done when the block begins; rolled back where the block does not end it."""
    other = Elsewhere(action)
    try:
        yield other
    finally:
        other.roll_back()


@contextmanager
def waiting_for_nobody() -> Iterator[None]:
    """A lock that is not free raises OperationalError in this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '500ms'")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
