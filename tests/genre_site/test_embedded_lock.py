"""The lock between processes: exclusive, freed by death, and not kept on what was removed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from genre_site.embedded.exceptions import LockTimeoutError
from genre_site.embedded.lock import exclusive_lock

HOLD = """
import sys, time
from pathlib import Path
from genre_site.embedded.lock import exclusive_lock
with exclusive_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(300)
"""


def test_a_second_holder_waits_until_the_first_one_is_killed(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with subprocess.Popen([sys.executable, "-c", HOLD, lock], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(LockTimeoutError, match=str(lock)), exclusive_lock(lock, timeout_seconds=0.2):
            pass
        holder.kill()
    with exclusive_lock(lock, timeout_seconds=5.0):
        pass


def test_a_program_started_meanwhile_does_not_keep_the_lock(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with exclusive_lock(lock):
        child = subprocess.Popen(["sleep", "300"], close_fds=False)
    try:
        with exclusive_lock(lock, timeout_seconds=1.0):
            pass
    finally:
        child.kill()
        child.wait()


def test_a_lock_file_that_was_removed_meanwhile_is_made_anew(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with exclusive_lock(lock):
        lock.unlink()
        with exclusive_lock(lock, timeout_seconds=1.0):
            assert lock.exists()
