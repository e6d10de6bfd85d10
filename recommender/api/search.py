"""Search by words and meaning."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from recommender.api.access import Scope
from recommender.api.answer_shapes import SearchSerializer
from recommender.api.endpoint import Endpoint, reader_language
from recommender.api.recommendation_input import fields_of
from recommender.api.schema import described
from recommender.api.wish_fields import ItemListParameters
from recommender.api.with_items import with_items
from recommender.selectors.pools import Pool
from recommender.services.searching import LONGEST_QUERY, USUAL_LENGTH, search_items


class SearchParameters(ItemListParameters):
    q = serializers.CharField(max_length=LONGEST_QUERY, help_text=_("Words in any language."))


class Search(Endpoint):
    scopes = {"GET": Scope.READ}
    open_to_people = frozenset({"GET"})
    parameters = SearchParameters

    @described(
        name="search",
        summary=_("Find items by words and meaning"),
        tag="search",
        parameters=SearchParameters,
        answers={200: SearchSerializer},
    )
    def get(self, request: Request) -> Response:
        asked, catalog, language = self.asked(), self.caller.catalog, reader_language()
        answer = search_items(
            catalog=catalog,
            query=asked["q"],
            k=asked.get("k", USUAL_LENGTH),
            pool=Pool(condition=asked.get("filter")),
            language=language,
        )
        return Response(with_items(answer.as_dict(), catalog, fields_of(asked), language=language))
