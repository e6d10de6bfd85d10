"""A Celery worker for as long as a benchmark lasts."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

from recommender.services.workers import worker_answers

START_SECONDS, STOP_SECONDS = 60.0, 20.0
COMMAND = "-m celery -A genre_site.celery:app worker --pool prefork --concurrency 1 --without-mingle --without-gossip"


@contextmanager
def bench_worker() -> Iterator[None]:
    """Ends with the block. It has no periodic look: each measurement says itself when it begins."""
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            [sys.executable, *COMMAND.split()], stdout=log, stderr=log, env={**os.environ, "GENRE_LOG_LEVEL": "INFO"}
        )
        try:
            deadline = time.monotonic() + START_SECONDS
            while not worker_answers():
                if process.poll() is not None or time.monotonic() > deadline:
                    log.seek(0)
                    raise SystemExit(f"The worker did not start:\n{log.read()[-2000:]}")
            yield
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
