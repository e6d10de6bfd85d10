"""Making, finding and revoking the keys of programs."""

from __future__ import annotations

import functools
import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Model, Q
from django.utils.translation import gettext as _

from catalog.models import Catalog
from recommender.exceptions import InvalidRequest
from recommender.models import ApiKey, Scope
from users.models import User

# Recognised by people and by programs that look for leaked secrets.
MARK = "genre_"
SECRET_BYTES = 32
PREFIX_LENGTH = len(MARK) + 6
# A key in use is not written to at each request.
USE_NOTED_EVERY = timedelta(minutes=1)


def make_key(
    *,
    catalog: Catalog,
    scopes: Collection[str],
    name: str = "",
    expires_at: datetime | None = None,
    created_by: User | None = None,
) -> tuple[ApiKey, str]:
    """A new key and its secret, which nobody can read again. Raises InvalidRequest for scopes that there are not."""
    unknown = sorted(set(scopes) - set(Scope.values))
    if unknown or not scopes:
        raise InvalidRequest(
            _("“%(scopes)s” is not what a key can open: write some of %(known)s.")
            % {"scopes": ", ".join(unknown), "known": ", ".join(Scope.values)}
        )
    secret = MARK + secrets.token_urlsafe(SECRET_BYTES)
    key = ApiKey.objects.create(
        catalog=catalog,
        name=name,
        prefix=secret[:PREFIX_LENGTH],
        secret_hash=hash_of(secret),
        # As the choices stand, each once.
        scopes=[scope for scope in Scope.values if scope in set(scopes)],
        expires_at=expires_at,
        created_by=created_by,
    )
    return key, secret


def key_of(secret: str) -> ApiKey | None:
    """The key with this secret and its catalog, whatever the key's state; one query.

    Looked up by its digest: how long that takes says nothing of any secret.
    """
    with connection.cursor() as cursor:
        cursor.execute(_look_up(), [hash_of(secret)])
        row = cursor.fetchone()
    if row is None:
        return None
    key_fields, catalog_fields = (_field_names(model) for model in (ApiKey, Catalog))
    key = ApiKey.from_db(connection.alias, key_fields, row[: len(key_fields)])
    key.catalog = Catalog.from_db(connection.alias, catalog_fields, row[len(key_fields) :])
    return key


def revoke_key(*, key: ApiKey, now: datetime) -> None:
    """End a key; one that has ended keeps the time at which it did."""
    ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now)


def note_use(*, key: ApiKey, now: datetime) -> None:
    """Remember that a key is in use; one query in a minute at most, none otherwise."""
    noted_since = now - USE_NOTED_EVERY
    if key.last_used_at is not None and key.last_used_at > noted_since:
        return
    # Of many requests at the same time one writes.
    stale = ApiKey.objects.filter(Q(last_used_at=None) | Q(last_used_at__lte=noted_since), pk=key.pk)
    stale.update(last_used_at=now)


@functools.cache
def _look_up() -> str:
    """Written by Django once: writing it takes longer than running it, and every request of a program runs it."""
    queryset = ApiKey.objects.select_related("catalog").filter(secret_hash="")
    return queryset.query.sql_with_params()[0]


@functools.cache
def _field_names(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
