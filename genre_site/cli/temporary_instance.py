"""An instance for one run of tests, a check or a benchmark: started, stopped and removed by it."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from genre_site.cli.backstage import Backstage, open_backstage, record_this_process
from genre_site.cli.console import say
from genre_site.cli.shutdown import stop_instance
from genre_site.cli.signals import ending_signals_ignored
from genre_site.embedded.instance import Instance
from genre_site.embedded.process_records import ProcessRecords

OWNER = "owner"
NAME_PATTERN = re.compile(r"(test|check|bench)-\d+")
# A folder without an owner's record may be one that its owner is just making.
YOUNG_SECONDS = 60.0
# Never an address from outside: these runs write, and what they write must not reach a database in use.
OUTSIDE_ADDRESSES = ("DATABASE_URL", "BROKER_URL", "GENRE_SECRET_KEY", "GENRE_SECRET_KEY_FILE", "GENRE_STATIC_ROOT")


@contextmanager
def temporary_instance(kind: str, environment: Mapping[str, str]) -> Iterator[Backstage]:
    own = {name: value for name, value in environment.items() if name not in OUTSIDE_ADDRESSES}
    instance = Instance.from_environment(own, name=f"{kind}-{os.getpid()}")
    remove_abandoned_instances(instance)
    if instance.exists:
        _remove(instance)
    try:
        instance.create_folders()
        record_this_process(instance, OWNER)
        yield open_backstage(instance, own)
    finally:
        with ending_signals_ignored():
            _remove(instance)


def remove_abandoned_instances(neighbour: Instance) -> None:
    """Stops and removes what a killed run left beside this instance."""
    if not neighbour.state_root.is_dir():
        return
    for folder in sorted(neighbour.state_root.iterdir()):
        if NAME_PATTERN.fullmatch(folder.name) and _is_abandoned(folder):
            say(f"removing {folder}, which a killed run left")
            _remove(Instance(folder=folder, user=neighbour.user))


def _is_abandoned(folder: Path) -> bool:
    facts = folder.lstat()
    if facts.st_uid != os.geteuid():
        return False
    processes = folder / "processes"
    if not any(processes.glob(f"{OWNER}-*.json")):
        return time.time() - facts.st_ctime > YOUNG_SECONDS
    return not ProcessRecords(processes).running(OWNER)


def _remove(instance: Instance) -> None:
    stop_instance(instance)
    shutil.rmtree(instance.folder, ignore_errors=True)
