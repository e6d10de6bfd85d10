"""A lock between processes that the kernel frees when its holder dies, however it dies."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from genre_site.embedded.exceptions import LockTimeoutError

POLL_SECONDS = 0.05


@contextmanager
def exclusive_lock(path: Path, *, timeout_seconds: float = 300.0) -> Iterator[None]:
    """Holds the lock file; its descriptor is closed in programs that this process starts."""
    descriptor = _acquire(path, deadline=time.monotonic() + timeout_seconds)
    try:
        yield
    finally:
        os.close(descriptor)


def _acquire(path: Path, *, deadline: float) -> int:
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if _try_lock(descriptor) and _is_still_at(path, descriptor):
            return descriptor
        os.close(descriptor)
        if time.monotonic() > deadline:
            raise LockTimeoutError(f"Another GENRE process has held {path} for too long; try again later.")
        time.sleep(POLL_SECONDS)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_still_at(path: Path, descriptor: int) -> bool:
    """A holder that removes the instance takes the file away: a lock on what was removed guards nothing."""
    try:
        current = path.stat()
    except FileNotFoundError:
        return False
    held = os.fstat(descriptor)
    return (current.st_dev, current.st_ino) == (held.st_dev, held.st_ino)
