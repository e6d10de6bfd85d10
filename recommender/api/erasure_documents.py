"""Receipts and exports as the API describes them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from recommender.api.parameters import ExternalIdField
from recommender.api.strict import StrictSerializer

MERGE = OpenApiExample("merge", {"from": "session-4711", "into": "customer-7"}, request_only=True)
RECEIPT = OpenApiExample(
    "receipt",
    {
        "id": "6c9fbe51-33f5-4ad8-a37e-20dcb5c1c5f5",
        "kind": "profile",
        "catalog": "films",
        "erased_at": "2026-11-24T08:00:00.123456+00:00",
        "asked_by": "api",
        "erased": [
            {"name": "profile", "title": "Profile", "count": 1},
            {"name": "interactions", "title": "Interactions", "count": 42},
        ],
        "trained_data_gone_after": None,
        "notes": ["The identifier is kept as a keyed hash, so that nobody brings the person back without consent."],
        "parts": [],
    },
    response_only=True,
)


class MergeSerializer(StrictSerializer):
    """Two profiles of one person."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """By hand: one of the names means something to Python."""
        return {
            "from": ExternalIdField(help_text=_("Whose history moves; the profile is gone afterwards.")),
            "into": ExternalIdField(help_text=_("Who keeps it.")),
        }


class CountedSerializer(serializers.Serializer[Any]):
    """How many rows of one kind were erased."""

    name = serializers.CharField()
    title = serializers.CharField(help_text=_("The same for people, in the language asked for."))
    count = serializers.IntegerField(min_value=0)


class ReceiptSerializer(serializers.Serializer[Any]):
    """The receipt of an erasure; nothing in it says who it was."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=["profile", "account"])
    catalog = serializers.CharField(allow_null=True)
    erased_at = serializers.DateTimeField()
    asked_by = serializers.CharField(help_text=_("api, site, admin or command."))
    erased = CountedSerializer(many=True)
    trained_data_gone_after = serializers.DateTimeField(
        allow_null=True,
        help_text=_("From when on no trained version knows the person; null while one does, until the next training."),
    )
    notes = serializers.ListField(child=serializers.CharField())
    parts = serializers.ListField(child=serializers.DictField(), help_text=_("Of an account: its profiles' receipts."))


class SectionSerializer(serializers.Serializer[Any]):
    """One kind of thing that is known of a person."""

    name = serializers.CharField()
    title = serializers.CharField()
    about = serializers.CharField()
    rows = serializers.ListField(child=serializers.DictField())


class ExportCatalogSerializer(serializers.Serializer[Any]):
    """The catalog that a profile belongs to."""

    id = serializers.CharField()
    name = serializers.CharField()


class ExportSerializer(serializers.Serializer[Any]):
    """Everything that is known of a person."""

    format = serializers.ChoiceField(choices=["genre-personal-data"])
    version = serializers.IntegerField(min_value=1)
    kind = serializers.ChoiceField(choices=["profile"])
    exported_at = serializers.DateTimeField()
    about = serializers.CharField()
    catalog = ExportCatalogSerializer()
    profile = serializers.CharField()
    sections = SectionSerializer(many=True)
