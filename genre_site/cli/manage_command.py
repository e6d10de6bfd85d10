"""./run manage ...: manage.py with database and broker up; standard output and the exit code are its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from genre_site.cli.backstage import open_backstage
from genre_site.cli.migrations import ensure_migrated
from genre_site.cli.program_environment import MANAGE
from genre_site.embedded.instance import Instance

# These work on any schema, or on the schema itself.
NEED_NO_SCHEMA = frozenset(
    {
        "check",
        "collectstatic",
        "compilemessages",
        "dbshell",
        "diffsettings",
        "findstatic",
        "help",
        "inspectdb",
        "makemessages",
        "makemigrations",
        "migrate",
        "optimizemigration",
        "showmigrations",
        "sqlmigrate",
        "squashmigrations",
        "startapp",
        "test",
        "testserver",
        "version",
    }
)


def run_manage(arguments: list[str], environment: Mapping[str, str]) -> int:
    backstage = open_backstage(Instance.from_environment(environment), environment)
    if needs_schema(arguments):
        ensure_migrated(backstage)
    sys.stdout.flush()
    sys.stderr.flush()
    command = [*MANAGE, *arguments]
    os.execve(command[0], command, backstage.environment)  # noqa: S606 - no shell is the point


def needs_schema(arguments: list[str]) -> bool:
    if not arguments or arguments[0].startswith("-") or arguments[0] in NEED_NO_SCHEMA:
        return False
    return not {"-h", "--help"} & set(arguments)
