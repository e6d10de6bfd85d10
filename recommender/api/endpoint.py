"""What all endpoints of /api/v1 share: who asks, what was asked, and what each answer carries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar

from django.conf import settings
from django.http.response import HttpResponseBase
from django.utils.translation import activate, get_language
from django.utils.translation import gettext as _
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import (
    AuthenticationFailed,
    MethodNotAllowed,
    NotAuthenticated,
    Throttled,
    ValidationError,
)
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.models import Catalog
from recommender.api.access import Caller, Scope
from recommender.api.authentication import KeyAuthentication, PasswordAuthentication
from recommender.api.idempotency import answer_once, sent_key
from recommender.api.parameters import ExternalIdField, LanguageField, Parameters
from recommender.api.parsing import check_length, raw_body
from recommender.api.permissions import Grant, ScopePermission
from recommender.api.strict import StrictSerializer
from recommender.api.throttling import Standing, check, standing_of, standing_of_refused
from recommender.exceptions import NotInCatalog
from recommender.selectors.named import catalog_named


class Endpoint(APIView):
    """An endpoint of one catalog: that of the caller's key, or the one that staff or a person names by `catalog`.

    scopes: by HTTP method (GET for HEAD, too) what a caller needs; each method that there is has one.
    open_to_people: methods that signed-in people may call about themselves, without any scope.
    parameters: what may stand in the query; any other name is refused. parameters_by_method: where methods differ.
    once: methods whose Idempotency-Key is honoured.
    """

    scopes: ClassVar[Mapping[str, Scope]] = {}
    open_to_people: ClassVar[frozenset[str]] = frozenset()
    parameters: ClassVar[type[Parameters]] = Parameters
    parameters_by_method: ClassVar[Mapping[str, type[Parameters]]] = {}
    once: ClassVar[frozenset[str]] = frozenset({"POST", "PUT", "PATCH", "DELETE"})

    # The first one decides what a stranger is told: a program learns that it may show a key (401), not merely "no".
    authentication_classes = (KeyAuthentication, PasswordAuthentication, SessionAuthentication)
    permission_classes = (ScopePermission,)
    http_method_names = ["get", "post", "put", "patch", "delete", "head"]

    grant: Grant
    caller: Caller
    standing: Standing | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        # What is wrong with it is said by `asked`, together with whatever else is wrong.
        if "lang" in request.query_params:
            with suppress(ValidationError):
                activate(LanguageField().run_validation(request.query_params["lang"]))
        check_length(request._request)
        super().initial(request, *args, **kwargs)
        # Before what was asked is looked at: this cannot be done here at all.
        if request.method not in self.allowed_methods:
            raise MethodNotAllowed(str(request.method))
        self._check_path(kwargs)
        grant = self.grant
        self.caller = Caller(
            catalog=self._catalog(grant),
            scopes=grant.scopes,
            key=grant.key,
            user=grant.user,
            own_profile_only=grant.own_profile_only,
        )
        name = str(request.method).lower()
        handler = getattr(self, name, None) if request.method in self.once else None
        if handler is not None and (key := sent_key(request)) is not None:
            # What `dispatch` calls next.
            setattr(self, name, partial(self._answer_once, handler, key))

    def check_throttles(self, request: Request) -> None:
        self.standing = standing_of(self.grant)
        check(self.standing)

    def handle_exception(self, exc: Exception) -> Response:
        """An error's answer; that of a stranger is counted, by their address."""
        if isinstance(exc, (AuthenticationFailed, NotAuthenticated)):
            self.standing = standing_of_refused(self.request._request)
            try:
                check(self.standing)
            except Throttled as throttled:
                exc = throttled
        return super().handle_exception(exc)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        if self.standing is not None:
            self.standing.tell(response)
        # What has a tag may be kept by who read it, and is asked for again; the rest is kept by nobody.
        response["Cache-Control"] = "private, no-cache" if "ETag" in response else "private, no-store"
        return response

    def asked(self) -> dict[str, Any]:
        """The query's parameters, checked. Raises ValidationError with a sentence for each that is wrong."""
        given = self.request.query_params
        method = "GET" if self.request.method == "HEAD" else str(self.request.method)
        parameters = self.parameters_by_method.get(method, self.parameters)(
            data=given.dict(),
            context={
                "repeated": [name for name, values in given.lists() if len(values) > 1],
                "catalog_is_needed": self.grant.key is None,
            },
        )
        parameters.is_valid(raise_exception=True)
        return dict(parameters.validated_data)

    def body(self, serializer_class: type[StrictSerializer], **options: Any) -> dict[str, Any]:
        """The request's JSON object, checked; `options` are the serializer's, `partial=True` for one."""
        serializer = serializer_class(data=self.request.data, **options)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def body_to_remember(self) -> bytes:
        """What tells a request from another one with the same Idempotency-Key, besides method and address."""
        return raw_body(self.request)

    def _answer_once(
        self, handler: Callable[..., HttpResponseBase], key: str, request: Request, **kwargs: Any
    ) -> HttpResponseBase:
        body = self.body_to_remember()
        return answer_once(handler, key=key, body=body, caller=self.caller, request=request, **kwargs)

    def _check_path(self, kwargs: Mapping[str, Any]) -> None:
        """Texts in the address are ids; PostgreSQL refuses to look for a NUL."""
        for name, value in kwargs.items():
            if isinstance(value, str):
                try:
                    ExternalIdField().run_validation(value)
                except ValidationError as error:
                    raise ValidationError({name: error.detail}) from error

    def _catalog(self, grant: Grant) -> Catalog:
        """No query for a key, one for others. Raises NotInCatalog for a catalog that is not the caller's business."""
        slug = self.request.query_params.get("catalog")
        if grant.key is not None:
            if slug is not None and slug != grant.key.catalog.slug:
                raise NotInCatalog(_("There is no catalog “%(name)s”.") % {"name": slug})
            return grant.key.catalog
        if not slug or "\0" in slug:
            self.asked()
        catalog = catalog_named(str(slug))
        if grant.own_profile_only and not catalog.on_site:
            raise NotInCatalog(_("There is no catalog “%(name)s”.") % {"name": slug})
        return catalog


def reader_language() -> str:
    return get_language() or settings.LANGUAGE_CODE
