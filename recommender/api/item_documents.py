"""Items as the API writes and reads them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from catalog.importing.items import LONGEST_KIND, LONGEST_TITLE
from catalog.importing.values import LONGEST_ADDRESS, LONGEST_NAME, LONGEST_TEXT, MOST_NAMES
from catalog.models import Item
from recommender.api.parameters import LONGEST_EXTERNAL_ID

LONGEST_LANGUAGE = 35
ITEM_EXAMPLE = {
    "id": "film/42",
    "kind": "film",
    "title": "Rockets and planets",
    "description": "A crew of five mends an old telescope.",
    "language": "en",
    "translations": {"zh-hans": {"title": "火箭与行星"}},
    "categories": ["space", "documentary"],
    "tags": ["quiet"],
    "attributes": {"year": 1995, "minutes": 94},
    "image_url": "https://example.com/42.jpg",
    "hidden": False,
    "published_at": "1995-06-01T00:00:00Z",
}
ITEM_ANSWER = {
    **ITEM_EXAMPLE,
    "created_at": "2026-11-24T08:00:00.123456Z",
    "updated_at": "2026-11-24T08:00:00.123456Z",
    "embedded": True,
}
SENT = OpenApiExample("item", ITEM_EXAMPLE, request_only=True)
REPLACED = OpenApiExample(
    "replacement", {name: value for name, value in ITEM_EXAMPLE.items() if name != "id"}, request_only=True
)
ANSWERED = OpenApiExample("item", ITEM_ANSWER, response_only=True)
PATCHED = OpenApiExample("item", {"hidden": True, "attributes": {"year": None}}, request_only=True)


class TranslationSerializer(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=LONGEST_TEXT, required=False)
    description = serializers.CharField(max_length=LONGEST_TEXT, required=False)
    categories = serializers.ListField(child=serializers.CharField(max_length=LONGEST_NAME), required=False)
    tags = serializers.ListField(child=serializers.CharField(max_length=LONGEST_NAME), required=False)


class ItemSerializer(serializers.Serializer[Any]):
    """An item."""

    id = serializers.CharField(
        max_length=LONGEST_EXTERNAL_ID,
        help_text=_("Your identifier: anything visible, without blanks at its ends, its letters composed (NFC)."),
    )
    kind = serializers.CharField(
        max_length=LONGEST_KIND, required=False, allow_blank=True, help_text=_("What it is: film, article, product.")
    )
    title = serializers.CharField(max_length=LONGEST_TITLE)
    description = serializers.CharField(max_length=LONGEST_TEXT, required=False, allow_blank=True)
    language = serializers.CharField(
        max_length=LONGEST_LANGUAGE,
        required=False,
        allow_blank=True,
        help_text=_("Of its texts, such as en or zh-hans."),
    )
    translations = serializers.DictField(
        child=TranslationSerializer(),
        required=False,
        help_text=_("By language code: title, description, categories, tags."),
    )
    categories = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_NAME), max_length=MOST_NAMES, required=False
    )
    tags = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_NAME), max_length=MOST_NAMES, required=False
    )
    attributes = serializers.DictField(required=False, help_text=_("Anything else; filters find it."))
    image_url = serializers.CharField(
        max_length=LONGEST_ADDRESS, required=False, allow_blank=True, help_text=_("An http or https address.")
    )
    hidden = serializers.BooleanField(required=False, help_text=_("Hidden items are recommended to nobody."))
    published_at = serializers.DateTimeField(required=False, allow_null=True)
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)
    embedded = serializers.BooleanField(
        read_only=True, help_text=_("Whether its texts are embedded as they are now; the ETag says nothing of it.")
    )


class ItemReplacementSerializer(ItemSerializer):
    """An item whose address says its id."""

    id = serializers.CharField(max_length=LONGEST_EXTERNAL_ID, required=False)


class ItemPatchSerializer(serializers.Serializer[Any]):
    """A JSON merge patch (RFC 7396): what is not mentioned stays, null is back to how it began."""

    kind = serializers.CharField(max_length=LONGEST_KIND, required=False, allow_blank=True, allow_null=True)
    title = serializers.CharField(max_length=LONGEST_TITLE, required=False)
    description = serializers.CharField(max_length=LONGEST_TEXT, required=False, allow_blank=True, allow_null=True)
    language = serializers.CharField(max_length=LONGEST_LANGUAGE, required=False, allow_blank=True, allow_null=True)
    translations = serializers.DictField(required=False, allow_null=True)
    categories = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_NAME), max_length=MOST_NAMES, required=False, allow_null=True
    )
    tags = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_NAME), max_length=MOST_NAMES, required=False, allow_null=True
    )
    attributes = serializers.DictField(required=False, allow_null=True)
    image_url = serializers.CharField(max_length=LONGEST_ADDRESS, required=False, allow_blank=True, allow_null=True)
    hidden = serializers.BooleanField(required=False, allow_null=True)
    published_at = serializers.DateTimeField(required=False, allow_null=True)


class ItemListSerializer(serializers.Serializer[Any]):
    results = ItemSerializer(many=True)
    next = serializers.CharField(allow_null=True, help_text=_("The cursor of the next page; null on the last one."))


def item_content(item: Item) -> dict[str, Any]:
    """What was written of an item, and when: what its tag vouches for."""
    return {
        "id": item.external_id,
        "kind": item.kind,
        "title": item.title,
        "description": item.description,
        "language": item.language,
        "translations": item.translations,
        "categories": item.categories,
        "tags": item.tags,
        "attributes": item.attributes,
        "image_url": item.image_url,
        "hidden": item.hidden,
        "published_at": item.published_at,
        "created_at": item.created_at,
        "updated_at": item.updated_at,
    }


def item_state(item: Item) -> dict[str, Any]:
    """What becomes of it by itself; the item as `with_embedded` reads it."""
    return {"embedded": item.embedded}  # type: ignore[attr-defined]  # annotated


def shown_item(item: Item) -> dict[str, Any]:
    return {**item_content(item), **item_state(item)}
