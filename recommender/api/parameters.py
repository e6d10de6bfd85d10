"""What the endpoints take, and what is said about anything else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.utils.translation import get_supported_language_variant, gettext_lazy
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from recommender.api.strict import StrictSerializer

LONGEST_EXTERNAL_ID = 255
LONGEST_NAME = 63


# Others are read too, and answered with the nearest of these.
@extend_schema_field({"type": "string", "enum": [code for code, _name in settings.LANGUAGES]})
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


class Parameters(StrictSerializer):
    """Parameters of any endpoint. Staff and people name the catalog; a program's key belongs to one.

    Context: `catalog_is_needed`, and the names that were given more than once (`repeated`).
    """

    lang = LanguageField(required=False)
    catalog = serializers.CharField(
        max_length=LONGEST_NAME,
        required=False,
        help_text=gettext_lazy("Short name of the catalog; not needed with a key."),
    )

    def unknown_name(self) -> str:
        return _("There is no such parameter.")

    def mistakes_of_names(self, data: Any) -> Iterator[tuple[str, list[str]]]:
        yield from super().mistakes_of_names(data)
        for name in self.context.get("repeated", ()):
            yield name, [_("This was given more than once.")]
        if self.context.get("catalog_is_needed") and "catalog" not in data:
            yield "catalog", [str(serializers.Field.default_error_messages["required"])]
