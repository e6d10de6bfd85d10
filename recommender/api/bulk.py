"""Up to a thousand rows at once: each is answered for itself, and the good ones are kept."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from recommender.api.access import Scope
from recommender.api.endpoint import Endpoint
from recommender.api.interaction_documents import InteractionSerializer
from recommender.api.interactions import InteractionWriteParameters
from recommender.api.item_documents import ItemSerializer
from recommender.api.profile_documents import ProfileSerializer
from recommender.api.profiles import ProfileWriteParameters, consent_of
from recommender.api.row_answers import BulkAnswerSerializer, BulkInteractionAnswerSerializer, bulk_answer, rows_of
from recommender.api.schema import described
from recommender.services.interaction_rows import interaction_parser
from recommender.services.interaction_writing import record_interactions
from recommender.services.item_writing import item_row, upsert_items
from recommender.services.profile_writing import profile_row, upsert_profiles
from recommender.services.written_rows import written_in_order

DESCRIPTION = _(
    "A JSON list of at most 1,000 rows, each as the single request takes it. The answer has a result for each row, in "
    "order: rows with mistakes are refused, the others are kept. Of rows that are the same thing the last one counts."
)


class BulkItems(Endpoint):
    scopes = {"POST": Scope.WRITE_ITEMS}

    @described(
        name="write_items",
        summary=_("Make or change many items"),
        description=DESCRIPTION,
        tag="bulk",
        request=ItemSerializer(many=True),
        answers={200: BulkAnswerSerializer},
        idempotent=True,
    )
    def post(self, request: Request) -> Response:
        self.asked()
        written = written_in_order(
            rows_of(request.data),
            item_row,
            lambda rows: upsert_items(catalog=self.caller.catalog, rows=rows),
            id_field="id",
        )
        return Response(bulk_answer(written))


class BulkProfiles(Endpoint):
    scopes = {"POST": Scope.PROFILES}
    parameters = ProfileWriteParameters

    @described(
        name="write_profiles",
        summary=_("Make or change many profiles"),
        description=DESCRIPTION,
        tag="bulk",
        request=ProfileSerializer(many=True),
        parameters=ProfileWriteParameters,
        answers={200: BulkAnswerSerializer},
        idempotent=True,
    )
    def post(self, request: Request) -> Response:
        consent = consent_of(self.asked())
        written = written_in_order(
            rows_of(request.data),
            profile_row,
            lambda rows: upsert_profiles(catalog=self.caller.catalog, rows=rows, consent=consent),
            id_field="id",
        )
        return Response(bulk_answer(written))


class BulkInteractions(Endpoint):
    scopes = {"POST": Scope.WRITE_INTERACTIONS}
    parameters = InteractionWriteParameters

    @described(
        name="record_interactions",
        summary=_("Record many interactions"),
        description=DESCRIPTION,
        tag="bulk",
        request=InteractionSerializer(many=True),
        parameters=InteractionWriteParameters,
        answers={200: BulkInteractionAnswerSerializer},
        idempotent=True,
    )
    def post(self, request: Request) -> Response:
        create_missing = "create_missing" in self.asked()
        now = timezone.now()
        written = written_in_order(
            rows_of(request.data),
            interaction_parser(now),
            lambda rows: record_interactions(
                catalog=self.caller.catalog, rows=rows, create_missing=create_missing, now=now
            ),
            id_field="external_id",
        )
        return Response(bulk_answer(written, of_interactions=True))
