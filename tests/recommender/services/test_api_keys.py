"""Keys: made once, kept as a digest, found by their secret, ended."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError
from pytest_django import DjangoAssertNumQueries

from catalog.models import Catalog
from recommender.exceptions import InvalidRequest
from recommender.models import ApiKey
from recommender.services.api_keys import key_of, make_key, note_use, revoke_key
from users.models import User

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def test_secret_is_random_and_only_its_digest_and_beginning_are_kept(catalog: Catalog, operator: User) -> None:
    key, secret = make_key(catalog=catalog, scopes=["read"], name="shop", created_by=operator)
    _other, other_secret = make_key(catalog=catalog, scopes=["read"])
    assert secret != other_secret
    # 32 bytes in base64.
    assert len(secret.removeprefix("genre_")) == 43
    kept = ApiKey.objects.filter(pk=key.pk).values().get()
    assert secret not in str(kept)
    assert kept["prefix"] == secret[:12]
    assert kept["secret_hash"] == hashlib.sha256(secret.encode()).hexdigest()
    assert (str(key), kept["created_by_id"]) == (f"shop ({secret[:12]}…)", operator.pk)


def test_scopes_are_kept_once_and_in_order(catalog: Catalog) -> None:
    key, _secret = make_key(catalog=catalog, scopes=["profiles", "read", "profiles"])
    key.refresh_from_db()
    assert key.scopes == ["read", "profiles"]


@pytest.mark.parametrize("scopes", [[], ["all"], ["read", "write"], ["READ"], [""]])
def test_scopes_that_there_are_not_are_refused(catalog: Catalog, scopes: list[str]) -> None:
    with pytest.raises(InvalidRequest, match="write:items"):
        make_key(catalog=catalog, scopes=scopes)
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("scopes", [[], ["all"]])
def test_database_refuses_them_too(catalog: Catalog, scopes: list[str]) -> None:
    with pytest.raises(IntegrityError, match="api_key_opens_something"):
        ApiKey.objects.create(catalog=catalog, scopes=scopes, prefix="x", secret_hash="y")


def test_key_is_found_by_its_whole_secret_in_one_query(
    catalog: Catalog, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    key, secret = make_key(catalog=catalog, scopes=["read"])
    with django_assert_num_queries(1):
        found = key_of(secret)
        assert found is not None
        assert (found.pk, found.catalog) == (key.pk, catalog)
    assert [key_of(wrong) for wrong in (secret[:-1], secret + "x", secret[:12], "", "\ud800")] == [None] * 5


def test_state_is_that_of_the_moment(catalog: Catalog) -> None:
    key, _secret = make_key(catalog=catalog, scopes=["read"], expires_at=NOW)
    assert key.state(NOW - timedelta(seconds=1)) == "valid"
    assert key.state(NOW) == "expired"
    revoke_key(key=key, now=NOW)
    key.refresh_from_db()
    assert key.state(NOW - timedelta(seconds=1)) == "revoked"


def test_revoked_key_keeps_the_time_of_its_end(catalog: Catalog) -> None:
    key, _secret = make_key(catalog=catalog, scopes=["read"])
    revoke_key(key=key, now=NOW)
    revoke_key(key=key, now=NOW + timedelta(days=1))
    key.refresh_from_db()
    assert key.revoked_at == NOW


def test_use_is_written_once_a_minute_whoever_looks(
    catalog: Catalog, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    key, _secret = make_key(catalog=catalog, scopes=["read"])
    stale = ApiKey.objects.get(pk=key.pk)
    note_use(key=key, now=NOW)
    # Another process, which read the key before.
    note_use(key=stale, now=NOW + timedelta(seconds=10))
    key.refresh_from_db()
    assert key.last_used_at == NOW
    with django_assert_num_queries(0):
        note_use(key=key, now=NOW + timedelta(seconds=59))
    note_use(key=key, now=NOW + timedelta(seconds=61))
    key.refresh_from_db()
    assert key.last_used_at == NOW + timedelta(seconds=61)
