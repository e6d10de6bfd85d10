"""The embedded PostgreSQL: settings, start, the database, and the traces of a crash."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from urllib.parse import quote

import psycopg

from genre_site.embedded.binaries import Binaries
from genre_site.embedded.postgres_cluster import ROLE, ensure_cluster
from genre_site.embedded.processes import ProcessIdentity
from genre_site.embedded.server import Server
from genre_site.embedded.state_folder import POSTGRES_SOCKET_NAME

DATABASE = "genre"
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - looked at, never written by GENRE
# A parallel index build asks for maintenance_work_mem here; containers often have 64 MB, and the build then fails.
ENOUGH_SHARED_MEMORY_BYTES = 1024**3


class PostgresServer(Server):
    role = "postgres"
    title = "PostgreSQL"
    program = "postgres"
    # Fast shutdown; then immediate, which the next start recovers from.
    stop_steps = ((signal.SIGINT, 60.0), (signal.SIGQUIT, 15.0), (signal.SIGKILL, 5.0))
    signal_at_once = signal.SIGQUIT

    @property
    def data_folder(self) -> Path:
        return self.instance.postgres_folder

    @property
    def url(self) -> str:
        folder = quote(str(self.instance.socket_folder), safe="/")
        # The port is part of the socket's name: a PGPORT in the person's shell must not change it.
        return f"postgresql:///{DATABASE}?host={folder}&port=5432&user={ROLE}"

    def ensure_running(self) -> None:
        super().ensure_running()
        self._ensure_database()

    def prepare(self, binaries: Binaries) -> None:
        ensure_cluster(self.instance, binaries)
        self.end_leftovers()
        # PostgreSQL itself refuses to start when the number in one of these is in use, be it by a stranger. By now no
        # process of this cluster runs, so they are a crash's.
        (self.data_folder / "postmaster.pid").unlink(missing_ok=True)
        (self.instance.socket_folder / f"{POSTGRES_SOCKET_NAME}.lock").unlink(missing_ok=True)

    def find_unrecorded(self) -> ProcessIdentity | None:
        """The main process is the one that postmaster.pid names; its children work in the same folder."""
        try:
            first_line = (self.data_folder / "postmaster.pid").read_text(encoding="utf-8").partition("\n")[0]
            pid = int(first_line)
        except (OSError, ValueError):
            return None
        return next((found for found in self.processes_in_data_folder() if found.pid == pid), None)

    def arguments(self, binaries: Binaries) -> list[str]:
        sockets = str(self.instance.socket_folder).replace('"', '""')
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{sockets}"',
            "unix_socket_permissions": "0700",
            "max_connections": "100",
            "shared_buffers": "256MB",
            "maintenance_work_mem": "256MB",
            "max_wal_size": "2GB",
            "dynamic_shared_memory_type": _shared_memory_type(),
            "log_checkpoints": "off",
            "timezone": "UTC",
        }
        flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(binaries.program("postgres")), "-D", str(self.data_folder), *flags]

    def find_complaint(self) -> str | None:
        try:
            self._connect().close()
        except psycopg.OperationalError as error:
            return str(error).strip()
        return None

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.instance.socket_folder),
            port=5432,
            user=ROLE,
            dbname="postgres",
            autocommit=True,
            connect_timeout=10,
        )

    def _ensure_database(self) -> None:
        with self._connect() as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE}")


def _shared_memory_type() -> str:
    try:
        facts = os.statvfs(SHARED_MEMORY)
    except FileNotFoundError:
        return "mmap"
    return "posix" if facts.f_frsize * facts.f_blocks >= ENOUGH_SHARED_MEMORY_BYTES else "mmap"
