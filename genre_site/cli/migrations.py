"""Keeps the database's schema current before a command needs it, at the cost of one query when it already is."""

from __future__ import annotations

import hashlib
from pathlib import Path

import psycopg

from genre_site.cli.backstage import Backstage
from genre_site.cli.children import run_step
from genre_site.cli.console import say
from genre_site.cli.program_environment import MANAGE
from genre_site.embedded.instance import CHECKOUT
from genre_site.embedded.lock import exclusive_lock

APPLIED_QUERY = "SELECT count(*), coalesce(max(id), 0) FROM django_migrations"


def ensure_migrated(backstage: Backstage) -> None:
    folder = backstage.instance.folder
    with exclusive_lock(folder / "migrate.lock", timeout_seconds=1800.0):
        stamp_file = folder / "migrated"
        if stamp_file.exists() and stamp_file.read_text(encoding="utf-8") == _current_stamp(backstage):
            return
        say("bringing the database's schema up to date")
        run_step(
            [*MANAGE, "migrate", "--no-input", "--verbosity", "0"],
            environment=backstage.environment,
            name="migrate",
        )
        stamp_file.write_text(_current_stamp(backstage) or "", encoding="utf-8")


def _current_stamp(backstage: Backstage) -> str | None:
    """Which migrations there are, and which the database has applied; None when it cannot be asked.

    The second half notices a database that was made anew or migrated by hand.
    """
    try:
        with psycopg.connect(backstage.environment["DATABASE_URL"], connect_timeout=10) as connection:
            applied = connection.execute(APPLIED_QUERY).fetchone()
    except psycopg.Error:
        return None
    return f"{_migrations_hash()} {applied}"


def _migrations_hash() -> str:
    digest = hashlib.sha256((CHECKOUT / "requirements.txt").read_bytes())
    for path in _migration_files():
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _migration_files() -> list[Path]:
    return sorted(CHECKOUT.glob("*/migrations/*.py"))
