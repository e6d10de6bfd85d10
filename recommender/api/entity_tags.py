"""Which state of a thing somebody has seen: ETag, If-Match and If-None-Match (RFC 9110)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from recommender.exceptions import ChangedMeanwhile

ANY = "*"
# What compression appends, so that the tag of what was compressed is another one (genre_site/compression.py).
COMPRESSED = "-gzip"


def entity_tag(representation: Mapping[str, Any]) -> str:
    """The strong tag of a representation: the same for the same content, whoever reads it and when."""
    text = json.dumps(representation, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def tagged_answer(
    request: Request,
    representation: Mapping[str, Any],
    *,
    beside: Mapping[str, Any] | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    """The representation with its tag; 304 without it for a reader who has it (If-None-Match).

    `beside`: what the answer says besides. It changes by itself, and is no change that a writer has to know of.
    """
    tag = entity_tag(representation)
    if request.method in ("GET", "HEAD") and _matches(request.META.get("HTTP_IF_NONE_MATCH"), tag, weakly=True):
        return Response(status=HTTPStatus.NOT_MODIFIED, headers={"ETag": tag})
    return Response({**representation, **(beside or {})}, status=status, headers={"ETag": tag})


def is_conditional(request: Request) -> bool:
    """Whether a write depends on what there is, so that it has to be read (and locked) first."""
    return "HTTP_IF_MATCH" in request.META or "HTTP_IF_NONE_MATCH" in request.META


def check_conditions(request: Request, current: Mapping[str, Any] | None) -> None:
    """Let a write pass whose If-Match and If-None-Match hold for what there is (None: there is nothing).

    To be asked within the transaction that writes, once the row is locked. Raises ChangedMeanwhile (412).
    """
    tag = None if current is None else entity_tag(current)
    if_match, if_none_match = (request.META.get(f"HTTP_{name}") for name in ("IF_MATCH", "IF_NONE_MATCH"))
    if if_match is not None and not _matches(if_match, tag, weakly=False):
        raise ChangedMeanwhile(_("This was changed since you read it, or is gone: read it again."))
    if if_none_match is not None and _matches(if_none_match, tag, weakly=True):
        raise ChangedMeanwhile(_("There is one already."))


def _matches(header: str | None, tag: str | None, *, weakly: bool) -> bool:
    if header is None or tag is None:
        return False
    for sent in parse_etags(header):
        if sent == ANY:
            return True
        strong = sent.removeprefix("W/") if weakly else sent
        if strong.replace(f'{COMPRESSED}"', '"') == tag:
            return True
    return False
