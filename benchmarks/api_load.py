"""Load by many connections at once, and what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from threading import Barrier

import numpy as np

# A connection's work: called again and again, each time for another of its numbers.
Work = Callable[[int], None]
Connect = Callable[[], AbstractContextManager[Work]]


@dataclass(frozen=True)
class Load:
    """Calls by `connections` connections; milliseconds of each, and how many of them came in a second."""

    connections: int
    milliseconds: Sequence[float]
    per_second: float

    def percentile(self, percent: float) -> float:
        return float(np.percentile(self.milliseconds, percent))


def load(connect: Connect, *, connections: int, seconds: float, first: int) -> Load:
    """Everybody begins together, after one call that nobody counts; numbers are never used twice."""
    start = Barrier(connections)

    def run(place: int) -> tuple[list[float], float, float]:
        taken: list[float] = []
        with connect() as work:
            work(first + place)
            start.wait()
            began = time.perf_counter()
            number = first + connections + place
            while (before := time.perf_counter()) - began < seconds:
                work(number)
                taken.append(1000 * (time.perf_counter() - before))
                number += connections
        return taken, began, time.perf_counter()

    with ThreadPoolExecutor(connections) as threads:
        done = list(threads.map(run, range(connections)))
    whole = max(end for _taken, _began, end in done) - min(began for _taken, began, _end in done)
    taken = [one for ones, _began, _end in done for one in ones]
    return Load(connections, taken, len(taken) / whole)


def joined(rounds: Sequence[Load]) -> Load:
    """The rounds as one: all calls, and the median of the rates."""
    every = [one for load in rounds for one in load.milliseconds]
    return Load(rounds[0].connections, every, float(np.median([load.per_second for load in rounds])))
