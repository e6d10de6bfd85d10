"""./run lint: every check that needs no server, each by name, all of them even when one fails."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from genre_site.cli.children import run_child
from genre_site.cli.console import say
from genre_site.cli.exceptions import CliError
from genre_site.cli.program_environment import MANAGE, PYTHON
from genre_site.embedded.instance import CHECKOUT

TYPED = ("catalog", "users", "recommender", "genre_site", "showcase", "tests", "benchmarks", "manage.py")
# Settings as in production, so that Django's deployment check means something; nothing is at these addresses.
PRODUCTION = {
    "DATABASE_URL": "postgresql:///genre?host=/nonexistent",
    "BROKER_URL": "memory://",
    "GENRE_SECRET_KEY": "lint-only-" + "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "GENRE_ALLOWED_HOSTS": "genre.example.org",
    "DJANGO_SETTINGS_MODULE": "genre_site.settings",
    "PYTHONPATH": str(CHECKOUT),
}


@dataclass(frozen=True)
class Check:
    name: str
    command: list[str]


def checks() -> list[Check]:
    scripts = Path(sys.executable).parent
    typed = [path for path in TYPED if (CHECKOUT / path).exists()]
    return [
        Check("ruff check", [str(scripts / "ruff"), "check", "."]),
        Check("ruff format", [str(scripts / "ruff"), "format", "--check", "."]),
        Check("mypy", [*PYTHON, "-m", "mypy", *typed]),
        Check("lint-imports", [str(scripts / "lint-imports")]),
        Check("djlint check", [str(scripts / "djlint"), "templates", "--check", "--quiet"]),
        Check("djlint lint", [str(scripts / "djlint"), "templates", "--lint", "--quiet"]),
        Check("migrations match models", [*MANAGE, "makemigrations", "--check", "--dry-run"]),
        Check("deployment check", [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"]),
        Check("sh -n run", ["/bin/sh", "-n", "run"]),
        Check("sh -n .ci/run", ["/bin/sh", "-n", ".ci/run"]),
    ]


def run_lint(arguments: list[str], environment: Mapping[str, str]) -> int:
    if arguments:
        raise CliError("./run lint takes no arguments.", status=2)
    # What the person set for GENRE must not change what a check finds.
    own = {name: value for name, value in environment.items() if not name.startswith("GENRE_")} | PRODUCTION
    failed = []
    for check in checks():
        say(check.name)
        if run_child(check.command, environment=own, folder=CHECKOUT) != 0:
            failed.append(check.name)
    say(f"failed: {', '.join(failed)}" if failed else "all checks passed")
    return 1 if failed else 0
