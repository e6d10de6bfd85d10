"""./run worker: a Celery worker, here or in the background, known to ./run stop."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping
from typing import NoReturn

from celery import Celery

from genre_site.cli.backstage import Backstage, open_backstage, record_this_process
from genre_site.cli.console import say
from genre_site.cli.exceptions import CliError
from genre_site.cli.migrations import ensure_migrated
from genre_site.cli.program_environment import PYTHON
from genre_site.embedded.exceptions import ServerFailedError
from genre_site.embedded.instance import CHECKOUT, Instance
from genre_site.embedded.marked_processes import ROLE_MARK
from genre_site.embedded.process_records import ProcessRecord, schedule_name
from genre_site.embedded.processes import last_lines, launch_detached

ROLE = "worker"
START_TIMEOUT_SECONDS = 120.0
KEPT_LOGS = 5


def run_worker(arguments: list[str], environment: Mapping[str, str]) -> int:
    if arguments not in ([], ["--background"]):
        raise CliError("./run worker takes no argument but --background.", status=2)
    backstage = open_backstage(Instance.from_environment(environment), environment)
    ensure_migrated(backstage)
    if not arguments:
        become_worker(backstage)
    record = start_worker_in_background(backstage)
    say(f"worker {record.pid} runs; its log is {record.facts['log']}")
    return 0


def become_worker(backstage: Backstage) -> NoReturn:
    """Turns this process into the worker; its record stays true, since the process number stays."""
    # Whoever started it in the background has recorded it already, with its log.
    if os.getpid() not in [record.pid for record in backstage.records.running(ROLE)]:
        record_this_process(backstage.instance, ROLE)
    os.chdir(CHECKOUT)
    command = worker_arguments(backstage, os.getpid())
    os.execve(command[0], command, {**backstage.environment, ROLE_MARK: ROLE})  # noqa: S606 - no shell is the point


def start_worker_in_background(backstage: Backstage) -> ProcessRecord:
    """Returns when the worker answers.

    Raises:
        ServerFailedError: it ended, or it did not answer in time; its log's end says why.
    """
    log_file = backstage.instance.log_folder / f"worker-{time.time_ns()}.log"
    for old in sorted(log_file.parent.glob("worker-*.log"))[:-KEPT_LOGS]:
        old.unlink(missing_ok=True)
    identity = launch_detached(
        [*PYTHON, "-m", "genre_site.cli", "worker"],
        environment={**backstage.environment, ROLE_MARK: ROLE},
        working_folder=CHECKOUT,
        log_file=log_file,
    )
    record = ProcessRecord(ROLE, identity, {"log": str(log_file)})
    backstage.records.write(record)
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    node = node_name(identity.pid)
    # Some brokers carry no questions to workers (SQS): then the worker's own word counts.
    while not (answers(backstage.environment["BROKER_URL"], node) or f"{node} ready" in log_file.read_text()):
        if not identity.is_alive or time.monotonic() > deadline:
            raise ServerFailedError(f"The worker did not start. {last_lines(log_file)}")
    return record


def answers(broker_url: str, node: str, *, timeout_seconds: float = 1.0) -> bool:
    """Asks over the broker, as Celery's own `inspect ping` does, without loading GENRE."""
    with Celery(broker=broker_url, set_as_current=False) as app:
        return bool(app.control.ping(destination=[node], timeout=timeout_seconds, limit=1))


def node_name(pid: int) -> str:
    """Several workers of one machine may share a broker: the process number tells them apart."""
    return f"genre-{pid}@{socket.gethostname()}"


def worker_arguments(backstage: Backstage, pid: int) -> list[str]:
    concurrency = backstage.environment.get("GENRE_WORKER_CONCURRENCY", "").strip() or "1"
    if not concurrency.isdigit() or int(concurrency) < 1:
        raise CliError(f"GENRE_WORKER_CONCURRENCY={concurrency} is not a number of processes.")
    return [
        *PYTHON,
        *("-m", "celery", "-A", "genre_site.celery:app", "worker"),
        *("--hostname", node_name(pid)),
        *("--pool", "prefork", "--concurrency", concurrency),
        *("--beat", "--schedule", str(backstage.instance.processes_folder / schedule_name(pid))),
        *("--loglevel", "INFO", "--without-mingle", "--without-gossip"),
    ]
