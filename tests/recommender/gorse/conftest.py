"""A server on a port, with a catalog that PyGorse has a key for; and clients for what PyGorse cannot ask."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from catalog.models import Catalog
from recommender.models import ApiKey, Scope
from recommender.services.api_keys import make_key
from tests.e2e.served_site import served_site

# The test client's response; its class is private.
Answered = Any


def secret_for(catalog: Catalog, *scopes: str) -> str:
    """Of a key in use: the first request of one writes that it is."""
    key, secret = make_key(catalog=catalog, scopes=scopes or (Scope.ADMIN,))
    ApiKey.objects.filter(pk=key.pk).update(last_used_at=timezone.now())
    return secret


class Caller:
    """A program that calls /gorse/api with a key, by paths and JSON."""

    def __init__(self, secret: str = "") -> None:
        self.client = Client(headers={"X-API-Key": secret} if secret else None)

    def __call__(self, method: str, path: str, body: object = None, **headers: str) -> Answered:
        data = "" if body is None else json.dumps(body)
        return self.client.generic(method, f"/gorse/api/{path}", data, "application/json", headers=headers)


@pytest.fixture
def call(catalog: Catalog) -> Caller:
    """With a key of the films that opens everything."""
    return Caller(secret_for(catalog))


@pytest.fixture(scope="module")
def address(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """What fixtures and PyGorse write is committed, and removed at the end of a module."""
    with django_db_blocker.unblock(), served_site() as url:
        yield url
        # Errors that tests caught hold connections to the server, and it holds one to the database for each.
        gc.collect()
