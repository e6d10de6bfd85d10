"""Keys in the admin: made, shown once, revoked; and left alone by who may only look."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from catalog.models import Catalog
from recommender.models import ApiKey
from recommender.services.api_keys import key_of, make_key
from tests.recommender.admin.conftest import Answered, run_action
from users.models import User

NOTHING: Mapping[str, object] = MappingProxyType({})
PAGE = "/admin/recommender/apikey/"


@pytest.fixture
def key(catalog: Catalog) -> ApiKey:
    return make_key(catalog=catalog, scopes=["read", "write:items"], name="shop")[0]


def add(client: Client, catalog: Catalog, fields: Mapping[str, object] = NOTHING) -> Answered:
    form = {
        "catalog": catalog.pk,
        "name": "shop",
        "scopes": ["read", "profiles"],
        "expires_at_0": "",
        "expires_at_1": "",
    }
    return client.post(f"{PAGE}add/", {**form, **fields})


class TestMaking:
    def test_shows_the_secret_once_on_the_page_that_follows(
        self, staff: Client, catalog: Catalog, operator: User
    ) -> None:
        made = add(staff, catalog)
        assert made.status_code == 200
        assert "no-store" in made.headers["Cache-Control"]
        secret = re.search(r"genre_[\w-]{43}", made.content.decode())
        assert secret is not None
        key = key_of(secret[0])
        assert key is not None
        assert (key.catalog, key.name, key.scopes, key.created_by) == (catalog, "shop", ["read", "profiles"], operator)
        for address in (PAGE, f"{PAGE}{key.pk}/change/", f"{PAGE}{key.pk}/history/", "/admin/"):
            assert secret[0] not in staff.get(address).content.decode()
        assert not list(get_messages(made.wsgi_request))
        assert secret[0] not in str(list(LogEntry.objects.values()))
        assert secret[0] not in str(dict(staff.session))

    def test_needs_a_scope_and_a_catalog(self, staff: Client, catalog: Catalog) -> None:
        mistakes: tuple[dict[str, object], ...] = ({"scopes": []}, {"scopes": ["all"]}, {"catalog": ""})
        for wrong in mistakes:
            assert "errorlist" in add(staff, catalog, wrong).content.decode()
        assert not ApiKey.objects.exists()

    def test_page_offers_every_scope(self, staff: Client, catalog: Catalog) -> None:
        html = staff.get(f"{PAGE}add/").content.decode()
        assert re.findall(r'name="scopes" value="([^"]+)"', html) == [
            "read",
            "write:items",
            "write:interactions",
            "profiles",
            "admin",
        ]


class TestLooking:
    def test_list_tells_keys_apart(self, staff: Client, key: ApiKey, catalog: Catalog) -> None:
        make_key(catalog=catalog, scopes=["admin"], expires_at=timezone.now())
        html = staff.get(PAGE).content.decode()
        for shown in ("shop", key.prefix, "read, write:items", "valid", "expired", "Films"):
            assert shown in html
        assert key.secret_hash not in html

    def test_only_name_and_end_can_be_changed(self, staff: Client, key: ApiKey, other_catalog: Catalog) -> None:
        form = {"name": "new shop", "expires_at_0": "2030-01-01", "expires_at_1": "00:00:00"}
        forged = {"catalog": other_catalog.pk, "scopes": ["admin"], "secret_hash": "x", "prefix": "x"}
        staff.post(f"{PAGE}{key.pk}/change/", {**form, **forged})
        now = ApiKey.objects.get()
        assert (now.name, now.expires_at and now.expires_at.year) == ("new shop", 2030)
        for field in ("catalog_id", "scopes", "secret_hash", "prefix"):
            assert getattr(now, field) == getattr(key, field)


class TestRevoking:
    def test_ends_keys_and_writes_down_who_did(self, staff: Client, key: ApiKey) -> None:
        assert run_action(staff, "recommender/apikey", "revoke", key) == "1 key is revoked."
        key.refresh_from_db()
        assert key.state(timezone.now()) == "revoked"
        assert LogEntry.objects.get(object_id=str(key.pk)).get_change_message() == "Changed revoked_at."
        assert run_action(staff, "recommender/apikey", "revoke", key) == "0 keys are revoked."


def test_who_may_look_changes_nothing(viewer: Client, key: ApiKey, catalog: Catalog) -> None:
    assert viewer.get(PAGE).status_code == 200
    assert add(viewer, catalog).status_code == 403
    assert viewer.post(f"{PAGE}{key.pk}/change/", {"name": "x"}).status_code == 403
    assert viewer.post(f"{PAGE}{key.pk}/delete/", {"post": "yes"}).status_code == 403
    viewer.post(PAGE, {"action": "revoke", "_selected_action": [key.pk]})
    key.refresh_from_db()
    assert (key.name, key.revoked_at, ApiKey.objects.count()) == ("shop", None, 1)
