"""The option --lang of commands whose words a person reads."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError

from django.conf import settings
from django.utils.translation import get_supported_language_variant


def add_language_option(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--lang",
        type=supported_language,
        default=settings.LANGUAGE_CODE,
        help="language of titles, reasons and messages: " + ", ".join(code for code, _ in settings.LANGUAGES),
    )


def supported_language(code: str) -> str:
    """The supported language nearest to a code: zh and zh-CN are zh-hans."""
    try:
        return get_supported_language_variant(code.lower())
    except LookupError:
        known = " or ".join(known for known, _ in settings.LANGUAGES)
        raise ArgumentTypeError(f"{code!r} is not a language here: write {known}") from None
