"""The embedded Valkey, Celery's broker: an append-only file keeps queued work over a crash."""

from __future__ import annotations

import signal
import socket
from pathlib import Path
from urllib.parse import quote

from genre_site.embedded.binaries import Binaries
from genre_site.embedded.server import Server


class ValkeyServer(Server):
    role = "valkey"
    title = "Valkey"
    program = "valkey-server"
    stop_steps = ((signal.SIGTERM, 30.0), (signal.SIGKILL, 5.0))
    signal_at_once = signal.SIGKILL

    @property
    def data_folder(self) -> Path:
        return self.instance.valkey_folder

    @property
    def socket_path(self) -> Path:
        return self.instance.socket_folder / "valkey.sock"

    @property
    def url(self) -> str:
        return f"redis+socket://{quote(str(self.socket_path), safe='/')}"

    def prepare(self, binaries: Binaries) -> None:
        self.end_leftovers()

    def arguments(self, binaries: Binaries) -> list[str]:
        settings = {
            "port": "0",
            "unixsocket": str(self.socket_path),
            "unixsocketperm": "700",
            "dir": str(self.data_folder),
            "save": "",
            "appendonly": "yes",
            "appendfsync": "everysec",
            "aof-load-truncated": "yes",  # the last write before a kill -9 may be cut: the rest counts
            "maxmemory-policy": "noeviction",
            "logfile": "",
        }
        flags = [part for name, value in settings.items() for part in (f"--{name}", value)]
        return [str(binaries.valkey_server), *flags]

    def find_complaint(self) -> str | None:
        """One PING over the bare socket: a client library would cost more than the answer."""
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(10.0)
                connection.connect(str(self.socket_path))
                connection.sendall(b"PING\r\n")
                answer = connection.recv(128)
        except OSError as error:
            return f"{self.socket_path}: {error.strerror or error}"
        return None if answer.startswith(b"+PONG") else answer.decode("ascii", "replace").strip()
