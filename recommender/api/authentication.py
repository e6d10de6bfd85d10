"""Who asks: a program with its key, a name and password in the header, or the session of a signed-in page."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, BasicAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from recommender.models import ApiKey
from recommender.services.api_keys import key_of, note_use

BEARER = "bearer "


class KeyAuthentication(BaseAuthentication):
    """A key in `X-API-Key`, or in `Authorization` as a bearer token; one query."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, ApiKey] | None:
        secret = sent_secret(request)
        if secret is None:
            return None
        now = timezone.now()
        key = key_of(secret)
        if key is None:
            raise AuthenticationFailed(_("There is no such key."))
        if (state := key.state(now)) != ApiKey.State.VALID:
            refusals = {
                ApiKey.State.EXPIRED: _("This key has expired."),
                ApiKey.State.REVOKED: _("This key was revoked."),
            }
            raise AuthenticationFailed(refusals[state])
        note_use(key=key, now=now)
        return AnonymousUser(), key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="GENRE"'


class PasswordAuthentication(BasicAuthentication):
    """Basic authentication by e-mail address."""

    www_authenticate_realm = "GENRE"

    def authenticate_credentials(self, userid: str, password: str, request: Request | None = None) -> Any:
        # PostgreSQL has no such text: the look-up would be an error instead of a refusal.
        if "\x00" in userid:
            raise AuthenticationFailed(_("Invalid username/password."))
        return super().authenticate_credentials(userid, password, request)


def sent_secret(request: Request) -> str | None:
    secret = request.META.get("HTTP_X_API_KEY")
    if secret is not None:
        return str(secret).strip()
    authorization = str(request.META.get("HTTP_AUTHORIZATION", ""))
    return authorization[len(BEARER) :].strip() if authorization[: len(BEARER)].lower() == BEARER else None
