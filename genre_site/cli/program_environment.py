"""What GENRE's programs find in their environment when ./run starts them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from genre_site.embedded.instance import CHECKOUT, Instance
from genre_site.embedded.marked_processes import INSTANCE_MARK, ROLE_MARK
from genre_site.local_services import Addresses

# -P: a folder named like one of GENRE's packages, where the person happens to stand, must not be imported.
PYTHON = [sys.executable, "-P"]
WORKER_COMMAND = [*PYTHON, "-m", "genre_site.cli", "worker", "--background"]
MANAGE = [sys.executable, str(CHECKOUT / "manage.py")]


def program_environment(instance: Instance, addresses: Addresses, given: Mapping[str, str]) -> dict[str, str]:
    """The given environment with the instance's addresses, folders and marks."""
    environment = {**given, "DATABASE_URL": addresses.database_url, "BROKER_URL": addresses.broker_url}
    if not given.get("GENRE_SECRET_KEY", "").strip():
        environment.setdefault("GENRE_SECRET_KEY_FILE", str(instance.secret_key_file))
    environment.setdefault("GENRE_STATIC_ROOT", str(instance.static_folder))
    environment["GENRE_DEMO_OPERATOR_FILE"] = str(instance.folder / "demo_operator.json")
    environment["GENRE_WORKER_COMMAND"] = json.dumps(WORKER_COMMAND)
    # A ./run that one of these programs starts means the same instance, wherever that was found.
    environment["GENRE_STATE_DIR"] = str(instance.state_root)
    environment["GENRE_INSTANCE"] = instance.name
    environment[INSTANCE_MARK] = str(instance.folder)
    environment.pop(ROLE_MARK, None)
    # Another project's settings may be named in the person's shell.
    environment["DJANGO_SETTINGS_MODULE"] = "genre_site.settings"
    environment["PYTHONPATH"] = _first_on_path(CHECKOUT, given.get("PYTHONPATH", ""))
    return environment


def _first_on_path(folder: Path, path: str) -> str:
    others = [entry for entry in path.split(os.pathsep) if entry and entry != str(folder)]
    return os.pathsep.join([str(folder), *others])
