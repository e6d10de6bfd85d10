"""What a request for recommendations may ask, in its body or its query."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from recommender.api.parameters import LONGEST_NAME, ExternalIdField
from recommender.api.strict import StrictSerializer
from recommender.api.wish_fields import (
    FIELD_NAMES,
    BoostSerializer,
    FilterField,
    IdListField,
    ItemListParameters,
    length_field,
)
from recommender.models import Scenario
from recommender.selectors.item_fields import ItemField
from recommender.services.answering import LONGEST_STATEMENT
from recommender.services.asking import Asked
from recommender.services.outside_wishes import LONGEST_HISTORY, MOST_EXCLUDED, Act, OutsideWishes
from recommender.services.wishes import MOST_BOOSTS

LONGEST_TOKEN = 200
MOST_KINDS = 50


class ActSerializer(StrictSerializer):
    """One thing that somebody did."""

    item = ExternalIdField()
    kind = serializers.CharField(max_length=LONGEST_NAME)
    value = serializers.FloatField(required=False, allow_null=True)
    occurred_at = serializers.DateTimeField(required=False, allow_null=True)

    def to_internal_value(self, data: Any) -> Act:
        return Act(**super().to_internal_value(data))


class RecommendationRequest(StrictSerializer):
    """For whom, from what, and what is wished of the list. Everything may be left out, and everything combined."""

    profile = ExternalIdField(required=False, help_text=_("For whom; `me` for signed-in people."))
    allow_unknown = serializers.BooleanField(
        default=False, help_text=_("A profile that is not there gets what is popular; else it is an error.")
    )
    history = serializers.ListField(
        child=ActSerializer(),
        max_length=LONGEST_HISTORY,
        required=False,
        help_text=_("What somebody did, in the place of what the profile did; newest first where times are missing."),
    )
    statement = serializers.CharField(
        max_length=LONGEST_STATEMENT,
        required=False,
        allow_blank=True,
        help_text=_("What they like in their own words, in Chinese, English or another language."),
    )
    scenario = serializers.CharField(max_length=LONGEST_NAME, required=False, default=Scenario.HOME)
    k = length_field()
    kinds = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_NAME),
        max_length=MOST_KINDS,
        required=False,
        help_text=_("Items of these kinds alone."),
    )
    filter = FilterField(required=False, help_text=_("Items alone that this selects."))
    exclude = serializers.ListField(
        child=ExternalIdField(),
        max_length=MOST_EXCLUDED,
        required=False,
        help_text=_("Items that must not appear."),
    )
    boost = serializers.ListField(child=BoostSerializer(), max_length=MOST_BOOSTS, required=False)
    explain = serializers.BooleanField(
        default=False, help_text=_("Say which items of the history speak for each result.")
    )
    fields = serializers.ListField(  # type: ignore[assignment]  # a field, where the class itself has a property
        child=serializers.ChoiceField(choices=FIELD_NAMES), max_length=len(FIELD_NAMES), required=False
    )
    next = serializers.CharField(
        max_length=LONGEST_TOKEN, required=False, help_text=_("Goes on where the answer ended that gave this.")
    )


class RecommendationParameters(ItemListParameters):
    """The same in a query, but for histories and boosts."""

    profile = ExternalIdField(required=False, help_text=_("For whom; `me` for signed-in people."))
    allow_unknown = serializers.BooleanField(default=False)
    statement = serializers.CharField(max_length=LONGEST_STATEMENT, required=False, allow_blank=True)
    scenario = serializers.CharField(max_length=LONGEST_NAME, required=False, default=Scenario.HOME)
    exclude = IdListField(required=False, help_text=_("External ids of items that must not appear, with commas."))
    explain = serializers.BooleanField(default=False)
    next = serializers.CharField(max_length=LONGEST_TOKEN, required=False)


def asked_of(given: Mapping[str, Any]) -> Asked:
    """What was checked by either of the two."""
    wishes = OutsideWishes(
        kinds=tuple(given.get("kinds", ())),
        condition=given.get("filter"),
        boosts=tuple(given.get("boost", ())),
        excluded=tuple(given.get("exclude", ())),
        history=tuple(given["history"]) if "history" in given else None,
        explain=given["explain"],
    )
    return Asked(
        profile=given.get("profile", ""),
        statement=given.get("statement", ""),
        k=given.get("k"),
        scenario=given["scenario"],
        wishes=wishes,
        allow_unknown=given["allow_unknown"],
        next=given.get("next", ""),
    )


def fields_of(given: Mapping[str, Any]) -> list[ItemField]:
    return [ItemField(name) for name in given.get("fields", ())]
