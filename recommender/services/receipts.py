"""What a receipt of an erasure tells, to people and to programs."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from recommender.models import ImportJob
from users.models import Erasure
from users.privacy import Registry, of_accounts, of_profiles


def find_receipt(erasure_id: uuid.UUID) -> Erasure | None:
    """The receipt, with those of its parts; two queries."""
    return Erasure.objects.select_related("catalog").prefetch_related("parts__catalog").filter(pk=erasure_id).first()


def receipt(erasure: Erasure) -> dict[str, Any]:
    """The JSON of the API and of the commands; one query, and one a part."""
    registry: Registry[Any] = of_profiles if erasure.catalog else of_accounts
    return {
        "id": str(erasure.pk),
        "kind": "profile" if erasure.catalog else "account",
        "catalog": erasure.catalog.slug if erasure.catalog else None,
        "erased_at": erasure.erased_at.isoformat(),
        "asked_by": erasure.way,
        "erased": _counted(registry, erasure.counts),
        "trained_data_gone_after": erasure.trained_data_gone_after and erasure.trained_data_gone_after.isoformat(),
        "notes": _notes(erasure),
        "parts": [receipt(part) for part in erasure.parts.all()],
    }


def _counted(registry: Registry[Any], counts: Mapping[str, int]) -> list[dict[str, object]]:
    """In the order of exports; what an older version of GENRE counted stays, behind the rest."""
    held = [holder.name for holder in registry if holder.name in counts]
    names = [*held, *(name for name in counts if name not in held)]
    return [{"name": name, "title": registry.title(name), "count": counts[name]} for name in names]


def _notes(erasure: Erasure) -> list[str]:
    if erasure.catalog is None:
        return []
    notes = [_("The identifier is kept as a keyed hash, so that nobody brings the person back without consent.")]
    if erasure.trained_data_gone_after is None:
        notes.append(_when_trained_again())
    files = (ImportJob.Kind.PROFILES, ImportJob.Kind.INTERACTIONS)
    waiting = ImportJob.objects.filter(catalog=erasure.catalog, kind__in=files, finished_at=None)
    if waiting.filter(created_at__lt=erasure.erased_at).exists():
        notes.append(
            _(
                "Imported files that came before are still being worked on. Rows about the person are refused, and the "
                "files are removed when they are done."
            )
        )
    return notes


def _when_trained_again() -> str:
    if settings.GENRE_TRAIN_AFTER_ERASURE:
        return _(
            "What was trained before has learned from the person. A training without them is asked for within the "
            "hour; until it is done, the present version answers."
        )
    return _(
        "What was trained before has learned from the person. The next training is made without them; until it is "
        "done, the present version answers."
    )
