"""Endpoints that have nothing but what all endpoints share, for tests of just that."""

from __future__ import annotations

import time
from typing import Any

from django.db import transaction
from django.urls import include, path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.models import Item
from genre_site import errors
from recommender.api.access import Scope
from recommender.api.endpoint import Endpoint, reader_language
from recommender.api.entity_tags import check_conditions, tagged_answer
from recommender.api.pagination import PageParameters, page_of
from recommender.api.strict import StrictSerializer
from recommender.exceptions import InvalidRequest
from recommender.selectors.named import item_named

ADDRESS = "/api/v1/trial"


class PartSerializer(StrictSerializer):
    size = serializers.IntegerField()


class TrialSerializer(StrictSerializer):
    id = serializers.CharField(max_length=255)
    title = serializers.CharField()
    parts = PartSerializer(many=True, required=False)
    made_at = serializers.DateTimeField(read_only=True)


def shown(item: Item) -> dict[str, Any]:
    return {"id": item.external_id, "title": item.title}


class TrialsEndpoint(Endpoint):
    scopes = {"GET": Scope.READ, "POST": Scope.WRITE_ITEMS}
    parameters = PageParameters

    def get(self, request: Request) -> Response:
        page = page_of(Item.objects.filter(catalog=self.caller.catalog), order=["title", "pk"], asked=self.asked())
        return Response({**page.as_dict(shown), "language": reader_language()})

    def post(self, request: Request) -> Response:
        body = self.body(TrialSerializer)
        if body["title"] == "slow":
            time.sleep(0.3)
        item = Item.objects.create(catalog=self.caller.catalog, external_id=body["id"], title=body["title"])
        if body["title"] == "fails":
            raise InvalidRequest("It fails when all is done.")
        return Response(shown(item), status=201, headers={"Location": f"{ADDRESS}/{item.external_id}"})


class TrialEndpoint(Endpoint):
    scopes = {"GET": Scope.READ, "PUT": Scope.WRITE_ITEMS, "DELETE": Scope.WRITE_ITEMS}

    def get(self, request: Request, external_id: str) -> Response:
        return tagged_answer(request, shown(item_named(self.caller.catalog, external_id)))

    @transaction.atomic
    def put(self, request: Request, external_id: str) -> Response:
        body = self.body(TrialSerializer, partial=True)
        items = Item.objects.select_for_update().filter(catalog=self.caller.catalog, external_id=external_id)
        item = items.first()
        check_conditions(request, shown(item) if item else None)
        item = item or Item(catalog=self.caller.catalog, external_id=external_id)
        item.title = body["title"]
        item.save()
        return tagged_answer(request, shown(item))

    def delete(self, request: Request, external_id: str) -> Response:
        item_named(self.caller.catalog, external_id).delete()
        return Response(status=204)


class PersonEndpoint(Endpoint):
    scopes = {"GET": Scope.READ, "POST": Scope.PROFILES}
    open_to_people = frozenset({"GET"})

    def get(self, request: Request, profile_id: str) -> Response:
        return Response({"id": self.caller.profile(profile_id).external_id})

    def post(self, request: Request, profile_id: str) -> Response:
        return Response({"id": self.caller.profile(profile_id).external_id})


# First, since it registers the converter.
site = include("genre_site.urls")
urlpatterns = [
    path("api/v1/trial", TrialsEndpoint.as_view()),
    path("api/v1/trial/<any_text:external_id>", TrialEndpoint.as_view()),
    path("api/v1/people/<any_text:profile_id>", PersonEndpoint.as_view()),
    path("", site),
]
handler400, handler403 = errors.bad_request, errors.permission_denied
handler404, handler500 = errors.not_found, errors.server_error
