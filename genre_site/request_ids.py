"""A name for each request: the caller's own (X-Request-Id) or a new one; in the answer, in problems and in the log."""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-Id"
# What is safe to write into a log and an answer.
WELL_FORMED = re.compile(r"[A-Za-z0-9._:/+=@-]{1,128}")
OUTSIDE = "-"
# Among what came with the request: Django logs errors once the middleware is done, and names the request.
KEPT_AS = "genre.request_id"

_current: ContextVar[str] = ContextVar("request_id", default=OUTSIDE)


def current_request_id() -> str:
    """Of the request that is being answered; a dash outside of any."""
    return _current.get()


def request_ids(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def answer(request: HttpRequest) -> HttpResponse:
        sent = request.META.get("HTTP_X_REQUEST_ID", "")
        request_id = sent if WELL_FORMED.fullmatch(sent) else uuid.uuid4().hex
        request.META[KEPT_AS] = request_id
        token = _current.set(request_id)
        try:
            response = get_response(request)
        finally:
            _current.reset(token)
        response[HEADER] = request_id
        return response

    return answer


class WithRequestId(logging.Filter):
    """Gives each line of the log the request that it is about."""

    def filter(self, record: logging.LogRecord) -> bool:
        logged_with: object = getattr(record, "request", None)
        kept = logged_with.META.get(KEPT_AS) if isinstance(logged_with, HttpRequest) else None
        record.request_id = kept or current_request_id()
        return True
