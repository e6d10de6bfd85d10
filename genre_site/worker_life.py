"""A worker's life: it looks for work as soon as it is up, and its processes end with it.

The model is loaded by the pool's process at its first batch and never here: it would not survive the fork.
"""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import sys
import time
from threading import Thread
from typing import Any

from celery.signals import beat_embedded_init, setup_logging, worker_init, worker_process_init, worker_ready

PR_SET_PDEATHSIG = 1
PARENT_POLL_SECONDS = 1.0
# What these say at INFO is that a periodic task was sent, received and done, every few seconds, for ever.
CHATTY_LOGGERS = ("celery.beat", "celery.worker.strategy", "celery.app.trace")
# This one says that the worker is ready, which whoever started it may wait for in the log.
READY_LOGGER = "celery.apps.worker"

_worker_pid: int | None = None


def keep_the_settings_logging(**_: Any) -> None:
    """Being connected is enough for Celery to leave handlers and formats as the settings made them."""
    for name in CHATTY_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger(READY_LOGGER).setLevel(logging.INFO)


def remember_worker(**_: Any) -> None:
    global _worker_pid  # noqa: PLW0603 - the processes that are forked from here on inherit it
    _worker_pid = os.getpid()


def look_for_work(**_: Any) -> None:
    """A worker that comes back need not wait for the periodic look."""
    # Imported here: this module is loaded with the settings, before there are any models.
    from recommender.tasks import send_nudge  # noqa: PLC0415

    send_nudge()


def end_with_worker(**_: Any) -> None:
    if _worker_pid is not None:
        end_with_parent(_worker_pid)


def end_with_parent(parent_pid: int) -> None:
    """Let this process be ended when its parent is gone, by kill -9 too.

    A pool's process would otherwise wait for ever for its next task, and an embedded beat would go on sending.
    """
    if sys.platform == "linux":
        # The kernel's signal goes out when the thread ends that forked this process: Celery forks in its main thread.
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    else:
        Thread(target=_watch_parent, args=(parent_pid,), name="parent", daemon=True).start()
    # It may have gone before the kernel was told.
    if os.getppid() != parent_pid:
        os._exit(1)


def _watch_parent(parent_pid: int) -> None:
    while os.getppid() == parent_pid:
        time.sleep(PARENT_POLL_SECONDS)
    os._exit(1)


setup_logging.connect(keep_the_settings_logging)
worker_init.connect(remember_worker)
worker_ready.connect(look_for_work)
worker_process_init.connect(end_with_worker)
beat_embedded_init.connect(end_with_worker)
