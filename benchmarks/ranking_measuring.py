"""Wall time and processor time of calls that this process makes and its PostgreSQL backend answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np
import psutil
from django.db import connection

Asked = TypeVar("Asked")


@dataclass(frozen=True)
class Way(Generic[Asked]):
    """How a question is answered, by how many items; `around` stands around it and is not measured."""

    answer: Callable[[Asked], int]
    around: Callable[[Asked], AbstractContextManager[None]] = lambda _: nullcontext()


@dataclass(frozen=True)
class Call:
    """Milliseconds of one call, and how long its answer was."""

    wall: float
    client_cpu: float
    backend_cpu: float
    length: int

    @property
    def cpu(self) -> float:
        return self.client_cpu + self.backend_cpu


def measure(
    ways: Mapping[str, Way[Asked]], questions: Sequence[Asked], *, rounds: int, rng: np.random.Generator
) -> dict[str, list[Call]]:
    """Every way answers every question in each round, after one that only warms up.

    The order of the ways is drawn for each question: whoever comes second finds the pages that the first one read, and
    a busy moment of the machine meets all of them alike. The calls of a way stand in the order of rounds and questions.
    """
    for question in questions:
        for way in ways.values():
            timed(way, question)
    calls: dict[str, list[Call]] = {name: [] for name in ways}
    names = list(ways)
    for _ in range(rounds):
        for question in questions:
            for index in rng.permutation(len(names)).tolist():
                calls[names[index]].append(timed(ways[names[index]], question))
    return calls


def timed(way: Way[Asked], question: Asked) -> Call:
    with way.around(question):
        backend = _backend_cpu()
        client, wall = time.process_time(), time.perf_counter()
        length = way.answer(question)
        wall, client = time.perf_counter() - wall, time.process_time() - client
        return Call(wall * 1e3, client * 1e3, _backend_cpu() - backend, length)


def percentile(calls: Sequence[Call], q: float) -> float:
    """Of the wall time."""
    return float(np.percentile([call.wall for call in calls], q))


def wall_ratio(calls: Sequence[Call], raw: Sequence[Call]) -> float:
    """The median of the ratios within a question."""
    return float(np.median([call.wall / base.wall for call, base in zip(calls, raw, strict=True)]))


def cpu_ratio(calls: Sequence[Call], raw: Sequence[Call]) -> float:
    """Of the means: what is paid in the end."""
    return mean_cpu(calls) / mean_cpu(raw)


def mean_cpu(calls: Sequence[Call]) -> float:
    return float(np.mean([call.cpu for call in calls]))


def _backend_cpu() -> float:
    """Milliseconds that the connection's backend has computed; in whole ticks where Linux does not tell more."""
    pid = connection.connection.info.backend_pid
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e6
    except OSError:
        times = psutil.Process(pid).cpu_times()
        return float(times.user + times.system) * 1e3
