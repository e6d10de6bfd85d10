"""Processes are told apart by more than their number, and an instance's are found by their marks."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from genre_site.embedded.exceptions import StateFolderError
from genre_site.embedded.instance import Instance
from genre_site.embedded.marked_processes import find_marked_processes, stop_marked_processes
from genre_site.embedded.process_records import ProcessRecord, ProcessRecords, schedule_name
from genre_site.embedded.processes import ProcessIdentity, last_lines, launch_detached


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(["sleep", "300"])
    yield process
    process.kill()
    process.wait()


def identity_of(process: subprocess.Popen[bytes]) -> ProcessIdentity:
    identity = ProcessIdentity.of(process.pid)
    assert identity is not None
    return identity


def test_the_same_process_has_the_same_identity(sleeper: subprocess.Popen[bytes]) -> None:
    assert identity_of(sleeper) == identity_of(sleeper)
    assert identity_of(sleeper).is_alive


def test_the_same_number_with_another_start_is_another_process(sleeper: subprocess.Popen[bytes]) -> None:
    earlier = ProcessIdentity(sleeper.pid, "an earlier boot:1")
    assert not earlier.is_alive
    assert earlier.stop([(signal.SIGKILL, 1.0)])
    assert sleeper.poll() is None


def test_a_zombie_does_not_run(sleeper: subprocess.Popen[bytes]) -> None:
    identity = identity_of(sleeper)
    sleeper.kill()
    os.waitid(os.P_PID, sleeper.pid, os.WEXITED | os.WNOWAIT)
    assert psutil.Process(sleeper.pid).status() == psutil.STATUS_ZOMBIE
    assert not identity.is_alive


def test_stop_goes_on_to_the_next_signal_when_one_is_ignored() -> None:
    script = "trap '' TERM; echo ready; while :; do sleep 1; done"
    with subprocess.Popen(["/bin/sh", "-c", script], stdout=subprocess.PIPE) as stubborn:
        assert stubborn.stdout is not None
        assert stubborn.stdout.readline() == b"ready\n"
        assert identity_of(stubborn).stop([(signal.SIGTERM, 0.2), (signal.SIGKILL, 5.0)])
    assert stubborn.returncode == -signal.SIGKILL


def test_a_detached_program_is_no_child_and_writes_to_its_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    identity = launch_detached(
        ["/bin/sh", "-c", "echo hello $WORD; sleep 300"],
        environment={"WORD": "世界", "PATH": os.environ["PATH"]},
        working_folder=tmp_path,
        log_file=log,
    )
    try:
        assert psutil.Process(identity.pid).ppid() != os.getpid()
        assert os.getsid(identity.pid) != os.getsid(0)
        while not log.read_text():
            assert identity.is_alive
        assert log.read_text() == "hello 世界\n"
    finally:
        os.killpg(os.getpgid(identity.pid), signal.SIGKILL)


def test_the_end_of_a_log_is_its_last_lines(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("".join(f"line {number}\n" for number in range(50)))
    assert last_lines(log, count=2) == f"The end of {log}:\n  line 48\n  line 49"


def test_records_name_live_processes_and_forget_dead_ones(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    records = ProcessRecords(tmp_path)
    alive = ProcessRecord("worker", identity_of(sleeper), {"log": "somewhere"})
    dead = ProcessRecord("worker", ProcessIdentity(sleeper.pid + 1, "an earlier boot:1"))
    for record in (alive, dead):
        records.write(record)
    (tmp_path / schedule_name(dead.pid)).write_text("")
    (tmp_path / "worker-7.json").write_text('{"role": "wor')
    assert records.running("worker") == [alive]
    assert records.running("web") == []
    assert [path.name for path in tmp_path.iterdir()] == [f"worker-{sleeper.pid}.json"]


def test_only_processes_with_the_mark_and_a_role_are_ended(tmp_path: Path) -> None:
    marks = [
        {"GENRE_INSTANCE_FOLDER": str(tmp_path), "GENRE_ROLE": "worker"},
        {"GENRE_INSTANCE_FOLDER": str(tmp_path)},
        {"GENRE_INSTANCE_FOLDER": f"{tmp_path}-other", "GENRE_ROLE": "worker"},
        {},
    ]
    processes = [subprocess.Popen(["sleep", "300"], env={"PATH": os.environ["PATH"], **mark}) for mark in marks]
    try:
        assert [found.pid for found in find_marked_processes(tmp_path)] == [processes[0].pid]
        assert stop_marked_processes(tmp_path) == 1
        assert processes[0].wait(5) == -signal.SIGTERM
        assert [process.poll() for process in processes[1:]] == [None, None, None]
    finally:
        for process in processes:
            process.kill()
            process.wait()


@pytest.mark.parametrize("name", ["../main", ".hidden", "a/b", "x" * 42, "name with blanks"])
def test_an_instances_name_must_be_a_name(name: str) -> None:
    with pytest.raises(StateFolderError, match="is not a name"):
        Instance.from_environment({"GENRE_INSTANCE": name})
