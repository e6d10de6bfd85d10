"""Path converters of addresses."""

from __future__ import annotations

from django.urls.converters import StringConverter


class AnyTextConverter(StringConverter):
    """An external id is its owner's: slashes and line breaks may be part of it."""

    regex = r"[\s\S]+"
