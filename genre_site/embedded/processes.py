"""Processes told apart by more than their number, since numbers are given again after a crash or a reboot."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psutil

from genre_site.embedded.exceptions import ServerFailedError
from genre_site.embedded.service_user import ServiceUser

POLL_SECONDS = 0.05
BOOT_ID_FILE = Path("/proc/sys/kernel/random/boot_id")
# The shell starts the program and leaves: the program belongs to init, which reaps it, so that it neither ends with
# the process that asked for it nor stays behind as its zombie. Its output goes to the log; the pipe holds the pid.
DETACH_SCRIPT = '"$@" >&2 & echo $!'


@dataclass(frozen=True)
class ProcessIdentity:
    pid: int
    started: str

    @classmethod
    def of(cls, pid: int) -> ProcessIdentity | None:
        """None when no such process runs; a zombie does not run."""
        try:
            process = psutil.Process(pid)
            if process.status() in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD):
                return None
            return cls(pid, _start_mark(process))
        except (psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
            return None

    @property
    def is_alive(self) -> bool:
        return ProcessIdentity.of(self.pid) == self

    def send(self, signal_number: signal.Signals) -> None:
        if self.is_alive:
            try:
                os.kill(self.pid, signal_number)
            except ProcessLookupError:
                return

    def wait_gone(self, timeout_seconds: float) -> bool:
        deadline = time.monotonic() + timeout_seconds
        while self.is_alive:
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL_SECONDS)
        return True

    def stop(self, steps: Iterable[tuple[signal.Signals, float]]) -> bool:
        """Sends each signal in turn and waits its seconds; true when the process is gone."""
        for signal_number, timeout_seconds in steps:
            self.send(signal_number)
            if self.wait_gone(timeout_seconds):
                return True
        return not self.is_alive


def _start_mark(process: psutil.Process) -> str:
    """Ticks since boot and the boot's id: a start time in seconds moves when the clock is set."""
    stat_file = Path(f"/proc/{process.pid}/stat")
    if not BOOT_ID_FILE.exists():
        return f"{process.create_time():.2f}"
    # The program's name stands in brackets and may hold anything; the fields after it are numbered from 3.
    fields = stat_file.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    return f"{_boot_id()}:{fields[22 - 3]}"


@cache
def _boot_id() -> str:
    return BOOT_ID_FILE.read_text(encoding="ascii").strip()


def launch_detached(
    arguments: list[str],
    *,
    environment: Mapping[str, str],
    working_folder: Path,
    log_file: Path,
    user: ServiceUser | None = None,
) -> ProcessIdentity:
    """Starts a program that outlives this process; its output is appended to the log file.

    Raises:
        ServerFailedError: it was gone at once.
    """
    descriptor = os.open(log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        shell = subprocess.run(
            ["/bin/sh", "-c", DETACH_SCRIPT, "sh", *arguments],
            user=user.switch_uid if user else None,
            group=user.switch_gid if user else None,
            extra_groups=user.switch_groups if user else None,
            umask=0o077 if user else -1,
            env=dict(environment),
            cwd=working_folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=descriptor,
            start_new_session=True,
            check=True,
        )
    finally:
        os.close(descriptor)
    identity = ProcessIdentity.of(int(shell.stdout))
    if identity is None:
        raise ServerFailedError(f"{Path(arguments[0]).name} ended at once. {last_lines(log_file)}")
    return identity


def last_lines(log_file: Path, *, count: int = 12) -> str:
    """The end of a log, for an error message."""
    try:
        text = log_file.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return f"There is no log {log_file}."
    lines = text.splitlines()[-count:]
    return f"The end of {log_file}:\n" + "\n".join(f"  {line}" for line in lines)
