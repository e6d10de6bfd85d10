"""Input that names nothing unknown: a misspelt name would pass unheard, and a smuggled one should."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers


class StrictSerializer(serializers.Serializer[Any]):
    """An object whose unknown names are refused, together with whatever else is wrong with it."""

    def unknown_name(self) -> str:
        return _("There is no such field.")

    def to_internal_value(self, data: Any) -> Any:
        mistakes: dict[str, Any] = dict(self.mistakes_of_names(data))
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({**mistakes, **_as_mapping(error.detail)}) from error
        if mistakes:
            raise serializers.ValidationError(mistakes)
        return values

    def mistakes_of_names(self, data: Any) -> Iterator[tuple[str, list[str]]]:
        if not isinstance(data, Mapping):
            return
        fields = self.fields
        for name in data:
            # What the server alone writes is as unknown here as what does not exist.
            if name not in fields or fields[name].read_only:
                yield str(name), [self.unknown_name()]


def _as_mapping(detail: Any) -> dict[str, Any]:
    return dict(detail) if isinstance(detail, Mapping) else {"": detail}
