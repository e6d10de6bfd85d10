"""Chooses where an instance keeps its data and sockets: beside the code if possible, else in a folder of GENRE's own.

A unix socket's address holds 107 bytes, and the account that runs the servers must reach the folder; a checkout below
/root or deep in a tree fails one or the other.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from genre_site.embedded.exceptions import StateFolderError
from genre_site.embedded.service_user import ServiceUser

SOCKET_ADDRESS_BYTES = 107
SOCKET_FOLDER_NAME = "run"
POSTGRES_SOCKET_NAME = ".s.PGSQL.5432"


def locate_state_root(*, checkout: Path, instance_name: str, user: ServiceUser, environment: Mapping[str, str]) -> Path:
    """The folder that instance folders live in; creates nothing.

    Raises:
        StateFolderError: GENRE_STATE_DIR cannot serve, or no other candidate can; the message says why.
    """
    if explicit := environment.get("GENRE_STATE_DIR", "").strip():
        root = Path(explicit).resolve()
        if problem := find_problem(root, instance_name, user):
            raise StateFolderError(f"GENRE_STATE_DIR={explicit} cannot be used: {problem}.")
        return root
    problems = []
    for root in candidate_roots(checkout, environment):
        problem = find_problem(root, instance_name, user)
        if problem is None:
            return root
        problems.append(f"{root}: {problem}")
    raise StateFolderError(
        "No folder can hold the embedded servers' data; set GENRE_STATE_DIR to a short path. Tried "
        + "; ".join(problems)
        + "."
    )


def candidate_roots(checkout: Path, environment: Mapping[str, str]) -> Iterator[Path]:
    yield checkout / "var"
    # The path stands in the name, so that two checkouts never share a database.
    mark = hashlib.sha256(os.fsencode(checkout)).hexdigest()[:12]
    if os.geteuid() == 0:
        yield Path("/var/lib/genre") / mark
    else:
        yield _state_home(environment).resolve() / "genre" / mark
    yield Path(f"/tmp/genre-{os.geteuid()}-{mark}")  # noqa: S108 - short and private: find_problem checks its owner


def find_problem(root: Path, instance_name: str, user: ServiceUser) -> str | None:
    """Why this folder cannot serve, as the second half of a sentence; None when it can."""
    instance = root / instance_name
    socket_path = instance / SOCKET_FOLDER_NAME / POSTGRES_SOCKET_NAME
    length = len(os.fsencode(socket_path))
    if length > SOCKET_ADDRESS_BYTES:
        return f"its socket's path has {length} bytes, and a unix socket takes {SOCKET_ADDRESS_BYTES}"
    if "," in str(root):
        return "PostgreSQL's clients read a comma in a socket's path as two paths"
    if root.parent == Path("/tmp") and (problem := _find_intrusion(root)):  # noqa: S108 - see candidate_roots
        return problem
    nearest = next(folder for folder in (instance, *instance.parents) if os.path.lexists(folder))
    if not nearest.is_dir():
        return f"{nearest} is not a folder"
    if nearest == instance and nearest.stat().st_uid != os.geteuid():
        return f"{nearest} belongs to another user"
    if not os.access(nearest, os.W_OK | os.X_OK):
        return f"{nearest} cannot be written"
    if not user.can_enter(nearest):
        return f"user '{user.name}', who runs the servers, cannot enter {nearest}"
    return None


def _state_home(environment: Mapping[str, str]) -> Path:
    configured = environment.get("XDG_STATE_HOME", "")
    if configured.startswith("/"):
        return Path(configured)
    home = environment.get("HOME", "")
    if not home.startswith("/"):
        home = pwd.getpwuid(os.geteuid()).pw_dir
    return Path(home) / ".local" / "state"


def _find_intrusion(root: Path) -> str | None:
    """Anybody may create a name in /tmp: a folder there counts only when it is ours and closed."""
    try:
        facts = root.lstat()
    except FileNotFoundError:
        return None
    if not stat.S_ISDIR(facts.st_mode):
        return f"{root} is not a folder"
    if facts.st_uid != os.geteuid():
        return f"{root} belongs to another user"
    if facts.st_mode & 0o066:
        return f"{root} is open to other users"
    return None
