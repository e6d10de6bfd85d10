"""Whether a Celery worker is there, and getting one where the installation says how."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable

from celery import current_app
from kombu.exceptions import OperationalError

from recommender.exceptions import NoWorker

PING_SECONDS = 1.5
# Set by ./run: the command that starts a worker in the background and returns when it answers.
WORKER_COMMAND_VARIABLE = "GENRE_WORKER_COMMAND"


def worker_answers(timeout_seconds: float = PING_SECONDS) -> bool:
    """Whether any worker answers a ping; False as well when the broker does not answer."""
    # A connection that broke while it waited raises what its own client raises, which only the transport knows.
    broken = current_app.connection_for_write().connection_errors
    try:
        return bool(current_app.control.ping(timeout=timeout_seconds, limit=1))
    except (OperationalError, *broken):
        return False


def ensure_worker(*, say: Callable[[str], object]) -> None:
    """Make sure that a worker answers, starting one by the installation's command when none does.

    Raises NoWorker with what to do where that is not possible.
    """
    if worker_answers():
        return
    command = os.environ.get(WORKER_COMMAND_VARIABLE)
    if not command:
        raise NoWorker("No worker answers: start one with ./run worker or celery -A genre_site worker -B.")
    say("No worker answers: starting one, which stays until ./run stop.")
    try:
        result = subprocess.run(json.loads(command), stdout=sys.stderr, check=False)
    except (OSError, ValueError) as error:
        raise NoWorker(f"{WORKER_COMMAND_VARIABLE} is no command that runs: {error}.") from error
    if result.returncode != 0 or not worker_answers():
        raise NoWorker("A worker was started and does not answer; ./run status names its log.")
