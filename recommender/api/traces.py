"""How answers came about."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from recommender.api.access import Scope
from recommender.api.answer_shapes import TraceListSerializer, TraceSerializer
from recommender.api.endpoint import Endpoint, reader_language
from recommender.api.pagination import PageParameters, page_of
from recommender.api.parameters import LONGEST_NAME, ExternalIdField, Parameters
from recommender.api.schema import described
from recommender.models import Slate
from recommender.services.answer_traces import MOST_CANDIDATES, summary_of, trace_of
from recommender.services.given_answers import slate_named

TAG = "traces"
USUAL_CANDIDATES = 50


class TraceListParameters(PageParameters):
    profile = ExternalIdField(required=False)
    scenario = serializers.CharField(max_length=LONGEST_NAME, required=False)


class TraceParameters(Parameters):
    candidates = serializers.IntegerField(
        min_value=0,
        max_value=MOST_CANDIDATES,
        default=USUAL_CANDIDATES,
        help_text=_("How many of the best candidates are told, with the parts of their scores."),
    )


class Traces(Endpoint):
    scopes = {"GET": Scope.PROFILES}
    parameters = TraceListParameters

    @described(
        name="list_traces",
        summary=_("Answers that were given, newest first"),
        tag=TAG,
        parameters=TraceListParameters,
        answers={200: TraceListSerializer},
    )
    def get(self, request: Request) -> Response:
        asked = self.asked()
        slates = Slate.objects.filter(catalog=self.caller.catalog).select_related("config", "profile")
        if "profile" in asked:
            slates = slates.filter(profile=self.caller.profile(asked["profile"]))
        if "scenario" in asked:
            slates = slates.filter(scenario=asked["scenario"])
        page = page_of(
            slates.defer("interest_vector", "wishes", "made_from"), order=("-created_at", "-request_id"), asked=asked
        )
        return Response(page.as_dict(summary_of))


class TraceOfOne(Endpoint):
    scopes = {"GET": Scope.PROFILES}
    parameters = TraceParameters

    @described(
        name="get_trace",
        summary=_("How an answer came about"),
        description=_(
            "What was asked, by which versions it was answered, what the interest was made of, and which candidates "
            "there were. Interest and candidates are computed now from what there was then; `notices` say where that "
            "cannot be."
        ),
        tag=TAG,
        parameters=TraceParameters,
        answers={200: TraceSerializer},
    )
    def get(self, request: Request, request_id: uuid.UUID) -> Response:
        asked = self.asked()
        slate = slate_named(self.caller.catalog, request_id)
        return Response(trace_of(slate, language=reader_language(), candidates=asked["candidates"]).as_dict())
