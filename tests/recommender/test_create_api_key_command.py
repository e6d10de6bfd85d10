"""create_api_key: the key alone on stdout, and the catalog where it is new."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from catalog.models import Catalog
from recommender.models import ApiKey
from recommender.services.api_keys import key_of


def create(*arguments: str) -> str:
    out = StringIO()
    call_command("create_api_key", *arguments, stdout=out)
    return out.getvalue()


def test_prints_the_key_alone_and_makes_the_catalog(db: None) -> None:
    printed = create("--catalog", "new-shop", "--scopes", "read, write:items", "--name", "shop")
    key = key_of(printed.removesuffix("\n"))
    assert key is not None
    assert (key.catalog.slug, key.scopes, key.name, key.expires_at) == (
        "new-shop",
        ["read", "write:items"],
        "shop",
        None,
    )
    assert key.catalog.interaction_kinds.exists()


def test_key_of_a_catalog_that_there_is(catalog: Catalog) -> None:
    create("--catalog", "films", "--scopes", "admin", "--expires-days", "30")
    key = catalog.api_keys.get()
    assert key.expires_at is not None
    assert timedelta(days=29) < key.expires_at - timezone.now() <= timedelta(days=30)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--catalog", "shop", "--scopes", "everything"),
        ("--catalog", "shop", "--scopes", ","),
        ("--catalog", "No Slug", "--scopes", "read"),
        ("--catalog", "shop", "--scopes", "read", "--expires-days", "0"),
        ("--catalog", "shop", "--scopes", "read", "--expires-days", "99999999"),
    ],
)
def test_mistakes_make_nothing(db: None, arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        create(*arguments)
    assert not Catalog.objects.exists()
    assert not ApiKey.objects.exists()
