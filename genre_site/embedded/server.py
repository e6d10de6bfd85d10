"""What PostgreSQL and Valkey share: found by record or by their folder, started once, joined, and stopped whole."""

from __future__ import annotations

import os
import signal
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import psutil

from genre_site.embedded.binaries import Binaries, find_binaries
from genre_site.embedded.exceptions import ServerFailedError
from genre_site.embedded.instance import Instance
from genre_site.embedded.process_records import ProcessRecord, ProcessRecords
from genre_site.embedded.processes import ProcessIdentity, last_lines, launch_detached
from genre_site.embedded.service_user import SERVER_ENVIRONMENT

START_TIMEOUT_SECONDS = 300.0  # recovery after a crash replays the log, which can take minutes
LEFTOVER_TIMEOUT_SECONDS = 20.0
LOG_BYTES = 10_000_000


class Server(ABC):
    """One server of one instance. Every method that changes something is called under the instance's lock."""

    role: ClassVar[str]
    title: ClassVar[str]
    program: ClassVar[str]
    stop_steps: ClassVar[tuple[tuple[signal.Signals, float], ...]]
    signal_at_once: ClassVar[signal.Signals]
    """Ends it without saving anything, but with its shared memory given back."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.records = ProcessRecords(instance.processes_folder)
        self.log_file = instance.log_folder / f"{self.role}.log"

    @property
    @abstractmethod
    def data_folder(self) -> Path: ...

    @abstractmethod
    def prepare(self, binaries: Binaries) -> None:
        """Makes the data folder when it is missing and clears what a crash left."""

    @abstractmethod
    def arguments(self, binaries: Binaries) -> list[str]: ...

    @abstractmethod
    def find_complaint(self) -> str | None:
        """Why the server does not answer yet; None when it does."""

    def find(self) -> ProcessIdentity | None:
        """The running server; one whose record was lost is known by the folder that it works in."""
        for record in self.records.running(self.role):
            return record.identity
        return self.find_unrecorded()

    def find_unrecorded(self) -> ProcessIdentity | None:
        return next(iter(self.processes_in_data_folder()), None)

    def ensure_running(self) -> None:
        identity = self.find()
        if identity is None or self._complaint_while_alive(identity) is not None:
            identity = self._start()
            complaint = self._complaint_while_alive(identity)
            if complaint is not None:
                raise ServerFailedError(f"{self.title} did not start: {complaint}. {last_lines(self.log_file)}")
        if not self.records.running(self.role):
            self.records.write(ProcessRecord(self.role, identity))

    def stop(self) -> bool:
        """Ends the server and what it left behind; true when there was something to end."""
        identity = self.find()
        leftovers = self.processes_in_data_folder() + self.end_processes_in_lost_folder()
        if identity is not None and not identity.stop(self.stop_steps):
            raise ServerFailedError(f"{self.title} (process {identity.pid}) does not stop.")
        self.end_leftovers()
        for record in self.records.running(self.role):
            self.records.remove(record)
        return identity is not None or bool(leftovers)

    def end_leftovers(self) -> None:
        """A killed server's children notice it by themselves and need a moment; those that do not are ended."""
        deadline = time.monotonic() + LEFTOVER_TIMEOUT_SECONDS
        leftovers = self.processes_in_data_folder()
        while leftovers and time.monotonic() < deadline:
            time.sleep(0.1)
            leftovers = self.processes_in_data_folder()
        for leftover in leftovers:
            leftover.stop(((self.signal_at_once, 5.0), (signal.SIGKILL, 5.0)))

    def end_processes_in_lost_folder(self) -> list[ProcessIdentity]:
        """Somebody removed the folder under a running server: it can never be joined, and no record names it."""
        current = self.processes_in_data_folder()
        lost = [identity for identity in self._processes() if identity not in current]
        for identity in lost:
            identity.stop(((self.signal_at_once, 5.0), (signal.SIGKILL, 5.0)))
        return lost

    def processes_in_data_folder(self) -> list[ProcessIdentity]:
        """This server's processes, lowest number first."""
        return [identity for identity in self._processes() if _works_in(identity.pid, self.data_folder)]

    def _processes(self) -> Iterator[ProcessIdentity]:
        """Those with the program's name in a folder of the data folder's path, be it the present one or a removed."""
        for process in psutil.process_iter():
            try:
                is_ours = process.name() == self.program and process.cwd() == str(self.data_folder)
            except (psutil.Error, OSError):
                continue
            if is_ours and (identity := ProcessIdentity.of(process.pid)):
                yield identity

    def _start(self) -> ProcessIdentity:
        binaries = find_binaries(self.instance)
        self._rotate_log()
        self.end_processes_in_lost_folder()
        self.prepare(binaries)
        identity = launch_detached(
            self.arguments(binaries),
            environment=SERVER_ENVIRONMENT,
            working_folder=Path("/"),
            log_file=self.log_file,
            user=self.instance.user,
        )
        self.records.write(ProcessRecord(self.role, identity))
        return identity

    def _complaint_while_alive(self, identity: ProcessIdentity) -> str | None:
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while (complaint := self.find_complaint()) is not None:
            if not identity.is_alive:
                return "it ended"
            if time.monotonic() > deadline:
                return complaint
            time.sleep(0.05)
        return None

    def _rotate_log(self) -> None:
        if self.log_file.exists() and self.log_file.stat().st_size > LOG_BYTES:
            os.replace(self.log_file, self.log_file.with_suffix(".log.1"))


def _works_in(pid: int, folder: Path) -> bool:
    """The kernel still names the path of a folder that was removed: only the folder itself tells."""
    working_folder = Path(f"/proc/{pid}/cwd")
    if not Path("/proc/self/cwd").exists():
        return True
    try:
        return working_folder.samefile(folder)
    except OSError:
        return False
