"""What the administration noted about a row: who changed it when, and by what name it went."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Q, QuerySet

UNNAMED = "–"
# LogEntry cuts names off behind so many characters.
LONGEST_NAME = 200


def entries_about(row: Model, names: Collection[str]) -> QuerySet[LogEntry]:
    """Those of the row itself, and those of rows of its kind that bore one of its names and are gone; three queries."""
    # Not its type, which is another one for whom a request names lazily.
    model = row._meta.model
    of_kind = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(model))
    bore_a_name = Q(object_repr__in={name[:LONGEST_NAME] for name in names if name})
    ids = [one for one in of_kind.filter(bore_a_name).values_list("object_id", flat=True) if one and one.isdecimal()]
    living = map(str, model._default_manager.filter(pk__in=ids).exclude(pk=row.pk).values_list("pk", flat=True))
    return of_kind.filter(Q(object_id=str(row.pk)) | (bore_a_name & ~Q(object_id__in=list(living))))


def unname(entries: QuerySet[LogEntry]) -> int:
    """Keep that staff did something, without the name of whom it concerned."""
    return entries.update(object_repr=UNNAMED, change_message="")
