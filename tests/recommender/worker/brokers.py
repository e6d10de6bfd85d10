"""Brokers of a test's own: a Valkey that can be away and come back, and one that listens and never answers."""

from __future__ import annotations

import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from celery import Celery
from kombu import pools

from genre_site.embedded.binaries import VALKEY_PACKAGE, _package_folder
from recommender.tasks import pause

START_SECONDS = 20.0


class Broker:
    """A Valkey on a unix socket; its address is known before it runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket_path = folder / "valkey.sock"
        self.url = f"redis+socket://{self.socket_path}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = next((_package_folder(VALKEY_PACKAGE) / "_binaries").glob("*/valkey-server"))
        settings = ("--port", "0", "--unixsocket", str(self.socket_path), "--dir", str(self.folder), "--save", "")
        self.process = subprocess.Popen([str(program), *settings], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            assert self.process.poll() is None, "valkey-server ended"
            assert time.monotonic() < deadline, "valkey-server does not answer"
            time.sleep(0.01)

    def answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as connection:
            try:
                connection.connect(str(self.socket_path))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
            except OSError:
                return False

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None
        self.socket_path.unlink(missing_ok=True)


@contextmanager
def own_broker() -> Iterator[Broker]:
    """Not started yet. pytest's own folders have paths too long for a socket."""
    with tempfile.TemporaryDirectory(prefix="genre-") as folder:
        broker = Broker(Path(folder))
        try:
            yield broker
        finally:
            broker.kill()


@contextmanager
def mute_broker() -> Iterator[str]:
    """The address of a broker that takes every connection and never says a word."""
    with tempfile.TemporaryDirectory(prefix="genre-") as folder, socket.socket(socket.AF_UNIX) as listening:
        path = Path(folder) / "mute.sock"
        listening.bind(str(path))
        listening.listen()
        taken: list[socket.socket] = []

        def take() -> None:
            while True:
                try:
                    taken.append(listening.accept()[0])
                except OSError:
                    return

        Thread(target=take, daemon=True).start()
        try:
            yield f"redis+socket://{path}"
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            for connection in taken:
                connection.close()


@contextmanager
def speaking_to(app: Celery, url: str) -> Iterator[None]:
    """Let this process send its messages to that broker."""
    before = app.conf.broker_url
    _connect(app, url)
    try:
        yield
    finally:
        _connect(app, before)


def _connect(app: Celery, url: str) -> None:
    """Celery keeps connections to the broker it knew, and GENRE remembers that one did not answer."""
    app.pool.force_close_all()
    # kombu keeps the pools of each address, closed ones too, and whoever comes back to it would be given them.
    pools.reset()  # type: ignore[no-untyped-call]  # kombu has no types
    app._pool = app.amqp._producer_pool = None
    # Pings go through a mailbox that holds on to its own pool, by now a closed one.
    app.__dict__.pop("control", None)
    app.conf.broker_url = url
    pause.end()
