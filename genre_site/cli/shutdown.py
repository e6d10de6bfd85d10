"""Ends an instance's programs and servers, and nothing else."""

from __future__ import annotations

import os
import signal

from genre_site.embedded.instance import Instance
from genre_site.embedded.marked_processes import stop_marked_processes
from genre_site.embedded.process_records import ProcessRecords
from genre_site.local_services import LocalServices

# In this order: the supervisor of ./run serve stops its web server and worker itself, and would start a worker again.
STEPS = {
    "supervisor": ((signal.SIGTERM, 45.0), (signal.SIGKILL, 5.0)),
    "web": ((signal.SIGTERM, 15.0), (signal.SIGKILL, 5.0)),
    # A running task may end first; one that is cut off is claimed again from the database later.
    "worker": ((signal.SIGTERM, 10.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)),
}
TITLES = {"supervisor": "./run serve", "web": "web server", "worker": "worker"}


def stop_instance(instance: Instance) -> list[str]:
    """Returns what was stopped, in words."""
    stopped = []
    records = ProcessRecords(instance.processes_folder)
    for role, steps in STEPS.items():
        for record in records.running(role):
            if record.pid != os.getpid():
                record.identity.stop(steps)
                records.remove(record)
                stopped.append(TITLES[role])
    if count := stop_marked_processes(instance.folder):
        stopped.append(f"{count} left-over process{'es' if count > 1 else ''}")
    return stopped + LocalServices(instance).stop()
