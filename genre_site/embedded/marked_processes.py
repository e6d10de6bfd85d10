"""Finds what an instance's programs left running: each carries the instance's folder and its role in its environment.

A killed Celery worker leaves children that no record names; their inherited environment tells whose they are.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psutil

from genre_site.embedded.processes import ProcessIdentity

INSTANCE_MARK = "GENRE_INSTANCE_FOLDER"
ROLE_MARK = "GENRE_ROLE"
STOP_STEPS = ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0))


def stop_marked_processes(instance_folder: Path) -> int:
    """Ends every process with this instance's mark and a role; returns how many there were."""
    found = find_marked_processes(instance_folder)
    for identity in found:
        identity.send(signal.SIGTERM)
    for identity in found:
        identity.stop(STOP_STEPS)
    return len(found)


def find_marked_processes(instance_folder: Path) -> list[ProcessIdentity]:
    found = []
    for process in psutil.process_iter():
        if process.pid == os.getpid() or not _is_marked(process, instance_folder):
            continue
        if identity := ProcessIdentity.of(process.pid):
            found.append(identity)
    return found


def _is_marked(process: psutil.Process, instance_folder: Path) -> bool:
    try:
        environment = process.environ()
    except (psutil.Error, OSError):
        return False
    return environment.get(INSTANCE_MARK) == str(instance_folder) and bool(environment.get(ROLE_MARK))
