"""Interactions, and their kinds, as the API writes and reads them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from catalog.importing.values import LARGEST_WHOLE_NUMBER
from recommender.api.parameters import LONGEST_EXTERNAL_ID
from recommender.models import Interaction, InteractionKind
from recommender.services.interaction_rows import LONGEST_KIND, InteractionRow

INTERACTION_EXAMPLE = {
    "external_id": "order-991/1",
    "profile": "customer-7",
    "item": "film/42",
    "kind": "rating",
    "value": 4.5,
    "occurred_at": "2026-11-24T08:00:00Z",
    "details": {"device": "phone"},
    "request_id": "8a4f0f0e-6f1e-4d6e-9d0e-3f5a5b1c2d3e",
}
INTERACTION_ANSWER = {"id": 1001, **INTERACTION_EXAMPLE, "sequence": None}
SENT = OpenApiExample("interaction", INTERACTION_EXAMPLE, request_only=True)
ANSWERED = OpenApiExample("interaction", INTERACTION_ANSWER, response_only=True)


class InteractionSerializer(serializers.Serializer[Any]):
    """Something that somebody did with an item."""

    id = serializers.IntegerField(read_only=True, help_text=_("The server's identifier."))
    external_id = serializers.CharField(
        max_length=LONGEST_EXTERNAL_ID,
        required=False,
        allow_null=True,
        help_text=_("Yours: the same one again is the same interaction, which is stored once."),
    )
    profile = serializers.CharField(max_length=LONGEST_EXTERNAL_ID)
    item = serializers.CharField(max_length=LONGEST_EXTERNAL_ID)
    kind = serializers.CharField(max_length=LONGEST_KIND, help_text=_("One of the catalog's interaction kinds."))
    value = serializers.FloatField(required=False, allow_null=True, help_text=_("Of a rating, or a quantity."))
    occurred_at = serializers.DateTimeField(
        required=False,
        allow_null=True,
        help_text=_("From 1970 on, and not in the future; without it and `sequence`: now."),
    )
    sequence = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=-LARGEST_WHOLE_NUMBER,
        max_value=LARGEST_WHOLE_NUMBER,
        help_text=_("Orders what one person did, where no time is known."),
    )
    details = serializers.DictField(required=False, help_text=_("Anything else; nothing is computed from it."))
    request_id = serializers.UUIDField(
        required=False, allow_null=True, help_text=_("The answer (recommendations, search) that it came from.")
    )


class OwnInteractionSerializer(InteractionSerializer):
    """The same where the address or the caller says whose it is."""

    profile = serializers.CharField(max_length=LONGEST_EXTERNAL_ID, required=False)


class InteractionListSerializer(serializers.Serializer[Any]):
    results = InteractionSerializer(many=True)
    next = serializers.CharField(allow_null=True, help_text=_("The cursor of the next page; null on the last one."))


class InteractionKindSerializer(serializers.Serializer[Any]):
    """What a kind of interaction says about an interest."""

    name = serializers.CharField()
    weight = serializers.FloatField(help_text=_("How much it says."))
    sign = serializers.ChoiceField(
        choices=InteractionKind.Sign.choices, help_text=_("1: it speaks for the item. -1: against it.")
    )
    value_mode = serializers.ChoiceField(choices=InteractionKind.ValueMode.choices)
    neutral_value = serializers.FloatField(allow_null=True)
    value_spread = serializers.FloatField()
    states = serializers.BooleanField(help_text=_("Whether the latest one about an item counts alone."))
    marks_seen = serializers.BooleanField(help_text=_("Whether the item counts as seen."))


class InteractionKindListSerializer(serializers.Serializer[Any]):
    results = InteractionKindSerializer(many=True)
    next = serializers.CharField(allow_null=True)


def shown_interaction(interaction: Interaction) -> dict[str, Any]:
    return {
        "id": interaction.pk,
        "external_id": interaction.external_id,
        "profile": interaction.profile.external_id,
        "item": interaction.item.external_id,
        "kind": interaction.kind.name,
        "value": interaction.value,
        "occurred_at": interaction.occurred_at,
        "sequence": interaction.sequence,
        "details": interaction.details,
        "request_id": interaction.slate_id,
    }


def shown_new_interaction(row: InteractionRow, pk: int, now: datetime) -> dict[str, Any]:
    """An interaction that has just been stored as the row says; `now` as `record_interactions` was told it."""
    occurred_at = now if row.occurred_at is None and row.sequence is None else row.occurred_at
    return {
        "id": pk,
        "external_id": row.external_id,
        "profile": row.profile,
        "item": row.item,
        "kind": row.kind,
        "value": row.value,
        "occurred_at": occurred_at,
        "sequence": row.sequence,
        "details": row.details or {},
        "request_id": row.request_id,
    }


def shown_kind(kind: InteractionKind) -> dict[str, Any]:
    return {
        "name": kind.name,
        "weight": kind.weight,
        "sign": kind.sign,
        "value_mode": kind.value_mode,
        "neutral_value": kind.neutral_value,
        "value_spread": kind.value_spread,
        "states": kind.states,
        "marks_seen": kind.marks_seen,
    }
