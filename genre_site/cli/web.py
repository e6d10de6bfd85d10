"""The web server: gunicorn on a socket that is bound before it starts, so that a port is taken or refused at once."""

from __future__ import annotations

import http.client
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from genre_site.cli.backstage import Backstage
from genre_site.cli.exceptions import CliError
from genre_site.cli.program_environment import PYTHON
from genre_site.embedded.exceptions import ServerFailedError
from genre_site.embedded.instance import CHECKOUT
from genre_site.embedded.marked_processes import ROLE_MARK
from genre_site.embedded.process_records import ProcessRecord, ProcessRecords
from genre_site.embedded.processes import ProcessIdentity, last_lines

ROLE = "web"
DEFAULT_PORT = 8000
TRIED_PORTS = 100
START_TIMEOUT_SECONDS = 120.0
LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class WebServer:
    child: subprocess.Popen[bytes]
    record: ProcessRecord
    log_file: Path

    @property
    def url(self) -> str:
        return self.record.facts["url"]


def bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=2048)


def bind_wished(host: str, port: int) -> socket.socket:
    try:
        return bind(host, port)
    except OSError as error:
        raise CliError(f"Cannot listen on {host}, port {port}: {error.strerror}.") from error


def bind_next_free(host: str, first_port: int = DEFAULT_PORT) -> socket.socket:
    for port in range(first_port, first_port + TRIED_PORTS):
        try:
            return bind(host, port)
        except OSError:
            continue
    last_port = first_port + TRIED_PORTS - 1
    raise CliError(f"No port from {first_port} to {last_port} is free on {host}: name one with --port.")


def url_of(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104 - an address to print, not to bind
        host = "localhost"
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def start_web(backstage: Backstage, listener: socket.socket) -> WebServer:
    """Hands the listening socket to gunicorn and returns when a page is answered."""
    log_file = backstage.instance.log_folder / "web.log"
    with log_file.open("ab") as log:
        child = subprocess.Popen(
            _arguments(listener.fileno()),
            env={**backstage.environment, ROLE_MARK: ROLE},
            cwd=CHECKOUT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=[listener.fileno()],
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which then stops things in order
        )
    url = url_of(listener)
    listener.close()
    identity = ProcessIdentity.of(child.pid)
    if identity is None:
        raise ServerFailedError(f"The web server ended at once. {last_lines(log_file)}")
    record = ProcessRecord(ROLE, identity, {"url": url, "log": str(log_file)})
    backstage.records.write(record)
    _wait_until_answering(child, url, log_file)
    return WebServer(child, record, log_file)


def is_answering(url: str, *, timeout_seconds: float = 10.0) -> bool:
    """Any answer counts, a refusal of the host's name or a redirect to HTTPS, too: the server is there."""
    address = url.removeprefix("http://").rstrip("/")
    connection = http.client.HTTPConnection(address, timeout=timeout_seconds)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def find_answering(records: ProcessRecords) -> str | None:
    """The address of a web server that these records name and that answers."""
    urls = (record.facts.get("url", "") for record in records.running(ROLE))
    return next((url for url in urls if url and is_answering(url)), None)


def _arguments(descriptor: int) -> list[str]:
    return [
        *PYTHON,
        *("-m", "gunicorn", "genre_site.wsgi:application", "--bind", f"fd://{descriptor}"),
        *("--worker-class", "gthread", "--workers", "2", "--threads", "4"),
        *("--graceful-timeout", "10", "--error-logfile", "-", "--no-control-socket"),
        # A statement of 500 Chinese characters is 4,500 bytes in an address; gunicorn's own limit is 4,094.
        *("--limit-request-line", "8190"),
    ]


def _wait_until_answering(child: subprocess.Popen[bytes], url: str, log_file: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while not is_answering(url):
        if child.poll() is not None or time.monotonic() > deadline:
            child.kill()
            child.wait()
            raise ServerFailedError(f"The web server did not start. {last_lines(log_file)}")
        time.sleep(0.1)
