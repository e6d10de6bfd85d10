"""An instance that is up: its servers answer, and its programs' environment is known."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from genre_site.cli.console import say
from genre_site.cli.program_environment import program_environment
from genre_site.embedded.instance import Instance
from genre_site.embedded.process_records import ProcessRecord, ProcessRecords
from genre_site.embedded.processes import ProcessIdentity
from genre_site.local_services import LocalServices


@dataclass(frozen=True)
class Backstage:
    instance: Instance
    environment: dict[str, str]

    @property
    def records(self) -> ProcessRecords:
        return ProcessRecords(self.instance.processes_folder)


def open_backstage(instance: Instance, environment: Mapping[str, str]) -> Backstage:
    """Starts or joins the instance's servers."""
    services = LocalServices.from_environment(instance, environment)
    if missing := [status.title for status in services.status() if not (status.pid or status.is_external)]:
        say(f"starting {' and '.join(missing)} in {instance.folder}")
    addresses = services.ensure_running()
    return Backstage(instance, program_environment(instance, addresses, environment))


def record_this_process(instance: Instance, role: str) -> ProcessRecord:
    identity = ProcessIdentity.of(os.getpid())
    if identity is None:
        raise RuntimeError("this process does not find itself among the running ones")
    record = ProcessRecord(role, identity)
    ProcessRecords(instance.processes_folder).write(record)
    return record
