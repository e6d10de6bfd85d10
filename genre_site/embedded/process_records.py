"""Files that name the running processes of an instance: one for each, with who it is and what it serves."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from genre_site.embedded.processes import ProcessIdentity


@dataclass(frozen=True)
class ProcessRecord:
    role: str
    identity: ProcessIdentity
    facts: dict[str, str] = field(default_factory=dict)

    @property
    def pid(self) -> int:
        return self.identity.pid


class ProcessRecords:
    """The records in one folder; those of processes that are gone are cleaned when they are met."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, record: ProcessRecord) -> None:
        path = self._path(record.role, record.pid)
        unfinished = path.with_suffix(".new")
        content = {
            "role": record.role,
            "pid": record.pid,
            "started": record.identity.started,
            "facts": record.facts,
        }
        unfinished.write_text(json.dumps(content), encoding="utf-8")
        os.replace(unfinished, path)

    def remove(self, record: ProcessRecord) -> None:
        self._path(record.role, record.pid).unlink(missing_ok=True)
        # The worker's schedule (celery beat) lies beside its record and is worth nothing without it.
        for schedule in self.folder.glob(f"{schedule_name(record.pid)}*"):
            schedule.unlink(missing_ok=True)

    def running(self, role: str) -> list[ProcessRecord]:
        """Live processes of this role, oldest record first."""
        alive = []
        for path in sorted(self.folder.glob(f"{role}-*.json"), key=_modified):
            record = _read(path)
            if record is None:
                path.unlink(missing_ok=True)
            elif record.identity.is_alive:
                alive.append(record)
            else:
                self.remove(record)
        return alive

    def _path(self, role: str, pid: int) -> Path:
        return self.folder / f"{role}-{pid}.json"


def schedule_name(pid: int) -> str:
    return f"celerybeat-{pid}"


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _read(path: Path) -> ProcessRecord | None:
    """None for a file that a crash left half-written or that another process has just removed."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        identity = ProcessIdentity(int(content["pid"]), str(content["started"]))
        facts = {str(name): str(value) for name, value in content["facts"].items()}
        return ProcessRecord(str(content["role"]), identity, facts)
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        return None
