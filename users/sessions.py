"""Sessions by what is in them; their text is packed and signed, so that no query can look for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.contrib.sessions.models import Session
from django.db.models.functions import Now

ROWS_AT_ONCE = 2_000


def sessions_with(told: Callable[[Mapping[str, Any]], bool]) -> Iterator[Session]:
    """Living sessions whose content fits; reads all of them, some 20 microseconds each."""
    for session in Session.objects.filter(expire_date__gt=Now()).iterator(chunk_size=ROWS_AT_ONCE):
        if told(session.get_decoded()):
            yield session


def drop_sessions_with(told: Callable[[Mapping[str, Any]], bool]) -> int:
    keys = [session.session_key for session in sessions_with(told)]
    return Session.objects.filter(session_key__in=keys).delete()[0]
