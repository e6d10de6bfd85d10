"""Every error as its reader expects it: problem+json (RFC 9457) under /api/, a page in the site's look elsewhere.

Nothing here asks the database or a context processor: these answers must come when the database is down.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.template.loader import render_to_string
from django.utils.translation import get_language_from_request, ngettext, override
from django.utils.translation import gettext as _
from psycopg.errors import ForeignKeyViolation
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from genre_site.request_ids import current_request_id
from recommender.exceptions import (
    ChangedMeanwhile,
    GenreError,
    InvalidRequest,
    KeyOfAnotherRequest,
    NotInCatalog,
    SpaceNotReady,
    StillRunning,
)
from users.lockout import seconds_to_wait

API_PATHS = ("/api/", "/gorse/api/")
PROBLEM_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 10
# What allauth limits, it limits by the minute.
LIMIT_SECONDS = 60
# Lost or refused connections, and statements that the server cancelled: the same request may work in a moment.
DATABASE_OUTAGES = (OperationalError, InterfaceError)
STATUS_OF_ERRORS: Mapping[type[GenreError], HTTPStatus] = {
    NotInCatalog: HTTPStatus.NOT_FOUND,
    InvalidRequest: HTTPStatus.BAD_REQUEST,
    SpaceNotReady: HTTPStatus.CONFLICT,
    ChangedMeanwhile: HTTPStatus.PRECONDITION_FAILED,
    KeyOfAnotherRequest: HTTPStatus.UNPROCESSABLE_ENTITY,
    StillRunning: HTTPStatus.CONFLICT,
}


def problem(status: int, detail: str, **members: object) -> dict[str, object]:
    """The body of a problem: its title names the status, its detail is a sentence for whoever asked."""
    named = {"title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return {"type": "about:blank", **named, "request_id": current_request_id(), **members}


def problem_response(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """REST framework's exception handler. None for what nobody foresaw: Django logs it and asks `server_error`."""
    response = exception_handler(_known(error), dict(context))
    if response is None:
        return None
    if isinstance(error, exceptions.ValidationError):
        faults = list(_faults(response.data))
        response.data = problem(response.status_code, _("The request has mistakes."), errors=faults)
    else:
        response.data = problem(response.status_code, str(response.data["detail"]))
    if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    elif isinstance(error, StillRunning):
        response["Retry-After"] = "1"
    response.content_type = PROBLEM_TYPE
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    too_large = isinstance(exception, RequestDataTooBig)
    return _answer(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE if too_large else HTTPStatus.BAD_REQUEST)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, HTTPStatus.FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, HTTPStatus.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django calls this while it handles the exception, wherever it was raised: in a view or in a middleware."""
    error = sys.exception()
    if _names_what_is_gone(error):
        return _answer(request, HTTPStatus.NOT_FOUND)
    if not isinstance(error, DATABASE_OUTAGES):
        return _answer(request, HTTPStatus.INTERNAL_SERVER_ERROR)
    return _answer(request, HTTPStatus.SERVICE_UNAVAILABLE, retry_after_seconds=RETRY_AFTER_SECONDS)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """allauth calls this for whoever sends its forms too often."""
    return _answer(request, HTTPStatus.TOO_MANY_REQUESTS, retry_after_seconds=LIMIT_SECONDS)


def locked_out(
    request: HttpRequest, original_response: HttpResponse | None, credentials: Mapping[str, Any] | None
) -> HttpResponse:
    """axes calls this for whoever tried too many wrong passwords; one query."""
    return _answer(
        request,
        HTTPStatus.TOO_MANY_REQUESTS,
        retry_after_seconds=seconds_to_wait(request, credentials),
        template="errors/locked_out.html",
    )


def _known(error: Exception) -> Exception:
    """The error as one that REST framework can answer, where it is one of GENRE's own or the database is away."""
    if isinstance(error, DATABASE_OUTAGES):
        return _with_status(HTTPStatus.SERVICE_UNAVAILABLE, _sentence(HTTPStatus.SERVICE_UNAVAILABLE))
    if isinstance(error, RequestDataTooBig):
        return _with_status(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _sentence(HTTPStatus.REQUEST_ENTITY_TOO_LARGE))
    # UnreadablePostError: whoever sent it went away, and hears nothing; it is no fault of the server's.
    if isinstance(error, (SuspiciousOperation, UnreadablePostError)):
        return _with_status(HTTPStatus.BAD_REQUEST, _sentence(HTTPStatus.BAD_REQUEST))
    if _names_what_is_gone(error):
        return _with_status(HTTPStatus.NOT_FOUND, _("What this names was removed a moment ago."))
    if isinstance(error, GenreError):
        otherwise = HTTPStatus.CONFLICT if error.permanent else HTTPStatus.SERVICE_UNAVAILABLE
        return _with_status(STATUS_OF_ERRORS.get(type(error), otherwise), str(error))
    return error


def _names_what_is_gone(error: BaseException | None) -> bool:
    """Whether a person or an item was removed, by somebody else, between being looked up and being referred to."""
    return isinstance(error, IntegrityError) and isinstance(error.__cause__, ForeignKeyViolation)


def _with_status(status: HTTPStatus, detail: str) -> exceptions.APIException:
    error = exceptions.APIException(detail)
    error.status_code = status
    return error


def _faults(detail: Any, field: str = "") -> Iterator[dict[str, str]]:
    """One entry for each thing that is wrong with a field, nested fields by dotted names."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from _faults(inner, ".".join(filter(None, (field, str(name)))))
    elif isinstance(detail, list):
        # Either sentences about this field, or the faults of each row of a list, which are empty for good rows.
        for index, inner in enumerate(detail):
            yield from _faults(inner, f"{field}.{index}".lstrip(".") if isinstance(inner, (Mapping, list)) else field)
    else:
        yield {"field": field, "detail": str(detail)}


def _answer(
    request: HttpRequest,
    status: HTTPStatus,
    *,
    retry_after_seconds: int | None = None,
    template: str = "errors/page.html",
) -> HttpResponse:
    # The error may have come before a language was chosen, or after the one of an earlier request.
    with override(get_language_from_request(request)):
        sentence = _sentence(status, retry_after_seconds or 0)
        response: HttpResponse
        if request.path_info.startswith(API_PATHS):
            response = JsonResponse(problem(status, sentence), status=status, content_type=PROBLEM_TYPE)
        else:
            facts = {"status": int(status), "heading": _heading(status), "sentence": sentence}
            response = HttpResponse(render_to_string(template, facts), status=status)
    if retry_after_seconds is not None:
        response["Retry-After"] = str(retry_after_seconds)
    return response


def _heading(status: HTTPStatus) -> str:
    return {
        HTTPStatus.BAD_REQUEST: _("This request cannot be understood"),
        HTTPStatus.FORBIDDEN: _("This is not open to you"),
        HTTPStatus.NOT_FOUND: _("There is nothing here"),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _("This is too large"),
        HTTPStatus.TOO_MANY_REQUESTS: _("Too many attempts"),
        HTTPStatus.INTERNAL_SERVER_ERROR: _("Something went wrong here"),
        HTTPStatus.SERVICE_UNAVAILABLE: _("GENRE is resting for a moment"),
    }[status]


def _sentence(status: HTTPStatus, wait_seconds: int = 0) -> str:
    minutes = math.ceil(wait_seconds / 60)
    return {
        HTTPStatus.BAD_REQUEST: _("The address or what came with it is malformed."),
        HTTPStatus.FORBIDDEN: _("Sign in with an account that may see it, or go back to the start page."),
        HTTPStatus.NOT_FOUND: _("The address leads nowhere: it may be misspelt, or what it named is gone."),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _("What was sent is larger than what is read at once."),
        HTTPStatus.TOO_MANY_REQUESTS: ngettext(
            "Wait a minute, then try again.", "Wait %(minutes)d minutes, then try again.", minutes
        )
        % {"minutes": minutes},
        HTTPStatus.INTERNAL_SERVER_ERROR: _("The mistake is on this side, and it has been written to the log."),
        HTTPStatus.SERVICE_UNAVAILABLE: _("The database does not answer. Try again in a few seconds."),
    }[status]
