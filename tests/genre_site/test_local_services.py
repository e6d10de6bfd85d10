"""The embedded servers as a whole: started once, joined, stopped without a trace."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from genre_site.embedded.exceptions import ServerFailedError
from genre_site.embedded.instance import Instance
from genre_site.local_services import LocalServices
from tests.genre_site.conftest import open_state_root

# Servers that start beside other tests are slow to start.
pytestmark = pytest.mark.alone

START_IN_ANOTHER_PROCESS = """
import os, sys
from genre_site.embedded.instance import Instance
from genre_site.local_services import LocalServices
services = LocalServices(Instance.from_environment(os.environ, name="main"))
services.ensure_running()
print([status.pid for status in services.status()])
"""


def start_in_another_process(state_root: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", START_IN_ANOTHER_PROCESS],
        env={**os.environ, "GENRE_STATE_DIR": str(state_root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def pids(services: LocalServices) -> list[int | None]:
    return [status.pid for status in services.status()]


def test_two_first_starts_at_once_make_one_server_of_each(state_root: Path, instance: Instance) -> None:
    starters = [start_in_another_process(state_root) for _ in range(2)]
    said = [starter.communicate(timeout=60) for starter in starters]
    assert [starter.returncode for starter in starters] == [0, 0], said
    answers = [output for output, _errors in said]
    assert answers[0] == answers[1]
    assert json.loads(answers[0]) == pids(LocalServices(instance))


@pytest.fixture(scope="module")
def shared() -> Iterator[LocalServices]:
    """For tests that only look: servers started under a umask that closes nothing."""
    with open_state_root() as root:
        services = LocalServices(Instance.from_environment({"GENRE_STATE_DIR": str(root)}, name="shared"))
        umask = os.umask(0)
        try:
            services.ensure_running()
        finally:
            os.umask(umask)
        yield services


def test_both_answer_over_unix_sockets_and_nothing_listens_on_tcp(shared: LocalServices) -> None:
    addresses = shared.ensure_running()
    with psycopg.connect(addresses.database_url) as connection:
        row = connection.execute("SELECT current_user, current_database(), inet_server_addr()").fetchone()
    assert row == ("genre", "genre", None)
    with socket.socket(socket.AF_UNIX) as broker:
        broker.connect(addresses.broker_url.removeprefix("redis+socket://"))
        broker.sendall(b"PING\r\n")
        assert broker.recv(16) == b"+PONG\r\n"
    for pid in pids(shared):
        assert psutil.Process(pid).net_connections("inet") == []


def test_trigrams_of_chinese_are_not_empty(shared: LocalServices) -> None:
    addresses = shared.ensure_running()
    with psycopg.connect(addresses.database_url) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        row = connection.execute("SELECT cardinality(show_trgm('科幻太空')), getdatabaseencoding()").fetchone()
    assert row == (5, "UTF8")


def test_pgvector_is_there_in_a_version_that_genre_can_use(shared: LocalServices) -> None:
    addresses = shared.ensure_running()
    with psycopg.connect(addresses.database_url) as connection:
        connection.execute("CREATE EXTENSION vector")
        row = connection.execute("SELECT extversion FROM pg_extension WHERE extname = 'vector'").fetchone()
    assert row is not None
    assert tuple(int(part) for part in row[0].split(".")) >= (0, 8, 4)


def test_the_persons_locale_and_umask_change_nothing(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"LC_ALL": "POSIX", "PGDATA": "/nowhere", "PGPORT": "5999", "PGHOST": "nowhere"}.items():
        monkeypatch.setenv(name, value)
    umask = os.umask(0o077)
    try:
        addresses = LocalServices(instance).ensure_running()
    finally:
        os.umask(umask)
    with psycopg.connect(addresses.database_url) as connection:
        row = connection.execute("SELECT datcollate FROM pg_database WHERE datname = 'genre'").fetchone()
    assert row == ("C.UTF-8",)


def test_data_and_sockets_are_closed_to_others(shared: LocalServices) -> None:
    instance = shared.instance
    for folder in ("postgres", "valkey", "run", "log", "processes"):
        assert stat.S_IMODE((instance.folder / folder).stat().st_mode) == 0o700, folder
    for closed in ("secret_key", "lock", "log/postgres.log"):
        assert stat.S_IMODE((instance.folder / closed).stat().st_mode) == 0o600, closed
    for name in (".s.PGSQL.5432", "valkey.sock"):
        assert stat.S_IMODE((instance.socket_folder / name).stat().st_mode) == 0o700, name


def test_the_secret_key_is_long_and_stays(instance: Instance) -> None:
    services = LocalServices(instance, database_url="postgresql:///elsewhere", broker_url="memory://")
    services.ensure_running()
    first = instance.secret_key_file.read_text()
    services.ensure_running()
    assert len(first) > 60
    assert instance.secret_key_file.read_text() == first


def test_with_both_addresses_given_nothing_starts(instance: Instance) -> None:
    services = LocalServices.from_environment(
        instance, {"DATABASE_URL": "postgresql://db/genre", "BROKER_URL": "amqp://broker"}
    )
    addresses = services.ensure_running()
    assert (addresses.database_url, addresses.broker_url) == ("postgresql://db/genre", "amqp://broker")
    assert pids(services) == [None, None]
    assert [status.is_external for status in services.status()] == [True, True]
    assert not instance.postgres_folder.exists()


def test_with_the_databases_address_given_only_the_broker_starts(instance: Instance) -> None:
    services = LocalServices.from_environment(instance, {"DATABASE_URL": "postgresql://db/genre", "BROKER_URL": " "})
    addresses = services.ensure_running()
    assert addresses.database_url == "postgresql://db/genre"
    assert addresses.broker_url == f"redis+socket://{instance.socket_folder}/valkey.sock"
    assert [status.pid is None for status in services.status()] == [True, False]


def test_stop_leaves_no_process_and_may_be_repeated(instance: Instance) -> None:
    services = LocalServices(instance)
    services.ensure_running()
    started = [psutil.Process(pid) for pid in pids(services)]
    assert services.stop() == ["Valkey", "PostgreSQL"]
    assert services.stop() == []
    assert pids(services) == [None, None]
    for process in started:
        assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    assert list(instance.socket_folder.iterdir()) == []


def test_a_path_with_blanks_and_chinese_works(state_root: Path) -> None:
    root = state_root / "my 数据"
    root.mkdir(mode=0o711)
    root.chmod(0o711)
    services = LocalServices(Instance.from_environment({"GENRE_STATE_DIR": str(root)}, name="main"))
    try:
        with psycopg.connect(services.ensure_running().database_url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        services.stop()


def test_a_start_that_fails_shows_the_end_of_the_log(instance: Instance) -> None:
    services = LocalServices(instance)
    services.ensure_running()
    services.stop()
    with (instance.postgres_folder / "postgresql.conf").open("a") as settings:
        settings.write("no_such_setting_of_postgresql = 1\n")
    with pytest.raises(ServerFailedError, match="no_such_setting_of_postgresql"):
        services.ensure_running()


def test_folders_on_the_way_are_passable_whatever_the_umask(state_root: Path) -> None:
    deeper = Instance.from_environment({"GENRE_STATE_DIR": str(state_root / "a" / "b")}, name="main")
    umask = os.umask(0o077)
    try:
        deeper.create_folders()
    finally:
        os.umask(umask)
    expected = 0o711 if deeper.user.is_borrowed else 0o700
    for folder in (state_root / "a", state_root / "a" / "b", deeper.folder):
        assert stat.S_IMODE(folder.stat().st_mode) == expected
