"""A person's traces in texts that no key points from: answers kept for repeated requests, and reports of imports."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from django.db import connection
from django.utils import timezone

from recommender.models import ImportJob, Interaction, Slate
from recommender.services.stored_answers import KEPT
from users.models import Profile
from users.privacy import Row

# Shorter ones are in every text: they count as a whole JSON string alone.
SHORTEST_IN_TEXT = 4
# A request may have begun before what it wrote.
SLACK = timedelta(hours=1)

NAMING = """
FROM recommender_storedanswer answer WHERE catalog_id = %s AND EXISTS (
    SELECT FROM unnest(%s::text[]) AS said (text)
    WHERE strpos(answer.body, said.text) > 0 OR strpos(answer.headers::text, said.text) > 0
)
"""


def answer_rows(profile: Profile) -> Iterable[Row]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT status, body, expires_at {NAMING}", [profile.catalog_id, _said_in_answers(profile)])
        for status, body, expires_at in cursor.fetchall():
            yield {"status": status, "answer": body, "kept_until": expires_at.isoformat()}


def erase_answers(profile: Profile) -> int:
    """To be called while what the person did and was shown is still there; a scan of one day's answers."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE {NAMING}", [profile.catalog_id, _said_in_answers(profile)])
        return int(cursor.rowcount)


def import_rows(profile: Profile) -> Iterable[Row]:
    for job, kept in _reports_naming(profile):
        named = [error for error in job.errors if error not in kept]
        yield {"import": str(job.pk), "finished": plain_time(job.finished_at), "errors": named, "problem": job.problem}


def erase_in_imports(profile: Profile) -> int:
    """Take what names the person out of reports. Files that wait are not looked into: they go when they are read."""
    reports = list(_reports_naming(profile))
    for job, kept in reports:
        job.errors = kept
        for field in ("problem", "file_name"):
            if _names(profile, getattr(job, field)):
                setattr(job, field, "–")
    ImportJob.objects.bulk_update([job for job, _kept in reports], ["errors", "problem", "file_name"])
    return len(reports)


def plain_time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _said_in_answers(profile: Profile) -> list[str]:
    """What answers of the last day say of the person: their own texts, ids of their lists and of what they did."""
    since = timezone.now() - KEPT - SLACK
    lists = Slate.objects.filter(profile=profile, created_at__gte=since).values_list("request_id", flat=True)
    did = Interaction.objects.filter(profile=profile, created_at__gte=since, external_id__isnull=False)
    texts = [*_own_texts(profile), *map(str, lists), *did.values_list("external_id", flat=True)]
    return sorted({form for text in texts if text for form in _written(text)})


def _written(text: str) -> tuple[str, str]:
    """As JSON has it, and as addresses do."""
    in_json = json.dumps(text, ensure_ascii=False)
    return in_json[1:-1] if len(text) >= SHORTEST_IN_TEXT else in_json, f"/{quote(text, safe='')}"


def _own_texts(profile: Profile) -> tuple[str, ...]:
    return profile.external_id, profile.name, profile.statement


def _reports_naming(profile: Profile) -> Iterable[tuple[ImportJob, list[Any]]]:
    """Imports whose reports name the person, with the errors that do not."""
    for job in ImportJob.objects.filter(catalog_id=profile.catalog_id).order_by("created_at").iterator():
        kept = [error for error in job.errors if not _names(profile, error)]
        if len(kept) < len(job.errors) or _names(profile, job.problem) or _names(profile, job.file_name):
            yield job, kept


def _names(profile: Profile, told: object) -> bool:
    """Whether a report's text, or an object of texts, has one of the person's own in it."""
    if isinstance(told, dict):
        return any(_names(profile, member) for member in told.values())
    if not isinstance(told, str):
        return False
    return any(
        own in told if len(own) >= SHORTEST_IN_TEXT else f"“{own}”" in told or own == told
        for own in _own_texts(profile)
        if own
    )
