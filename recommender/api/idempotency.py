"""Idempotency-Key: the same write sent again is answered as before, and done once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from recommender.api.access import Caller
from recommender.services.stored_answers import KeptAnswer, claim_answer, keep_answer

HEADER = "Idempotency-Key"
KEY = re.compile(r"[!-~]{1,255}")
# What a client needs of an answer besides its body.
KEPT_HEADERS = ("ETag", "Location")
JSON = "application/json"
SALT = "recommender.api.idempotency"


def sent_key(request: Request) -> str | None:
    """Raises ValidationError for one that is no key."""
    key = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if key is not None and not KEY.fullmatch(key):
        raise ValidationError({HEADER: [_("Write 1 to 255 visible ASCII characters, without blanks.")]})
    return key


def answer_once(
    handler: Callable[..., HttpResponseBase], *, key: str, body: bytes, caller: Caller, request: Request, **kwargs: Any
) -> HttpResponseBase:
    """What the handler answers, or what it answered before.

    Its work and the stored answer are one transaction. A request that fails leaves nothing, and may be sent again.
    """
    digest = hashlib.sha256(f"{caller.identity}\0{key}".encode()).hexdigest()
    fingerprint = _fingerprint(request, body)
    with transaction.atomic():
        kept = claim_answer(catalog=caller.catalog, digest=digest, fingerprint=fingerprint, now=timezone.now())
        if kept is not None:
            return _answer(kept, replayed=True)
        response = handler(request, **kwargs)
        if not isinstance(response, Response):
            raise TypeError("An answer that is to be kept is a Response.")
        content = b"" if response.data is None else JSONRenderer().render(response.data)
        headers = {name: response[name] for name in KEPT_HEADERS if name in response}
        answer = KeptAnswer(response.status_code, headers, content.decode())
        keep_answer(digest=digest, answer=answer)
    return _answer(answer, replayed=False)


def _fingerprint(request: Request, body: bytes) -> str:
    """Keyed: from a plain digest, the identifier in a short request could be guessed after its erasure."""
    digest = salted_hmac(SALT, f"{request.method} {request.get_full_path()}\0", algorithm="sha256")
    digest.update(body)
    return digest.hexdigest()


def _answer(kept: KeptAnswer, *, replayed: bool) -> HttpResponse:
    response = HttpResponse(kept.body, status=kept.status, content_type=JSON, headers=kept.headers)
    if kept.status == HTTPStatus.NO_CONTENT:
        del response["Content-Type"]
    if replayed:
        response["Idempotency-Replayed"] = "true"
    return response
