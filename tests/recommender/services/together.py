"""The same thing done by several people at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connection

Outcome = TypeVar("Outcome")

LONGEST_WAIT_SECONDS = 30


def all_at_once(times: int, action: Callable[[int], Outcome]) -> list[Outcome]:
    """Calls action(0), action(1), ... in threads that start together, each with a database connection of its own."""
    start = Barrier(times)

    def act(number: int) -> Outcome:
        try:
            connection.ensure_connection()
            start.wait(LONGEST_WAIT_SECONDS)
            return action(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(act, range(times), timeout=LONGEST_WAIT_SECONDS))
