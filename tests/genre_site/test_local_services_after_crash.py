"""What kill -9 and a reboot leave behind is recognised, and what belongs to others is left alone."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import subprocess
from collections.abc import Iterator

import psycopg
import pytest

from genre_site.embedded.exceptions import StateFolderError
from genre_site.embedded.instance import Instance
from genre_site.embedded.process_records import ProcessRecord, ProcessRecords
from genre_site.embedded.processes import ProcessIdentity
from genre_site.local_services import Addresses, LocalServices

# Servers that start beside other tests are slow to start.
pytestmark = pytest.mark.alone

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="nobody else's account runs the servers")


@pytest.fixture
def services(instance: Instance) -> LocalServices:
    return LocalServices(instance)


@pytest.fixture
def stranger(instance: Instance) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the same account that is none of GENRE's business."""
    user = instance.user
    process = subprocess.Popen(
        ["sleep", "300"], user=user.switch_uid, group=user.switch_gid, extra_groups=user.switch_groups, cwd="/"
    )
    yield process
    process.kill()
    process.wait()


def kill(services: LocalServices, title: str) -> None:
    pid = next(status.pid for status in services.status() if status.title == title)
    assert pid is not None
    identity = ProcessIdentity.of(pid)
    assert identity is not None
    os.kill(pid, signal.SIGKILL)
    assert identity.wait_gone(10)


def ask_broker(addresses: Addresses, command: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as broker:
        broker.connect(addresses.broker_url.removeprefix("redis+socket://"))
        broker.sendall(command + b"\r\n")
        return broker.recv(256)


def test_a_killed_postgresql_comes_back_with_its_data(services: LocalServices) -> None:
    addresses = services.ensure_running()
    with psycopg.connect(addresses.database_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('银河')")
        # This connection's server process outlives the main one for a moment.
        kill(services, "PostgreSQL")
        services.ensure_running()
    with psycopg.connect(addresses.database_url) as connection:
        assert connection.execute("SELECT word FROM kept").fetchone() == ("银河",)


def test_a_killed_valkey_comes_back_with_its_queue(services: LocalServices) -> None:
    addresses = services.ensure_running()
    assert ask_broker(addresses, b"LPUSH queue task") == b":1\r\n"
    kill(services, "Valkey")
    addresses = services.ensure_running()
    assert ask_broker(addresses, b"LLEN queue") == b":1\r\n"


def test_a_queue_file_whose_end_is_cut_off_is_read_up_to_there(services: LocalServices, instance: Instance) -> None:
    addresses = services.ensure_running()
    ask_broker(addresses, b"LPUSH queue first")
    ask_broker(addresses, b"LPUSH queue second")
    kill(services, "Valkey")
    journal = next(instance.valkey_folder.glob("appendonlydir/*.incr.aof"))
    os.truncate(journal, journal.stat().st_size - 3)
    addresses = services.ensure_running()
    assert ask_broker(addresses, b"LLEN queue") == b":1\r\n"


def test_a_pid_file_that_now_names_a_stranger_does_not_stop_the_start(
    services: LocalServices, instance: Instance, stranger: subprocess.Popen[bytes]
) -> None:
    addresses = services.ensure_running()
    kill(services, "PostgreSQL")
    for path in (instance.postgres_folder / "postmaster.pid", instance.socket_folder / ".s.PGSQL.5432.lock"):
        lines = path.read_text().splitlines()
        path.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
    services.ensure_running()
    with psycopg.connect(addresses.database_url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert stranger.poll() is None


def test_a_record_whose_number_was_given_again_is_dropped_and_the_stranger_lives(
    services: LocalServices, instance: Instance, stranger: subprocess.Popen[bytes]
) -> None:
    instance.create_folders()
    records = ProcessRecords(instance.processes_folder)
    for role in ("postgres", "valkey"):
        records.write(ProcessRecord(role, ProcessIdentity(stranger.pid, "an earlier boot:1")))
    assert [status.pid for status in services.status()] == [None, None]
    services.ensure_running()
    assert services.stop() == ["Valkey", "PostgreSQL"]
    assert stranger.poll() is None


def test_servers_whose_records_are_lost_are_joined_and_stopped(services: LocalServices, instance: Instance) -> None:
    services.ensure_running()
    before = services.status()
    for record in instance.processes_folder.iterdir():
        record.unlink()
    services.ensure_running()
    assert services.status() == before
    assert services.stop() == ["Valkey", "PostgreSQL"]


def test_an_interrupted_first_start_is_done_again(services: LocalServices, instance: Instance) -> None:
    instance.create_folders()
    (instance.folder / "postgres.new").mkdir()
    (instance.folder / "postgres.new" / "PG_VERSION").write_text("18\n")
    services.ensure_running()
    assert not (instance.folder / "postgres.new").exists()


@as_root
def test_a_start_that_ended_between_making_a_folder_and_giving_it_away_is_done_again(
    services: LocalServices, instance: Instance
) -> None:
    instance.create_folders()
    instance.valkey_folder.chmod(0o755)
    os.chown(instance.valkey_folder, os.geteuid(), os.getegid())
    services.ensure_running()
    folder = instance.valkey_folder.stat()
    assert (folder.st_uid, stat.S_IMODE(folder.st_mode)) == (instance.user.uid, 0o700)


@as_root
def test_a_folder_of_somebody_else_with_something_in_it_is_left_alone(instance: Instance) -> None:
    instance.create_folders()
    (instance.valkey_folder / "dump.rdb").touch()
    os.chown(instance.valkey_folder, os.geteuid(), os.getegid())
    with pytest.raises(StateFolderError, match="does not belong to user"):
        instance.create_folders()


def test_servers_whose_folder_was_removed_are_ended_and_new_ones_start(
    services: LocalServices, instance: Instance
) -> None:
    services.ensure_running()
    lost = [ProcessIdentity.of(status.pid or 0) for status in services.status()]
    shutil.rmtree(instance.folder)
    services.ensure_running()
    assert [identity is not None and identity.is_alive for identity in lost] == [False, False]
    assert None not in [status.pid for status in services.status()]
    shutil.rmtree(instance.folder)
    assert services.stop() == ["Valkey", "PostgreSQL"]
