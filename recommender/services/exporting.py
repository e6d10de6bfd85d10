"""Everything that is known of a person, as one JSON document that people and programs can read.

It is written as it is read: however long somebody's history is, a thousand rows of it are in memory at a time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

from django.db import connection, transaction
from django.utils.translation import gettext as _

from users.models import Profile, User
from users.privacy import Holder, Registry, of_accounts, of_profiles

FORMAT = "genre-personal-data"
# Higher once a name is gone or means something else; new names do not change it.
VERSION = 1
# Characters that are sent at once.
BLOCK = 64_000

Subject = TypeVar("Subject", Profile, User)


def export_profile(*, profile: Profile, now: datetime) -> Iterator[str]:
    """The document in pieces; all of it is as it was at one moment."""
    with _one_moment():
        yield from _in_blocks(_object({**_head("profile", now), **_of_profile(profile)}))


def export_account(*, user: User, now: datetime) -> Iterator[str]:
    """An account with its profiles in all catalogs, in pieces."""
    with _one_moment():
        profiles = Profile.objects.filter(user=user).select_related("catalog", "user").order_by("pk")
        told = {
            **_head("account", now),
            "account": user.email,
            "sections": _sections(of_accounts, user),
            "profiles": (_of_profile(profile) for profile in profiles),
        }
        yield from _in_blocks(_object(told))


def _head(kind: str, now: datetime) -> dict[str, object]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "kind": kind,
        "exported_at": now.isoformat(),
        "about": _("Everything that GENRE holds about this person. Each section says what its rows are."),
    }


def _of_profile(profile: Profile) -> dict[str, object]:
    return {
        "catalog": {"id": profile.catalog.slug, "name": profile.catalog.name},
        "profile": profile.external_id,
        "sections": _sections(of_profiles, profile),
    }


def _sections(registry: Registry[Subject], subject: Subject) -> Iterable[dict[str, object]]:
    return (_section(holder, subject) for holder in registry)


def _section(holder: Holder[Subject], subject: Subject) -> dict[str, object]:
    return {
        "name": holder.name,
        "title": str(holder.title),
        "about": str(holder.about),
        "rows": iter(holder.rows(subject)),
    }


def _object(members: dict[str, Any]) -> Iterator[str]:
    """JSON of an object whose members may be iterators of objects, which are read as they are written."""
    opening = "{"
    for name, value in members.items():
        yield f"{opening}{json.dumps(name)}: "
        opening = ",\n"
        if isinstance(value, Iterator):
            yield from _array(value)
        else:
            yield json.dumps(value, ensure_ascii=False)
    yield "}"


def _array(rows: Iterator[dict[str, Any]]) -> Iterator[str]:
    yield "["
    separator = "\n"
    for row in rows:
        yield separator
        if any(isinstance(value, Iterator) for value in row.values()):
            yield from _object(row)
        else:
            yield json.dumps(row, ensure_ascii=False)
        separator = ",\n"
    yield "]"


def _in_blocks(pieces: Iterable[str]) -> Iterator[str]:
    """Each block is sent by itself: a packet for each name and each comma would take most of the time."""
    block: list[str] = []
    length = 0
    for piece in pieces:
        block.append(piece)
        length += len(piece)
        if length >= BLOCK:
            yield "".join(block)
            block, length = [], 0
    yield "".join(block)


@contextmanager
def _one_moment() -> Iterator[None]:
    """All reads see the same state, unless the caller's transaction has begun to read already."""
    begins = not connection.in_atomic_block
    with transaction.atomic():
        if begins:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
