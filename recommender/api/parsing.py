"""Bodies of requests: JSON as RFC 8259 has it, of bounded size and depth, and with nothing that no database holds."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import IO, Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError, ValidationError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

DEEPEST = 32
# What PostgreSQL calls bigint.
LARGEST, SMALLEST = 2**63 - 1, -(2**63)
# A client that is still sending would not hear an answer to a body that nobody reads; more than this nobody waits for.
LONGEST_DISCARDED = 64_000_000
CHUNK = 65_536
# Only behind these can there be a NUL or half of a surrogate pair: text as such is checked when it is decoded.
ESCAPE = "\\u"


class BodyTooLarge(APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE


class LengthRequired(APIException):
    status_code = status.HTTP_411_LENGTH_REQUIRED


class StrictJSONParser(BaseParser):
    """Raises ParseError with the position, or ValidationError with the field, of what is wrong."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        if parser_context is None:
            raise TypeError("A body is read through the request that it came with.")
        return parsed(raw_body(parser_context["request"]))


def raw_body(request: Request) -> bytes:
    """The body, read once and kept. Raises BodyTooLarge."""
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
    plain: HttpRequest = request._request
    length = str(plain.META.get("CONTENT_LENGTH") or "")
    if length.isascii() and length.isdigit() and int(length) > limit:
        discard(plain)
        raise BodyTooLarge(_("The body has more than %(limit)d bytes.") % {"limit": limit})
    return plain.body


def check_length(request: HttpRequest) -> None:
    """Raises LengthRequired: Django reads no body whose length it does not know, and takes it for an empty one."""
    if not request.META.get("CONTENT_LENGTH") and "HTTP_TRANSFER_ENCODING" in request.META:
        raise LengthRequired(_("Send the body's Content-Length."))


def discard(request: HttpRequest) -> None:
    """Read what is still on its way, up to a bound."""
    for _chunk in range(LONGEST_DISCARDED // CHUNK):
        if not request.read(CHUNK):
            return


def parsed(body: bytes) -> Any:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ParseError(_("The body is no UTF-8: see byte %(position)d.") % {"position": error.start + 1}) from None
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise ParseError(
            _("The body is no JSON: see line %(line)d, column %(column)d.")
            % {"line": error.lineno, "column": error.colno}
        ) from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError:
        # Python converts no integers of thousands of digits.
        raise ParseError(_("The body has an integer of more than 64 bits.")) from None
    _check(value, texts=ESCAPE in text)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ParseError(_("The body has the name “%(name)s” twice in one object.") % {"name": _harmless(twice)})
    return members


def _refuse_constant(name: str) -> None:
    raise ParseError(_("The body has %(name)s, which JSON does not know.") % {"name": name})


def _check(value: Any, *, texts: bool) -> None:
    """Refuse what is nested too deep or can be stored nowhere. `texts`: whether texts have to be looked at."""
    # Breadth first: a level at a time, so that the depth is known without keeping it for each value.
    level: list[tuple[tuple[str | int, ...], Any]] = [((), value)]
    for depth in range(DEEPEST + 1):
        inner: list[tuple[tuple[str | int, ...], Any]] = []
        for path, container in level:
            for name, member in _members(container):
                kind = type(member)
                if kind is dict or kind is list:
                    inner.append(((*path, name), member))
                elif (mistake := _mistake(member, texts=texts)) is not None:
                    raise ValidationError({_dotted((*path, name)): [mistake]})
                if texts and isinstance(name, str) and (mistake := _mistake(name, texts=True)) is not None:
                    raise ValidationError({_dotted(path): [mistake]})
        if not inner:
            return
        level = inner
        if depth == DEEPEST - 1:
            raise _too_deep()


def _members(value: Any) -> Iterator[tuple[str | int, Any]] | Any:
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else (("", value),)


def _mistake(value: Any, *, texts: bool) -> str | None:
    if type(value) is str:
        if texts and ("\0" in value or not _is_text(value)):
            return _("Null characters and halves of surrogate pairs are no text.")
    elif type(value) is int:
        if not SMALLEST <= value <= LARGEST:
            return _("An integer of more than 64 bits.")
    elif type(value) is float and not math.isfinite(value):
        return _("The number is too large.")
    return None


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _too_deep() -> ParseError:
    return ParseError(_("The body is nested more than %(depth)d deep.") % {"depth": DEEPEST})


def _dotted(path: tuple[str | int, ...]) -> str:
    return _harmless(".".join(str(name) for name in path))


def _harmless(text: str) -> str:
    """A part of the body, fit for an answer."""
    return text[:200].encode(errors="replace").decode().replace("\0", "?")
