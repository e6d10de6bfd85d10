"""Wrong passwords: who tries, and how long they have to wait. django-axes counts them in the database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from axes.backends import AxesStandaloneBackend
from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Max
from django.http import HttpRequest
from django.utils import timezone

from users.client_address import client_address
from users.models import User

LONGEST_NAME = 255


class LockoutBackend(AxesStandaloneBackend):  # type: ignore[misc]  # axes has no types
    """Refuses whoever tried too often, before a password is looked at."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> None:
        # A program that checks a password by itself comes from nowhere, and guesses none.
        if request is not None:
            super().authenticate(request, **credentials)


def name_tried(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str:
    """The e-mail address that somebody signs in with, whatever form or program it comes from, and its capitals."""
    given = credentials or {}
    name = str(given.get("email") or given.get("username") or "")
    # The database holds no such text, and axes no longer one.
    return name.replace("\x00", "").strip().lower()[:LONGEST_NAME]


def seconds_to_wait(request: HttpRequest, credentials: Mapping[str, Any] | None) -> int:
    """After how many seconds the next attempt is looked at again; one query."""
    attempts = AccessAttempt.objects.filter(
        username=name_tried(request, credentials), ip_address=client_address(request)
    )
    latest = attempts.aggregate(Max("attempt_time"))["attempt_time__max"] or timezone.now()
    remaining = latest + settings.AXES_COOLOFF_TIME - timezone.now()
    return max(1, round(remaining.total_seconds()))


def forgive(user: User) -> None:
    """Who chose a new password need not wait for what was tried with the old one."""
    AxesProxyHandler.reset_attempts(username=user.email.lower())
