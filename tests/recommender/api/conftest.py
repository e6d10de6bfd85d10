"""A small catalogue that is embedded, somebody who likes something of it, and staff who asks."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from catalog.models import Catalog, Item
from recommender.models import ApiKey, EmbeddingSpace
from recommender.services.api_keys import make_key
from tests.conftest import MakeItem, act, embed_all
from users.models import Profile, User

PASSWORD = "correct horse battery"
TITLES = {
    "space-1": "Rockets and planets",
    "space-2": "Planets and stars and rockets",
    "space-3": "Stars and rockets over planets",
    "piano-1": "Quiet piano in the evening",
    "piano-2": "Evening piano, quiet strings",
}


# The test client's response; its class is private.
Answered = Any
Ask = Callable[..., Answered]
MakeProgram = Callable[..., Client]


@pytest.fixture
def films(catalog: Catalog, space: EmbeddingSpace, make_item: MakeItem) -> dict[str, Item]:
    """By external id: three of space, two of pianos, all embedded."""
    items = {
        external_id: make_item(external_id, title=title, translations={"zh-hans": {"title": f"中文 {external_id}"}})
        for external_id, title in TITLES.items()
    }
    embed_all(space)
    return items


@pytest.fixture
def stargazer(alice: Profile, films: dict[str, Item]) -> Profile:
    """Alice, who likes the first film about space."""
    act(alice, films["space-1"])
    return alice


def credentials(user: User, password: str = PASSWORD) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user.email}:{password}".encode()).decode()}


@pytest.fixture
def program(catalog: Catalog) -> MakeProgram:
    """Makes clients with a key of these scopes, for the catalog of films unless another is named."""

    def make(*scopes: str, catalog: Catalog = catalog, **fields: Any) -> Client:
        key, secret = make_key(catalog=catalog, scopes=scopes, **fields)
        # In use already: what a request costs is the same for the first one.
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=timezone.now())
        return Client(headers={"X-API-Key": secret})

    return make


@pytest.fixture
def ask(client: Client, operator: User) -> Ask:
    """GET by signed-in staff; keyword arguments are the query."""
    client.force_login(operator)

    def get(path: str, **query: str | int) -> Answered:
        return client.get(path, query)

    return get
