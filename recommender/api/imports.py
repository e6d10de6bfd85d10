"""Files of any number of rows: kept at once, imported by a worker, and followed by the job's address."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.exceptions import UnsupportedMediaType, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from recommender.api.access import Scope
from recommender.api.endpoint import Endpoint
from recommender.api.parameters import LONGEST_NAME, Parameters
from recommender.api.parsing import BodyTooLarge, discard
from recommender.api.schema import F, Text, described
from recommender.exceptions import NotInCatalog
from recommender.models import ImportJob
from recommender.services.import_files import Brought, keep_file
from recommender.tasks import nudge_import

TAG = "imports"
LONGEST_FILE_NAME = 255
# What a file is, shows in its content; the type only tells it from a form or a document of the API.
MEDIA_TYPES = (
    "text/csv",
    "application/x-ndjson",
    "application/jsonl",
    "application/gzip",
    "application/octet-stream",
)
EXAMPLE = {
    "id": "8a4f0f0e-6f1e-4d6e-9d0e-3f5a5b1c2d3e",
    "kind": "items",
    "state": "done",
    "file_name": "films.csv.gz",
    "size_bytes": 2048,
    "read": 12,
    "created": 9,
    "updated": 1,
    "unchanged": 1,
    "refused": 1,
    "errors": [{"row": 7, "field": "title", "detail": "The value is empty."}],
    "more_errors": 0,
    "unused_columns": [],
    "problem": "",
    "created_at": "2026-11-24T08:00:00.123456Z",
    "started_at": "2026-11-24T08:00:01.123456Z",
    "finished_at": "2026-11-24T08:00:02.123456Z",
}
ANSWERED = OpenApiExample("import", EXAMPLE, response_only=True)


class RowErrorSerializer(serializers.Serializer[Any]):
    row = serializers.IntegerField(min_value=1, help_text=_("The line of the file on which the row begins."))
    field = serializers.CharField(allow_blank=True)
    detail = serializers.CharField()


class ImportJobSerializer(serializers.Serializer[Any]):
    """A file that is being imported, or was."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=[*ImportJob.Kind.values])
    state = serializers.ChoiceField(choices=[*ImportJob.State.values])
    file_name = serializers.CharField()
    size_bytes = serializers.IntegerField(min_value=0)
    read = serializers.IntegerField(min_value=0, help_text=_("Rows of the file, once it is imported."))
    created = serializers.IntegerField(min_value=0)
    updated = serializers.IntegerField(min_value=0)
    unchanged = serializers.IntegerField(min_value=0)
    refused = serializers.IntegerField(min_value=0)
    errors = RowErrorSerializer(  # type: ignore[assignment]  # a field, where the class itself has a property
        many=True, help_text=_("The first 100 refused rows.")
    )
    more_errors = serializers.IntegerField(min_value=0, help_text=_("How many more rows were refused."))
    unused_columns = serializers.ListField(child=serializers.CharField())
    problem = serializers.CharField(allow_blank=True, help_text=_("Why nothing of the file was imported."))
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)


class ImportParameters(Parameters):
    file_name = serializers.CharField(
        required=False, max_length=LONGEST_FILE_NAME, help_text=_("What messages call the file.")
    )


class PeopleImportParameters(ImportParameters):
    consent = serializers.BooleanField(
        default=False,
        help_text=_("People who were erased have agreed to come back; without it, they are refused."),
    )


class InteractionImportParameters(PeopleImportParameters):
    kind = serializers.CharField(
        required=False, max_length=LONGEST_NAME, help_text=_("The kind of interactions that name none.")
    )


class Import(Endpoint):
    """Takes a file; one class for each kind of rows, since each has its own scope."""

    kind: ImportJob.Kind

    def body_to_remember(self) -> bytes:
        """A file is not read twice to tell it from another one: its type and length have to do."""
        meta = self.request.META
        return f"{meta.get('CONTENT_TYPE')} {meta.get('CONTENT_LENGTH')}".encode()

    def taken(self, request: Request) -> Response:
        asked = self.asked()
        job = keep_file(
            catalog=self.caller.catalog,
            brought=Brought(
                kind=self.kind,
                size_bytes=_checked_size(request),
                file_name=asked.get("file_name", str(self.kind)),
                interaction_kind=asked.get("kind", ""),
                consent=asked.get("consent", False),
            ),
            source=request._request,
            key=self.caller.key,
            user=self.caller.user,
        )
        nudge_import(self.caller.catalog.pk)
        job.refresh_from_db()
        location = reverse("recommender:api:import", args=[job.pk])
        return Response(shown_job(job), status=HTTPStatus.ACCEPTED, headers={"Location": location})


def _described(name: str, summary: Text, parameters: type[Parameters]) -> Callable[[F], F]:
    return described(
        name=name,
        summary=summary,
        description=_(
            "A CSV file with a header, or JSON lines, plain or packed by gzip, with the fields of the single request "
            "(or those of the import commands) as columns. What a file is, shows in its content. The answer comes at "
            "once; the rows are imported by a worker, all in one transaction, and rows with mistakes are refused. "
            "Location is where the job is followed."
        ),
        tag=TAG,
        request=dict.fromkeys(MEDIA_TYPES, OpenApiTypes.BINARY),
        parameters=parameters,
        answers={202: ImportJobSerializer},
        problems=[411],
        idempotent=True,
        examples=[ANSWERED],
    )


class ItemImport(Import):
    kind = ImportJob.Kind.ITEMS
    scopes = {"POST": Scope.WRITE_ITEMS}
    parameters = ImportParameters

    @_described("import_items", _("Import a file of items"), ImportParameters)
    def post(self, request: Request) -> Response:
        return self.taken(request)


class ProfileImport(Import):
    kind = ImportJob.Kind.PROFILES
    scopes = {"POST": Scope.PROFILES}
    parameters = PeopleImportParameters

    @_described("import_profiles", _("Import a file of profiles"), PeopleImportParameters)
    def post(self, request: Request) -> Response:
        return self.taken(request)


class InteractionImport(Import):
    """People whom the catalog does not know become profiles."""

    kind = ImportJob.Kind.INTERACTIONS
    scopes = {"POST": Scope.WRITE_INTERACTIONS}
    parameters = InteractionImportParameters

    @_described("import_interactions", _("Import a file of interactions"), InteractionImportParameters)
    def post(self, request: Request) -> Response:
        return self.taken(request)


class ImportOfId(Endpoint):
    scopes = {"GET": Scope.READ}

    @described(
        name="read_import",
        summary=_("Follow an import"),
        tag=TAG,
        answers={200: ImportJobSerializer},
        examples=[ANSWERED],
    )
    def get(self, request: Request, job_id: uuid.UUID) -> Response:
        self.asked()
        job = ImportJob.objects.filter(catalog=self.caller.catalog, pk=job_id).first()
        if job is None:
            raise NotInCatalog(_now("There is no import %(id)s here.") % {"id": job_id})
        return Response(shown_job(job))


def shown_job(job: ImportJob) -> dict[str, Any]:
    names = (
        *("id", "kind", "state", "file_name", "size_bytes", "read", "created", "updated", "unchanged", "refused"),
        *("errors", "unused_columns", "problem", "created_at", "started_at", "finished_at"),
    )
    return {**{name: getattr(job, name) for name in names}, "more_errors": max(job.refused - len(job.errors), 0)}


def _checked_size(request: Request) -> int:
    sent = str(request.content_type).partition(";")[0].strip().lower()
    if sent not in MEDIA_TYPES:
        discard(request._request)
        raise UnsupportedMediaType(sent)
    size, limit = int(request.META.get("CONTENT_LENGTH") or 0), settings.GENRE_IMPORT_MAX_BYTES
    if size > limit:
        discard(request._request)
        raise BodyTooLarge(_now("The body has more than %(limit)d bytes.") % {"limit": limit})
    if not size:
        raise ValidationError({"": [_now("The file is empty.")]})
    return size
