"""./run status: what runs, and in which folder; starts and changes nothing."""

from __future__ import annotations

from collections.abc import Mapping

from genre_site.cli.exceptions import CliError
from genre_site.embedded.instance import Instance
from genre_site.embedded.process_records import ProcessRecords
from genre_site.local_services import LocalServices


def run_status(arguments: list[str], environment: Mapping[str, str]) -> int:
    if arguments:
        raise CliError("./run status takes no arguments.", status=2)
    instance = Instance.from_environment(environment)
    print(f"instance    {instance.name}")
    print(f"folder      {instance.folder}{'' if instance.exists else ' (not made yet)'}")
    print(f"servers as  {instance.user.name}")
    for status in LocalServices.from_environment(instance, environment).status():
        print(f"{status.title:<12}{_describe(status.pid, is_external=status.is_external)}")
    records = ProcessRecords(instance.processes_folder)
    for role, title in (("web", "web server"), ("worker", "worker")):
        running = records.running(role)
        for record in running:
            print(f"{title:<12}process {record.pid}  {record.facts.get('url', record.facts.get('log', ''))}".rstrip())
        if not running:
            print(f"{title:<12}not running")
    return 0


def _describe(pid: int | None, *, is_external: bool) -> str:
    if is_external:
        return "yours, named by the environment"
    return f"process {pid}" if pid else "not running"
