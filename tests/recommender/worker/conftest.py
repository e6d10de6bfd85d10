"""Brokers and workers of a test's own; this process nudges over the same broker."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.db import connection

from genre_site.celery import app
from tests.recommender.worker.brokers import Broker, own_broker, speaking_to
from tests.recommender.worker.processes import Worker, running_worker

StartWorker = Callable[..., Worker]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.alone)


@pytest.fixture
def absent_broker() -> Iterator[Broker]:
    """A broker that does not run yet."""
    with own_broker() as broker, speaking_to(app, broker.url):
        yield broker


@pytest.fixture
def broker(absent_broker: Broker) -> Broker:
    absent_broker.start()
    return absent_broker


@pytest.fixture
def start_worker(absent_broker: Broker, tmp_path: Path, transactional_db: None) -> Iterator[StartWorker]:
    """Starts workers that end with the test; each call returns when the worker is ready."""
    numbers = itertools.count(1)
    with ExitStack() as stack:

        def start(*arguments: str, **settings: str) -> Worker:
            log = tmp_path / f"worker-{next(numbers)}.log"
            worker = stack.enter_context(running_worker(absent_broker.url, log, arguments=arguments, **settings))
            worker.wait_ready()
            return worker

        yield start
    end_sessions_of_others()


def end_sessions_of_others() -> None:
    """A killed worker's statement may run on in the database, and hold what the next test's tables need."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
