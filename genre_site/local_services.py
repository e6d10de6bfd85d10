"""The one owner of the embedded PostgreSQL and Valkey: starts them, joins running ones, stops them.

An address that the environment gives is taken as it is, and nothing embedded starts in its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass

from genre_site.embedded.instance import Instance
from genre_site.embedded.lock import exclusive_lock
from genre_site.embedded.postgres import PostgresServer
from genre_site.embedded.server import Server
from genre_site.embedded.valkey import ValkeyServer


@dataclass(frozen=True)
class Addresses:
    database_url: str
    broker_url: str


@dataclass(frozen=True)
class ServerStatus:
    title: str
    pid: int | None
    """None when it is not running."""
    is_external: bool
    """True when the environment gives its address; GENRE then knows nothing about its process."""


class LocalServices:
    def __init__(self, instance: Instance, *, database_url: str | None = None, broker_url: str | None = None) -> None:
        self.instance = instance
        self._database_url = database_url
        self._broker_url = broker_url
        self._postgres = PostgresServer(instance)
        self._valkey = ValkeyServer(instance)

    @classmethod
    def from_environment(cls, instance: Instance, environment: Mapping[str, str]) -> LocalServices:
        return cls(
            instance,
            database_url=environment.get("DATABASE_URL", "").strip() or None,
            broker_url=environment.get("BROKER_URL", "").strip() or None,
        )

    def ensure_running(self) -> Addresses:
        """Starts or joins what the environment does not give; returns when both answer.

        Raises:
            LocalServicesError: no folder, no account, or a server that does not start; one sentence says which.
        """
        self.instance.create_folders()
        with exclusive_lock(self.instance.lock_file):
            self.instance.ensure_secret_key()
            for server in self._needed():
                server.ensure_running()
        return Addresses(
            database_url=self._database_url or self._postgres.url,
            broker_url=self._broker_url or self._valkey.url,
        )

    def stop(self) -> list[str]:
        """Stops this instance's servers, whatever the environment gives now; returns the titles of those that ran."""
        # Without its folder nothing can be started, but something may still run that lost it.
        with exclusive_lock(self.instance.lock_file) if self.instance.exists else nullcontext():
            return [server.title for server in (self._valkey, self._postgres) if server.stop()]

    def status(self) -> list[ServerStatus]:
        statuses = []
        for server in (self._postgres, self._valkey):
            identity = server.find() if self.instance.exists else None
            statuses.append(
                ServerStatus(
                    title=server.title,
                    pid=identity.pid if identity else None,
                    is_external=server not in self._needed(),
                )
            )
        return statuses

    def _needed(self) -> list[Server]:
        needed: list[Server] = []
        if self._database_url is None:
            needed.append(self._postgres)
        if self._broker_url is None:
            needed.append(self._valkey)
        return needed
