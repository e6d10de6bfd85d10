"""What the endpoints take, and what is said about anything else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_supported_language_variant
from django.utils.translation import gettext as _
from rest_framework import serializers

from recommender.models import Scenario
from recommender.services.answering import LONGEST_LIST, LONGEST_STATEMENT

LONGEST_EXTERNAL_ID = 255
LONGEST_NAME = 63


class LanguageField(serializers.CharField):
    """A language code, answered with the supported language nearest to it: zh and zh-CN are zh-hans."""

    def to_internal_value(self, data: str) -> str:
        code = super().to_internal_value(data)
        try:
            return get_supported_language_variant(code.lower())
        except LookupError:
            raise serializers.ValidationError(
                _("“%(code)s” is not a language of these pages: write en or zh-hans.") % {"code": code}
            ) from None


class ExternalIdField(serializers.CharField):
    """An identifier as its owner wrote it: blanks at its ends belong to it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=LONGEST_EXTERNAL_ID, trim_whitespace=False, **options)


class Parameters(serializers.Serializer[Any]):
    """Parameters of any endpoint. A name that is not among them is refused: a misspelt one would pass unheard."""

    lang = LanguageField(required=False)

    def to_internal_value(self, data: Mapping[str, Any]) -> Any:
        mistakes: Any = {name: [_("There is no such parameter.")] for name in data if name not in self.fields}
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            mistakes |= error.detail
        if mistakes:
            raise serializers.ValidationError(mistakes)
        return values


class RecommendationParameters(Parameters):
    catalog = serializers.CharField(max_length=LONGEST_NAME)
    profile = ExternalIdField(required=False)
    statement = serializers.CharField(max_length=LONGEST_STATEMENT, required=False, allow_blank=True, default="")
    k = serializers.IntegerField(min_value=1, max_value=LONGEST_LIST, required=False)
    scenario = serializers.CharField(max_length=LONGEST_NAME, required=False, default=Scenario.HOME)


class SimilarParameters(Parameters):
    catalog = serializers.CharField(max_length=LONGEST_NAME)
    k = serializers.IntegerField(min_value=1, max_value=LONGEST_LIST, required=False)
