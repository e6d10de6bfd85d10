"""What the OpenAPI document says of every endpoint, so that each says no more than what is its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from recommender.api.parameters import Parameters

F = TypeVar("F", bound=Callable[..., Any])
Text = str | Promise

PROBLEM_TYPE = "application/problem+json"
WHY: Mapping[int, Text] = {
    400: _("Something in the request is malformed; `errors` names each field."),
    401: _("No key, or one that is unknown, expired or revoked."),
    403: _("The key lacks the scope, or the person the rights."),
    404: _("The catalog has no such thing, or it is not the caller's business."),
    409: _("The state of what is asked for does not allow it now, or the same request is still being worked on."),
    412: _("If-Match or If-None-Match does not hold."),
    413: _("The body is too large."),
    415: _("The body is not of a type that is read here."),
    422: _("The Idempotency-Key was sent before, with another request."),
    429: _("Too many requests; Retry-After says when to go on."),
    503: _("Something that this needs is away; Retry-After says when to ask again."),
}
OF_ALL = (400, 401, 403, 404, 429, 503)
OF_BODIES = (413, 415)
OF_WRITES = (409, 422)
OF_CONDITIONS = (412,)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    description=_(
        "Made up by the caller: the same request with the same key is done once, and answered alike, for a day."
    ),
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description=_("ETags, one of which what is there has to have."),
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description=_("ETags, none of which what is there may have; * where there may be nothing."),
)


class FaultSerializer(serializers.Serializer[Any]):
    """One mistake in a request."""

    field = serializers.CharField(allow_blank=True, help_text=_("Dotted name of the field; empty for the whole."))
    detail = serializers.CharField()


class ProblemSerializer(serializers.Serializer[Any]):
    """An error, as RFC 9457 has it."""

    type = serializers.CharField(help_text=_("about:blank: `title` and `status` say what kind of problem it is."))
    title = serializers.CharField()
    status = serializers.IntegerField(min_value=400, max_value=599)
    detail = serializers.CharField(help_text=_("A sentence in the language asked for."))
    request_id = serializers.CharField(help_text=_("As in X-Request-Id, and in the server's log."))
    errors = FaultSerializer(  # type: ignore[assignment]  # a field, where the class itself has a property
        many=True, required=False, help_text=_("What is wrong with which field.")
    )


def described(
    *,
    name: str,
    summary: Text,
    tag: str,
    answers: Mapping[int, Any],
    description: Text = "",
    request: Any = None,
    parameters: type[Parameters] = Parameters,
    problems: Iterable[int] = (),
    examples: Sequence[OpenApiExample] = (),
    conditional: bool = False,
    idempotent: bool = False,
    more_parameters: Sequence[OpenApiParameter] = (),
) -> Callable[[F], F]:
    """Describe a method of an endpoint: what is its own, and the problems that all of its like may answer with.

    name: the operation's id, from which clients name their functions: `list_items`.
    request: its body's serializer; None for none. answers: by status, a serializer (or None for no content).
    problems: statuses beyond those that come with the rest. conditional: honours If-Match or If-None-Match.
    idempotent: takes an Idempotency-Key.
    """
    statuses = {*OF_ALL, *problems}
    headers: list[OpenApiParameter] = [*more_parameters]
    if request is not None:
        statuses |= {*OF_BODIES}
    if idempotent:
        statuses |= {*OF_WRITES}
        headers.append(IDEMPOTENCY_KEY)
    if conditional:
        headers.append(IF_NONE_MATCH)
        if idempotent:
            statuses |= {*OF_CONDITIONS}
            headers.append(IF_MATCH)
        else:
            answers = {**answers, 304: OpenApiResponse(description=_("What the reader has, is so still."))}
    return extend_schema(
        operation_id=name,
        summary=summary,
        description=description,
        tags=[tag],
        request=request,
        parameters=[parameters, *headers],
        responses={
            **answers,
            **{(status, PROBLEM_TYPE): _problem(status) for status in sorted(statuses)},
        },
        examples=examples,
    )


def _problem(status: int) -> OpenApiResponse:
    return OpenApiResponse(ProblemSerializer, description=WHY.get(status, HTTPStatus(status).phrase))


class EndpointSchema(AutoSchema):
    """Says of each operation which scope it takes, and whether people may call it about themselves."""

    def get_description(self) -> str:  # type: ignore[override]  # as drf-spectacular has it
        """What `described` says, and nothing else: a class's docstring is for who reads the code."""
        return ""

    def get_operation(self, *arguments: Any) -> dict[str, Any] | None:
        operation = super().get_operation(*arguments)
        if operation is None:
            return None
        method = str(self.method).upper()
        told = [str(operation.get("description", ""))]
        if scope := scope_of(self.view, method):
            told.append(_("Scope: `%(scope)s`.") % {"scope": scope})
        if method in getattr(self.view, "open_to_people", ()):
            told.append(str(_("Signed-in people may call this about themselves.")))
        return {**operation, "description": "\n\n".join(filter(None, told))}


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself, untyped
    """A key may stand in either header."""

    target_class = "recommender.api.authentication.KeyAuthentication"
    name = ["ApiKeyAuth", "BearerAuth"]

    def get_security_definition(self, auto_schema: AutoSchema) -> list[dict[str, str]]:
        return [{"type": "apiKey", "in": "header", "name": "X-API-Key"}, {"type": "http", "scheme": "bearer"}]

    def get_security_requirement(self, auto_schema: AutoSchema) -> list[dict[str, list[str]]]:
        scope = scope_of(auto_schema.view, str(auto_schema.method).upper())
        return [{name: [scope] if scope else []} for name in self.name]


class PasswordScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself, untyped
    target_class = "recommender.api.authentication.PasswordAuthentication"
    name = "PasswordAuth"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "basic"}


def scope_of(view: Any, method: str) -> str | None:
    scope = getattr(view, "scopes", {}).get(method)
    return None if scope is None else str(scope.value)


def strict_requests(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Bodies hold nothing but their fields; who is sent away is told for how long."""
    for name, schema in result["components"].get("schemas", {}).items():
        if name.endswith("Request") and "properties" in schema:
            schema.setdefault("additionalProperties", False)
    wait = {"description": str(_("Seconds to wait.")), "schema": {"type": "integer", "minimum": 1}}
    for methods in result["paths"].values():
        for operation in methods.values():
            for status in {"429", "503"} & set(operation["responses"]):
                operation["responses"][status]["headers"] = {"Retry-After": wait}
    return result


def endpoints_of_version_one(endpoints: Sequence[tuple[str, str, str, Any]]) -> list[tuple[str, str, str, Any]]:
    """What the document is about; other APIs have their own."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith("/api/v1/")]
