"""What and who is alike: items like an item, people like a person, people for an item."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from recommender.api.access import Scope
from recommender.api.answer_shapes import AnswerSerializer, PeopleSerializer
from recommender.api.endpoint import Endpoint, reader_language
from recommender.api.parameters import Parameters
from recommender.api.recommendation_input import fields_of
from recommender.api.schema import described
from recommender.api.wish_fields import IdListField, ItemListParameters
from recommender.api.with_items import with_items
from recommender.selectors.named import item_named
from recommender.services.answering import LONGEST_LIST
from recommender.services.asking import similar_to
from recommender.services.outside_wishes import OutsideWishes
from recommender.services.people import profiles_for_item, similar_profiles

USUAL_PEOPLE = 10


class SimilarItemsParameters(ItemListParameters):
    exclude = IdListField(required=False, help_text=_("External ids of items that must not appear, with commas."))


class PeopleParameters(Parameters):
    k = serializers.IntegerField(min_value=1, max_value=LONGEST_LIST, default=USUAL_PEOPLE)


class SimilarItems(Endpoint):
    scopes = {"GET": Scope.READ}
    open_to_people = frozenset({"GET"})
    parameters = SimilarItemsParameters

    @described(
        name="list_similar_items",
        summary=_("Items like an item"),
        tag="items",
        parameters=SimilarItemsParameters,
        answers={200: AnswerSerializer},
    )
    def get(self, request: Request, external_id: str) -> Response:
        asked, catalog, language = self.asked(), self.caller.catalog, reader_language()
        answer = similar_to(
            catalog=catalog,
            external_id=external_id,
            k=asked.get("k"),
            wishes=OutsideWishes(condition=asked.get("filter"), excluded=asked.get("exclude", ())),
            language=language,
        )
        return Response(with_items(answer.as_dict(), catalog, fields_of(asked), language=language))


class SimilarProfiles(Endpoint):
    scopes = {"GET": Scope.PROFILES}
    parameters = PeopleParameters

    @described(
        name="list_similar_profiles",
        summary=_("People like a person"),
        tag="profiles",
        parameters=PeopleParameters,
        answers={200: PeopleSerializer},
    )
    def get(self, request: Request, external_id: str) -> Response:
        asked = self.asked()
        profile = self.caller.profile(external_id)
        return Response(similar_profiles(profile=profile, k=asked["k"], language=reader_language()).as_dict())


class ProfilesForItem(Endpoint):
    scopes = {"GET": Scope.PROFILES}
    parameters = PeopleParameters

    @described(
        name="list_profiles_for_item",
        summary=_("People whom an item suits"),
        tag="items",
        parameters=PeopleParameters,
        answers={200: PeopleSerializer},
    )
    def get(self, request: Request, external_id: str) -> Response:
        asked = self.asked()
        item = item_named(self.caller.catalog, external_id)
        return Response(profiles_for_item(item=item, k=asked["k"], language=reader_language()).as_dict())
