"""What signing in leaves behind: attempts that django-axes counts, and allauth's limits of forms."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from allauth.account.models import EmailAddress
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.db import connection
from django.db.models.functions import Lower

from users.models import User
from users.personal_rows import row_in_words
from users.privacy import Row

ATTEMPTS = (AccessAttempt, AccessFailureLog, AccessLog)
# Keys as allauth (allauth/core/internal/ratelimit.py), Django's cache and services of the API write them.
COUNTS = "FROM genre_cache WHERE cache_key LIKE ANY (%s)"


def addresses_of(user: User) -> list[str]:
    """All that the person can be known by when they sign in, in small letters."""
    others = EmailAddress.objects.filter(user=user).values_list(Lower("email"), flat=True)
    return sorted({user.email.lower(), *others})


def attempt_rows(user: User) -> Iterable[Row]:
    for model in ATTEMPTS:
        for attempt in model.objects.filter(username__in=addresses_of(user)).order_by("pk"):
            yield row_in_words(attempt, leave_out=("id",))


def erase_attempts(user: User) -> int:
    addresses = addresses_of(user)
    deleted = [model.objects.filter(username__in=addresses).delete()[1] for model in ATTEMPTS]
    return sum(counts.get(model._meta.label, 0) for model, counts in zip(ATTEMPTS, deleted, strict=True))


def count_rows(user: User) -> Iterable[Row]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT expires {COUNTS} ORDER BY expires", [_patterns(user)])
        for (expires,) in cursor.fetchall():
            yield {"kept_until": expires.isoformat()}


def erase_counts(user: User) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE {COUNTS}", [_patterns(user)])
        return int(cursor.rowcount)


def _patterns(user: User) -> list[str]:
    hashed = [sha256(address.encode()).hexdigest() for address in addresses_of(user)]
    return [f"%:allauth:rl:%:user:{user.pk}", f"rate person {user.pk} %", *(f"%:{digest}%" for digest in hashed)]
