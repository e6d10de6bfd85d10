"""What the site remembers of visitors who have not signed in: in their session, the profile that they have here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.contrib.sessions.backends.db import SessionStore

from users.models import Profile
from users.privacy import Row
from users.sessions import sessions_with

# By catalog the primary key of a profile.
SESSION_PROFILES = "profiles"
# Sessions remember no other profiles, so that nobody else's are looked for in all of them.
VISITOR_PREFIX = "visitor-"


def session_rows(profile: Profile) -> Iterable[Row]:
    if _may_be_remembered(profile):
        for session in sessions_with(_remembers(profile)):
            yield {"remembered_until": session.expire_date.isoformat()}


def erase_sessions(profile: Profile) -> int:
    """Let browsers forget the profile; what they are known by in other catalogs stays."""
    if not _may_be_remembered(profile):
        return 0
    found = list(sessions_with(_remembers(profile)))
    for session in found:
        store = SessionStore(session.session_key)
        elsewhere = {key: pk for key, pk in store.get(SESSION_PROFILES, {}).items() if pk != profile.pk}
        if elsewhere:
            store[SESSION_PROFILES] = elsewhere
            store.save()
        else:
            store.delete()
    return len(found)


def _may_be_remembered(profile: Profile) -> bool:
    return profile.external_id.startswith(VISITOR_PREFIX)


def _remembers(profile: Profile) -> Callable[[Mapping[str, Any]], bool]:
    return lambda told: profile.pk in told.get(SESSION_PROFILES, {}).values()
