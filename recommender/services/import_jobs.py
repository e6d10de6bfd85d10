"""Importing the files that programs brought, one after another in each catalog, and each of them once.

The state in the database is the truth. Whoever works on a catalog's files holds a lock that ends with their database
session: a file that was being imported when its worker ended is taken up by the next look. Its rows and the news that
it is done are one transaction, so that nothing is imported by half, or twice.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from catalog.importing.exceptions import FileRefused
from catalog.importing.item_import import import_item_file
from catalog.importing.items import ITEM_LAYOUT
from catalog.importing.layout import Layout
from catalog.importing.outcome import ImportOutcome
from catalog.importing.progress import Progress
from catalog.importing.row_error import RowError
from catalog.importing.row_file import ReadOptions
from recommender.models import ImportJob
from recommender.services.import_files import drop_file, file_of
from recommender.services.importing_interactions import import_interaction_file
from recommender.services.importing_profiles import PROFILE_LAYOUT, import_profile_file
from recommender.services.importing_rows import INTERACTION_LAYOUT
from recommender.services.row_checks import sentence
from recommender.services.session_locks import held_keys, session_lock
from users.erasures import Way

logger = logging.getLogger(__name__)

IMPORT_LOCK = 0x4745494D
MOST_ERRORS = 100
KEPT = timedelta(days=30)


def _with_names_of_api(layout: Layout, names: Mapping[str, str]) -> Layout:
    return replace(layout, aliases={**layout.aliases, **names})


# Files may use the names of the API's documents as well as those of the import commands.
LAYOUTS = {
    ImportJob.Kind.ITEMS: _with_names_of_api(ITEM_LAYOUT, {"id": "item_id"}),
    ImportJob.Kind.PROFILES: _with_names_of_api(PROFILE_LAYOUT, {"id": "user_id"}),
    ImportJob.Kind.INTERACTIONS: _with_names_of_api(
        INTERACTION_LAYOUT,
        {"profile": "user_id", "item": "item_id", "occurred_at": "timestamp", "external_id": "interaction_id"},
    ),
}


@dataclass
class Refusals:
    """The first refused rows; the others are counted by the import itself."""

    first: list[dict[str, Any]] = field(default_factory=list)

    def add(self, error: RowError) -> None:
        if len(self.first) < MOST_ERRORS:
            detail = sentence(error.reason) if error.column else error.reason
            self.first.append({"row": error.row_number, "field": error.column, "detail": detail})


def catalogs_with_files() -> list[int]:
    """Catalogs in which a file waits and that nobody works on now. Two queries."""
    waiting = ImportJob.objects.filter(finished_at=None).order_by().values_list("catalog_id", flat=True).distinct()
    found = set(waiting)
    return sorted(found - held_keys(IMPORT_LOCK)) if found else []


def import_next_file(catalog_id: int) -> bool:
    """Import the catalog's oldest waiting file; whether there may be another one.

    Not where somebody else is working on the catalog's files: they go on by themselves.
    """
    with session_lock(IMPORT_LOCK, catalog_id) as mine:
        job = _begin(catalog_id) if mine else None
        if job is None:
            return False
        if job.state == ImportJob.State.RUNNING:
            with override(job.language):
                _import(job)
    return True


def drop_old_jobs(*, now: datetime) -> int:
    """Forget jobs that were over long ago."""
    return ImportJob.objects.filter(finished_at__lt=now - KEPT).delete()[0]


def _begin(catalog_id: int) -> ImportJob | None:
    """The next job, its attempt counted; failed where its worker ended too often before."""
    job = ImportJob.objects.filter(catalog_id=catalog_id, finished_at=None).order_by("created_at", "pk").first()
    if job is None:
        return None
    if job.attempts >= ImportJob.MAXIMUM_ATTEMPTS:
        with override(job.language):
            _fail(job, _("The worker ended three times while it imported this file."))
        return job
    now = timezone.now()
    ImportJob.objects.filter(pk=job.pk).update(
        state=ImportJob.State.RUNNING, attempts=F("attempts") + 1, started_at=now
    )
    job.state = ImportJob.State.RUNNING
    return job


def _import(job: ImportJob) -> None:
    refusals = Refusals()
    try:
        with transaction.atomic():
            outcome = _imported(job, refusals)
            if not outcome.nothing_usable:
                _finish(job, outcome, refusals)
                return
            transaction.set_rollback(True)
        _fail(job, _("Not one row could be used. Nothing was imported."), refusals=refusals, refused=outcome.refused)
    except FileRefused as error:
        _fail(job, str(error), refusals=refusals)


def _imported(job: ImportJob, refusals: Refusals) -> ImportOutcome:
    kind = ImportJob.Kind(job.kind)
    common: dict[str, Any] = {
        "catalog": job.catalog,
        "options": ReadOptions(),
        "refuse": refusals.add,
        "progress": Progress(),
        "layout": LAYOUTS[kind],
    }
    consent = Way.API if job.consent else None
    with file_of(job) as path:
        if kind == ImportJob.Kind.ITEMS:
            return import_item_file(path=path, **common)
        if kind == ImportJob.Kind.PROFILES:
            return import_profile_file(path=path, consent=consent, **common)
        return import_interaction_file(
            path=path, kind=job.interaction_kind or None, now=timezone.now(), consent=consent, **common
        )


def _finish(job: ImportJob, outcome: ImportOutcome, refusals: Refusals) -> None:
    ImportJob.objects.filter(pk=job.pk).update(
        state=ImportJob.State.DONE,
        finished_at=timezone.now(),
        created=outcome.counts.new,
        updated=outcome.counts.changed,
        unchanged=outcome.counts.unchanged,
        refused=outcome.refused,
        errors=refusals.first,
        unused_columns=list(outcome.unused_columns),
    )
    drop_file(job)
    logger.info("import %s: %d rows taken, %d refused", job.pk, outcome.taken, outcome.refused)


@transaction.atomic
def _fail(job: ImportJob, problem: str, *, refusals: Refusals | None = None, refused: int = 0) -> None:
    errors = refusals.first if refusals else []
    ImportJob.objects.filter(pk=job.pk).update(
        state=ImportJob.State.FAILED, finished_at=timezone.now(), problem=problem, errors=errors, refused=refused
    )
    job.state = ImportJob.State.FAILED
    drop_file(job)
    logger.warning("import %s failed", job.pk)
