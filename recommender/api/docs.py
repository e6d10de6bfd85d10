"""The document that describes the API, and two pages of it: one to try it out, one to read."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import activate, get_language, override
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from recommender.api.parameters import LanguageField
from recommender.api.reference import chapters
from recommender.api.strict import StrictSerializer

MEDIA_TYPES = {"json": "application/vnd.oai.openapi+json", "yaml": "application/vnd.oai.openapi"}


@functools.cache
def document(language: str) -> dict[str, Any]:
    """The OpenAPI document; making it takes a second, and it is the same as long as the process lives."""
    with override(language):
        generator = SchemaGenerator()  # type: ignore[no-untyped-call]
        return dict(generator.get_schema(request=None, public=True))  # type: ignore[no-untyped-call]


@functools.cache
def written(language: str, form: str) -> bytes:
    renderer = OpenApiJsonRenderer() if form == "json" else OpenApiYamlRenderer()
    content = renderer.render(document(language), renderer_context={})
    return content if isinstance(content, bytes) else str(content).encode()


class DocumentParameters(StrictSerializer):
    lang = LanguageField(required=False)
    format = serializers.ChoiceField(choices=sorted(MEDIA_TYPES), required=False)


class PublicPage(APIView):
    """Open to everybody: what the API can do is no secret."""

    # Who is signed in, for the page's frame.
    authentication_classes: Sequence[type[BaseAuthentication]] = (SessionAuthentication,)
    permission_classes = (AllowAny,)
    http_method_names = ["get", "head"]

    def asked(self) -> dict[str, Any]:
        parameters = DocumentParameters(data=self.request.query_params.dict())
        parameters.is_valid(raise_exception=True)
        asked = {"lang": get_language() or settings.LANGUAGE_CODE, **parameters.validated_data}
        activate(asked["lang"])
        return asked


@extend_schema(exclude=True)
class DocumentView(PublicPage):
    """As JSON, or as YAML for who asks for it by `format` or in Accept."""

    authentication_classes = ()

    def get(self, request: Request) -> HttpResponse:
        asked = self.asked()
        form = asked.get("format") or ("yaml" if "yaml" in request.META.get("HTTP_ACCEPT", "") else "json")
        content = written(asked["lang"], form)
        response = HttpResponse(content, content_type=MEDIA_TYPES[form])
        response["ETag"] = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        response["Vary"] = "Accept, Accept-Language"
        response["Cache-Control"] = "no-cache"
        return response


@extend_schema(exclude=True)
class DocsView(PublicPage):
    """Swagger UI, from local files."""

    def get(self, request: Request) -> HttpResponse:
        return render(request._request, "api/docs.html", self.asked())


@extend_schema(exclude=True)
class ReferenceView(PublicPage):
    """The document as a page that needs no script."""

    def get(self, request: Request) -> HttpResponse:
        return render(request._request, "api/reference.html", {"chapters": chapters(document(self.asked()["lang"]))})
