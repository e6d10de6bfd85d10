"""Profiles as the API writes and reads them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from catalog.importing.values import LONGEST_NAME as LONGEST_LABEL
from catalog.importing.values import MOST_NAMES
from recommender.api.item_documents import LONGEST_LANGUAGE
from recommender.api.parameters import LONGEST_EXTERNAL_ID
from recommender.services.answering import LONGEST_STATEMENT
from recommender.services.importing_profiles import LONGEST_NAME
from users.models import Profile

PROFILE_EXAMPLE = {
    "id": "customer-7",
    "name": "Alice",
    "labels": ["newsletter"],
    "statement": "Quiet films about space, and anything with a piano.",
    "language": "en",
    "personalise": True,
    "attributes": {"plan": "family"},
}
PROFILE_ANSWER = {
    **PROFILE_EXAMPLE,
    "simulated": False,
    "created_at": "2026-11-24T08:00:00.123456Z",
    "updated_at": "2026-11-24T08:00:00.123456Z",
}
SENT = OpenApiExample("profile", PROFILE_EXAMPLE, request_only=True)
REPLACED = OpenApiExample(
    "replacement", {name: value for name, value in PROFILE_EXAMPLE.items() if name != "id"}, request_only=True
)
ANSWERED = OpenApiExample("profile", PROFILE_ANSWER, response_only=True)
PATCHED = OpenApiExample("profile", {"personalise": False, "attributes": {"plan": None}}, request_only=True)


class ProfileSerializer(serializers.Serializer[Any]):
    """Somebody whom recommendations are for."""

    id = serializers.CharField(
        max_length=LONGEST_EXTERNAL_ID,
        help_text=_("Your identifier: anything visible, without blanks at its ends, its letters composed (NFC)."),
    )
    name = serializers.CharField(max_length=LONGEST_NAME, required=False, allow_blank=True)
    labels = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_LABEL), max_length=MOST_NAMES, required=False
    )
    statement = serializers.CharField(
        max_length=LONGEST_STATEMENT,
        required=False,
        allow_blank=True,
        help_text=_("What the person likes, in their own words, in any language."),
    )
    language = serializers.CharField(max_length=LONGEST_LANGUAGE, required=False, allow_blank=True)
    personalise = serializers.BooleanField(
        required=False, help_text=_("Off: what is known of the person is kept, and not used.")
    )
    attributes = serializers.DictField(required=False, help_text=_("Anything else; nothing is computed from it."))
    simulated = serializers.BooleanField(read_only=True, help_text=_("Made up for a demonstration; nobody's data."))
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)


class ProfileReplacementSerializer(ProfileSerializer):
    """A profile whose address says its id."""

    id = serializers.CharField(max_length=LONGEST_EXTERNAL_ID, required=False)


class ProfilePatchSerializer(serializers.Serializer[Any]):
    """A JSON merge patch (RFC 7396): what is not mentioned stays, null is back to how it began."""

    name = serializers.CharField(max_length=LONGEST_NAME, required=False, allow_blank=True, allow_null=True)
    labels = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_LABEL), max_length=MOST_NAMES, required=False, allow_null=True
    )
    statement = serializers.CharField(max_length=LONGEST_STATEMENT, required=False, allow_blank=True, allow_null=True)
    language = serializers.CharField(max_length=LONGEST_LANGUAGE, required=False, allow_blank=True, allow_null=True)
    personalise = serializers.BooleanField(required=False, allow_null=True)
    attributes = serializers.DictField(required=False, allow_null=True)


class ProfileListSerializer(serializers.Serializer[Any]):
    results = ProfileSerializer(many=True)
    next = serializers.CharField(allow_null=True, help_text=_("The cursor of the next page; null on the last one."))


def profile_content(profile: Profile) -> dict[str, Any]:
    return {
        "id": profile.external_id,
        "name": profile.name,
        "labels": profile.labels,
        "statement": profile.statement,
        "language": profile.language,
        "personalise": profile.personalise,
        "attributes": profile.attributes,
        "simulated": profile.simulated,
        "created_at": profile.created_at,
        "updated_at": profile.updated_at,
    }
