"""Recommendations asked for, and read again."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from recommender.api.access import Scope
from recommender.api.answer_shapes import AnswerSerializer, GivenAnswerSerializer
from recommender.api.endpoint import Endpoint, reader_language
from recommender.api.parameters import Parameters
from recommender.api.recommendation_input import RecommendationParameters, RecommendationRequest, asked_of, fields_of
from recommender.api.schema import described
from recommender.api.with_items import with_items
from recommender.services.asking import ask
from recommender.services.given_answers import given_answer
from users.models import Profile

TAG = "recommendations"
ASKED = {
    "profile": "alice",
    "statement": "quiet piano music",
    "k": 2,
    "filter": "kind eq 'film' and attributes/year ge 1990",
    "exclude": ["film-7"],
    "boost": [{"filter": "categories/any(c: c eq 'jazz')", "by": 0.5}],
    "explain": True,
    "fields": ["kind", "categories"],
}
ANSWERED = {
    "request_id": "8a4f0f0e-6f1e-4d6e-9d0e-3f5a5b1c2d3e",
    "basis": "history+statement",
    "degraded": False,
    "notices": [],
    "config_version": 3,
    "model_version": 12,
    "results": [
        {
            "rank": 1,
            "id": "film-12",
            "title": "Round Midnight",
            "score": 2.25,
            "parts": {"collaborative": 1.0, "text": 0.25, "statement": 0.5, "boost": 0.5},
            "reason": "Because you liked “Bird”.",
            "evidence": [{"id": "film-3", "title": "Bird", "amount": 0.75}],
            "item": {"kind": "film", "categories": ["jazz", "drama"]},
        }
    ],
    "next": None,
}


class GivenAnswerParameters(Parameters):
    replay = serializers.BooleanField(
        default=False, help_text=_("Make the answer again from what its log kept, and compare.")
    )


class Recommendations(Endpoint):
    """Asking is no write: what is logged of it nobody sees but who reads the trace."""

    scopes = {"GET": Scope.READ, "POST": Scope.READ}
    open_to_people = frozenset({"GET", "POST"})
    parameters = RecommendationParameters
    parameters_by_method = {"POST": Parameters}
    once = frozenset()

    @described(
        name="get_recommendations",
        summary=_("Recommend items: the short form"),
        tag=TAG,
        parameters=RecommendationParameters,
        answers={200: AnswerSerializer},
        problems=(409,),
    )
    def get(self, request: Request) -> Response:
        return self._answer(self.asked())

    @described(
        name="recommend",
        summary=_("Recommend items"),
        description=_(
            "To a profile, to an anonymous history, for words, or for several of them. Filters are written in OData's "
            "filter language; a boost is added to the score of the items that its filter selects. `next` of an answer "
            "goes on with its list, and shows nothing twice."
        ),
        tag=TAG,
        request=RecommendationRequest,
        answers={200: AnswerSerializer},
        problems=(409,),
        examples=[
            OpenApiExample("ask", value=ASKED, request_only=True),
            OpenApiExample("answer", value=ANSWERED, response_only=True),
        ],
    )
    def post(self, request: Request) -> Response:
        self.asked()
        return self._answer(self.body(RecommendationRequest))

    def _answer(self, given: Mapping[str, Any]) -> Response:
        caller, asked, language = self.caller, asked_of(given), reader_language()
        only = own_profiles(self) if caller.own_profile_only and asked.next else None
        if caller.own_profile_only and asked.profile:
            asked = replace(asked, person=caller.profile(asked.profile), profile="")
        answer = ask(catalog=caller.catalog, asked=asked, language=language, only=only)
        return Response(with_items(answer.as_dict(), caller.catalog, fields_of(given), language=language))


class GivenAnswer(Endpoint):
    """An answer read again, as it was given."""

    scopes = {"GET": Scope.READ}
    open_to_people = frozenset({"GET"})
    parameters = GivenAnswerParameters

    @described(
        name="get_recommendation",
        summary=_("Read an answer again, as it was given"),
        description=_("With `replay` it is made again from what its log kept, and compared with what was given."),
        tag=TAG,
        parameters=GivenAnswerParameters,
        answers={200: GivenAnswerSerializer},
    )
    def get(self, request: Request, request_id: uuid.UUID) -> Response:
        asked = self.asked()
        given = given_answer(
            catalog=self.caller.catalog,
            request_id=request_id,
            language=reader_language(),
            only=own_profiles(self) if self.caller.own_profile_only else None,
            replayed=asked["replay"],
        )
        return Response(given.as_dict())


def own_profiles(endpoint: Endpoint) -> list[int]:
    """The ids of a signed-in person's profiles in the catalog; one query."""
    caller = endpoint.caller
    return list(Profile.objects.filter(catalog=caller.catalog, user=caller.user).values_list("pk", flat=True))
