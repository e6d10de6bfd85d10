"""Items: listed, read, made, changed and deleted one by one."""

from __future__ import annotations

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from recommender.api.access import Caller, Scope
from recommender.api.endpoint import Endpoint
from recommender.api.entity_tags import tagged_answer
from recommender.api.item_documents import (
    ANSWERED,
    PATCHED,
    REPLACED,
    SENT,
    ItemListSerializer,
    ItemPatchSerializer,
    ItemReplacementSerializer,
    ItemSerializer,
    item_content,
    item_state,
    shown_item,
)
from recommender.api.pagination import PageParameters, page_of
from recommender.api.readable import keeps_catalog, readable_item, readable_items
from recommender.api.row_answers import raise_if_refused, refusals_raised, status_of
from recommender.api.schema import described
from recommender.api.seen_state import condition_of
from recommender.selectors.filter_language import parse_filter
from recommender.selectors.filter_syntax import LONGEST_FILTER
from recommender.services import editing
from recommender.services.item_writing import item_row, upsert_items

TAG = "items"


class ItemListParameters(PageParameters):
    filter = serializers.CharField(
        max_length=LONGEST_FILTER,
        required=False,
        help_text=_("A condition in OData's language: kind eq 'film' and attributes/year ge 1990."),
    )
    updated_since = serializers.DateTimeField(
        required=False, help_text=_("What was made or changed at that time or later.")
    )


class Items(Endpoint):
    scopes = {"GET": Scope.READ, "POST": Scope.WRITE_ITEMS}
    open_to_people = frozenset({"GET"})
    parameters_by_method = {"GET": ItemListParameters}

    @described(
        name="list_items",
        summary=_("List items"),
        description=_("In the order in which they were made. Hidden items show to those alone who may write items."),
        tag=TAG,
        answers={200: ItemListSerializer},
        parameters=ItemListParameters,
    )
    def get(self, request: Request) -> Response:
        asked = self.asked()
        items = readable_items(self.caller)
        if "filter" in asked:
            items = items.filter(parse_filter(asked["filter"], keeps_catalog=keeps_catalog(self.caller)).q())
        if "updated_since" in asked:
            items = items.filter(updated_at__gte=asked["updated_since"])
        return Response(page_of(items, order=["pk"], asked=asked).as_dict(shown_item))

    @described(
        name="write_item",
        summary=_("Make an item, or change one"),
        description=_(
            "Makes the item, or changes what the body mentions of the one that is there. Attributes and translations "
            "are merged by name; an attribute that is null goes away."
        ),
        tag=TAG,
        request=ItemSerializer,
        answers={200: ItemSerializer, 201: ItemSerializer},
        idempotent=True,
        examples=[SENT, ANSWERED],
    )
    def post(self, request: Request) -> Response:
        self.asked()
        with refusals_raised():
            row = item_row(0, request.data)
        (written,) = upsert_items(catalog=self.caller.catalog, rows=[row])
        raise_if_refused(written)
        return _answer(self.caller, request, written.external_id, status=status_of(written))


class ItemOfId(Endpoint):
    scopes = {
        "GET": Scope.READ,
        "PUT": Scope.WRITE_ITEMS,
        "PATCH": Scope.WRITE_ITEMS,
        "DELETE": Scope.WRITE_ITEMS,
    }
    open_to_people = frozenset({"GET"})

    @described(
        name="read_item",
        summary=_("Read an item"),
        tag=TAG,
        answers={200: ItemSerializer},
        conditional=True,
        examples=[ANSWERED],
    )
    def get(self, request: Request, external_id: str) -> Response:
        self.asked()
        return _answer(self.caller, request, external_id)

    @described(
        name="replace_item",
        summary=_("Make an item, or replace one"),
        description=_("The item is what the body says; what it leaves out is as if nobody had ever said it."),
        tag=TAG,
        request=ItemReplacementSerializer,
        answers={200: ItemSerializer, 201: ItemSerializer},
        conditional=True,
        idempotent=True,
        examples=[REPLACED, ANSWERED],
    )
    def put(self, request: Request, external_id: str) -> Response:
        self.asked()
        with refusals_raised():
            written = editing.replace(
                editing.ITEMS,
                catalog=self.caller.catalog,
                external_id=external_id,
                body=request.data,
                condition=condition_of(request, item_content),
            )
        raise_if_refused(written)
        return _answer(self.caller, request, external_id, status=status_of(written))

    @described(
        name="change_item",
        summary=_("Change an item"),
        description=_(
            "A JSON merge patch (RFC 7396): what is not mentioned stays, null takes an attribute away or sets a field "
            "back, lists are replaced. `hidden` hides the item without deleting it."
        ),
        tag=TAG,
        request=ItemPatchSerializer,
        answers={200: ItemSerializer},
        conditional=True,
        idempotent=True,
        examples=[PATCHED, ANSWERED],
    )
    def patch(self, request: Request, external_id: str) -> Response:
        self.asked()
        with refusals_raised():
            written = editing.patch(
                editing.ITEMS,
                catalog=self.caller.catalog,
                external_id=external_id,
                body=request.data,
                condition=condition_of(request, item_content),
            )
        raise_if_refused(written)
        return _answer(self.caller, request, external_id)

    @described(
        name="delete_item",
        summary=_("Delete an item"),
        description=_("With its interactions and vectors. To keep them, hide it."),
        tag=TAG,
        answers={204: None},
        conditional=True,
        idempotent=True,
    )
    def delete(self, request: Request, external_id: str) -> Response:
        self.asked()
        editing.delete(
            editing.ITEMS,
            catalog=self.caller.catalog,
            external_id=external_id,
            condition=condition_of(request, item_content),
        )
        return Response(status=HTTPStatus.NO_CONTENT)


def _answer(caller: Caller, request: Request, external_id: str, *, status: int = HTTPStatus.OK) -> Response:
    item = readable_item(caller, external_id)
    return tagged_answer(request, item_content(item), beside=item_state(item), status=status)
