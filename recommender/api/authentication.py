"""Who asks: a name and password in the header, or the session of a signed-in page."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.authentication import BasicAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request


class PasswordAuthentication(BasicAuthentication):
    """Basic authentication by e-mail address."""

    www_authenticate_realm = "GENRE"

    def authenticate_credentials(self, userid: str, password: str, request: Request | None = None) -> Any:
        # PostgreSQL has no such text: the look-up would be an error instead of a refusal.
        if "\x00" in userid:
            raise AuthenticationFailed(_("Invalid username/password."))
        return super().authenticate_credentials(userid, password, request)
