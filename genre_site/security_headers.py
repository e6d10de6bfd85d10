"""Headers that tell a browser what pages of GENRE may do."""

from __future__ import annotations

import functools
from collections.abc import Callable

from csp.constants import HEADER
from csp.middleware import CSPMiddleware, PolicyParts
from csp.utils import build_policy
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse

from genre_site import security_policies

DATA_TYPES = ("application/json", "application/problem+json")


class ContentSecurityPolicy(CSPMiddleware):
    """The site's policy everywhere but in the admin, whose pages are not all of GENRE's making."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if not report_only and request.path.startswith(reverse("admin:index")):
            parts.config = security_policies.ADMIN
        return parts

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Answers of the API are no pages, and have nothing of their own in their policy: it is written once."""
        if response.get("Content-Type", "").startswith(DATA_TYPES):
            response.headers.setdefault(HEADER, _policy_of_data())
            return response
        return super().process_response(request, response)


@functools.cache
def _policy_of_data() -> str:
    return build_policy()


def permissions_policy(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["Permissions-Policy"] = security_policies.PERMISSIONS
        return response

    return answer
