"""The commands of ./run on real servers: what they start, what they leave, and what they take away."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from genre_site.cli.shutdown import stop_instance
from genre_site.cli.temporary_instance import remove_abandoned_instances, temporary_instance
from genre_site.cli.visitor import Visitor
from genre_site.embedded.instance import CHECKOUT, Instance
from genre_site.embedded.marked_processes import find_marked_processes
from genre_site.embedded.process_records import ProcessRecord, ProcessRecords
from genre_site.embedded.processes import ProcessIdentity
from genre_site.local_services import LocalServices

CLI = [sys.executable, "-P", "-m", "genre_site.cli"]


def surroundings(state_root: Path) -> dict[str, str]:
    """What a person's shell has: nothing of the instance that these tests themselves run on."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GENRE_") and name not in {"DATABASE_URL", "BROKER_URL", "DJANGO_SETTINGS_MODULE"}
    }
    return {**kept, "GENRE_STATE_DIR": str(state_root), "PYTHONPATH": str(CHECKOUT)}


def run(state_root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*CLI, *arguments], env=surroundings(state_root), cwd=state_root, capture_output=True, text=True, timeout=120
    )


def pids(instance: Instance) -> list[int | None]:
    return [status.pid for status in LocalServices(instance).status()]


def test_manage_prints_its_output_alone_keeps_its_code_and_leaves_the_servers_up(
    state_root: Path, instance: Instance
) -> None:
    count = "from catalog.models import Item; print(Item.objects.count()); raise SystemExit(5)"
    first = run(state_root, "manage", "shell", "-v", "0", "-c", count)
    assert (first.returncode, first.stdout) == (5, "0\n")
    assert first.stderr.splitlines() == [
        f"genre: starting PostgreSQL and Valkey in {instance.folder}",
        "genre: bringing the database's schema up to date",
    ]
    before = pids(instance)
    assert None not in before
    second = run(state_root, "manage", "shell", "-v", "0", "-c", count)
    assert (second.returncode, second.stdout, second.stderr) == (5, "0\n", "")
    assert pids(instance) == before
    status = run(state_root, "status")
    assert f"PostgreSQL  process {before[0]}" in status.stdout
    assert run(state_root, "stop").stderr == "genre: stopped Valkey, PostgreSQL\n"
    assert run(state_root, "stop").stderr == f"genre: nothing was running in {instance.folder}\n"
    assert pids(instance) == [None, None]


@pytest.mark.slow
def test_a_worker_in_the_background_answers_and_is_stopped_with_its_children(
    state_root: Path, instance: Instance
) -> None:
    started = run(state_root, "worker", "--background")
    assert started.returncode == 0, started.stderr
    workers = ProcessRecords(instance.processes_folder).running("worker")
    assert len(workers) == 1
    assert f"worker {workers[0].pid} runs; its log is {workers[0].facts['log']}" in started.stderr
    assert len(find_marked_processes(instance.folder)) >= 2
    # Its children are orphans now, and no record names them.
    workers[0].identity.send(signal.SIGKILL)
    assert workers[0].identity.wait_gone(10)
    run(state_root, "stop")
    assert find_marked_processes(instance.folder) == []


def test_serve_answers_until_it_is_terminated_and_leaves_the_servers_up(state_root: Path, instance: Instance) -> None:
    serving = subprocess.Popen(
        [*CLI, "serve", "--port", "0"], env=surroundings(state_root), cwd=state_root, stderr=subprocess.PIPE, text=True
    )
    assert serving.stderr is not None
    try:
        lines = list(until(serving.stderr, "stay up until ./run stop"))
        records = ProcessRecords(instance.processes_folder)
        url = records.running("web")[0].facts["url"]
        assert any(f"serving at {url}" in line for line in lines)
        assert json.loads(Visitor(url).get("/healthz").text) == {"status": "alive"}
        again = run(state_root, "serve")
        assert again.returncode == 1
        assert again.stderr == f"genre: This instance already serves at {url}; ./run stop ends it.\n"
    finally:
        serving.terminate()
        serving.communicate(timeout=60)
    assert serving.returncode == 128 + signal.SIGTERM
    assert [records.running(role) for role in ("web", "worker", "supervisor")] == [[], [], []]
    assert find_marked_processes(instance.folder) == []
    assert None not in pids(instance)


def until(stream: IO[str], words: str) -> Iterator[str]:
    for line in stream:
        yield line
        if words in line:
            return
    raise AssertionError(f"the stream ended without {words!r}")


def test_a_temporary_instance_is_gone_when_it_is_left_by_an_error(state_root: Path) -> None:
    folders = []

    def fail() -> None:
        with temporary_instance("check", surroundings(state_root)) as backstage:
            folders.append(backstage.instance.folder)
            assert None not in pids(backstage.instance)
            raise ValueError("something went wrong inside")

    with pytest.raises(ValueError, match="inside"):
        fail()
    assert folders == [state_root / f"check-{os.getpid()}"]
    assert not folders[0].exists()
    assert not any(str(folders[0]) in line for line in command_lines())


def command_lines() -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(path.read_text(errors="replace"))
        except OSError:
            continue
    return found


def test_a_temporary_instance_takes_no_address_from_outside(state_root: Path) -> None:
    outside = {**surroundings(state_root), "DATABASE_URL": "postgresql://shop/live", "BROKER_URL": "redis://shop"}
    with temporary_instance("bench", outside) as backstage:
        assert backstage.environment["DATABASE_URL"].startswith(f"postgresql:///genre?host={state_root}/bench-")
        assert backstage.environment["BROKER_URL"].startswith(f"redis+socket://{state_root}/bench-")


def test_what_a_killed_run_left_is_removed_and_a_running_one_is_not(state_root: Path, instance: Instance) -> None:
    environment = surroundings(state_root)
    killed, alive = (Instance.from_environment(environment, name=name) for name in ("test-1", "test-2"))
    me = ProcessIdentity.of(os.getpid())
    assert me is not None
    for neighbour, owner in ((killed, ProcessIdentity(me.pid, "an earlier boot:1")), (alive, me)):
        neighbour.create_folders()
        ProcessRecords(neighbour.processes_folder).write(ProcessRecord("owner", owner))
    instance.create_folders()
    LocalServices(killed).ensure_running()
    remove_abandoned_instances(instance)
    assert not killed.folder.exists()
    assert alive.folder.exists()
    assert instance.folder.exists()


def test_stopping_an_instance_that_was_never_made_makes_nothing(instance: Instance) -> None:
    assert stop_instance(instance) == []
    assert not instance.folder.exists()


@pytest.mark.slow
def test_demo_check_tries_the_showcase_out_and_leaves_nothing(state_root: Path) -> None:
    result = run(state_root, "demo", "--check")
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.splitlines()[-1] == "The demo works."
    assert list(state_root.iterdir()) == []


@pytest.mark.slow
def test_second_demo_finds_the_first_and_stop_ends_it(state_root: Path, instance: Instance) -> None:
    demo = subprocess.Popen(
        [*CLI, "demo", "--port", "0"], env=surroundings(state_root), cwd=state_root, stdout=subprocess.PIPE, text=True
    )
    assert demo.stdout is not None
    try:
        announced = "".join(until(demo.stdout, "until ./run stop"))
        url = ProcessRecords(instance.processes_folder).running("web")[0].facts["url"]
        assert f"the site    {url}" in announced
        assert "Interstellar" in Visitor(url).get("/").text
        again = run(state_root, "demo")
        assert (again.returncode, url in again.stdout) == (0, True)
    finally:
        stopped = run(state_root, "stop")
        demo.communicate(timeout=60)
    assert stopped.returncode == 0
    assert find_marked_processes(instance.folder) == []
