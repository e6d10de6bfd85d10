"""Who may ask for what: keys, staff, people; and what stands in queries, paths and bodies."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from catalog.models import Catalog, Item
from recommender.models import ApiKey
from recommender.services.api_keys import make_key, revoke_key
from tests.conftest import MakeItem, MakeProfile
from tests.recommender.api.conftest import MakeProgram, credentials
from tests.recommender.api.trial import ADDRESS
from users.models import User

BODY = {"id": "one", "title": "One"}
Send = Callable[..., Any]


@pytest.fixture(autouse=True)
def _trial_addresses(settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.recommender.api.trial"


def post(client: Client, body: object = BODY, **headers: str) -> Any:
    return client.post(ADDRESS, json.dumps(body), content_type="application/json", headers=headers)


class TestKeys:
    @pytest.mark.parametrize("header", ["X-API-Key", "Authorization"])
    def test_either_header_opens_what_the_key_opens(self, catalog: Catalog, make_item: MakeItem, header: str) -> None:
        make_item("one")
        _key, secret = make_key(catalog=catalog, scopes=["read"])
        value = secret if header == "X-API-Key" else f"bearer {secret}"
        answered = Client().get(ADDRESS, headers={header: value})
        assert [row["id"] for row in answered.json()["results"]] == ["one"]

    def test_costs_one_query_before_the_endpoints_own(
        self, program: MakeProgram, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        client = program("read")
        with django_assert_num_queries(2) as queries:
            client.get(ADDRESS)
        assert "recommender_apikey" in queries[0]["sql"]
        assert "catalog_catalog" in queries[0]["sql"]

    def test_without_one_a_stranger_learns_how_to_show_one(self, db: None) -> None:
        answered = Client().get(ADDRESS)
        assert (answered.status_code, answered.headers["WWW-Authenticate"]) == (401, 'Bearer realm="GENRE"')
        assert answered.headers["Content-Type"] == "application/problem+json"

    @pytest.mark.parametrize("sent", ["", "genre_nonsense", "x" * 5000, "ключ", "a\x00b", "\udcff"])
    def test_unknown_ones_are_refused(self, db: None, sent: str) -> None:
        answered = Client().get(ADDRESS, headers={"X-API-Key": sent})
        assert (answered.status_code, answered.json()["detail"]) == (401, "There is no such key.")

    def test_expired_and_revoked_ones_are_refused(self, catalog: Catalog) -> None:
        now = timezone.now()
        _expired, secret_of_expired = make_key(catalog=catalog, scopes=["read"], expires_at=now)
        revoked, secret_of_revoked = make_key(catalog=catalog, scopes=["read"])
        revoke_key(key=revoked, now=now)

        refusals = [
            Client().get(ADDRESS, headers={"X-API-Key": secret}) for secret in (secret_of_expired, secret_of_revoked)
        ]
        assert [answered.status_code for answered in refusals] == [401, 401]
        details = ["This key has expired.", "This key was revoked."]
        assert [answered.json()["detail"] for answered in refusals] == details
        assert set(ApiKey.objects.values_list("last_used_at", flat=True)) == {None}

    def test_refused_key_is_not_overlooked_for_a_session(
        self, client: Client, operator: User, catalog: Catalog
    ) -> None:
        client.force_login(operator)
        assert client.get(f"{ADDRESS}?catalog=films", headers={"X-API-Key": "wrong"}).status_code == 401

    def test_missing_scope_is_named(self, program: MakeProgram) -> None:
        answered = post(program("read", "profiles"))
        assert answered.status_code == 403
        assert answered.json()["detail"] == "This key does not open this: it takes one with the scope “write:items”."
        assert not Item.objects.exists()

    def test_admin_opens_everything(self, program: MakeProgram) -> None:
        client = program("admin")
        assert (post(client).status_code, client.get(ADDRESS).status_code) == (201, 200)

    def test_one_scope_does_not_open_another(self, program: MakeProgram) -> None:
        assert program("write:items", "write:interactions", "profiles").get(ADDRESS).status_code == 403

    def test_other_catalogs_are_not_there(
        self, program: MakeProgram, other_catalog: Catalog, make_item: MakeItem
    ) -> None:
        make_item("borscht", catalog=other_catalog)
        client = program("admin")
        assert client.get(ADDRESS).json()["results"] == []
        assert client.get(f"{ADDRESS}/borscht").status_code == 404
        named, own = client.get(f"{ADDRESS}?catalog=dishes"), client.get(f"{ADDRESS}?catalog=films")
        missing = client.get(f"{ADDRESS}?catalog=nowhere")
        assert (named.status_code, own.status_code) == (404, 200)
        assert named.json()["detail"].replace("dishes", "nowhere") == missing.json()["detail"]

    def test_use_is_noted_once_a_minute(self, catalog: Catalog) -> None:
        key, secret = make_key(catalog=catalog, scopes=["read"])
        client = Client(headers={"X-API-Key": secret})
        client.get(ADDRESS)
        key.refresh_from_db()
        assert key.last_used_at is not None
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(ADDRESS)
        assert not any("UPDATE" in query["sql"] for query in queries)
        ApiKey.objects.update(last_used_at=timezone.now() - timedelta(minutes=2))
        client.get(ADDRESS)
        key.refresh_from_db()
        assert timezone.now() - key.last_used_at < timedelta(minutes=1)

    def test_needs_no_csrf_token(self, catalog: Catalog) -> None:
        _key, secret = make_key(catalog=catalog, scopes=["write:items"])
        assert post(Client(enforce_csrf_checks=True), **{"X-API-Key": secret}).status_code == 201


class TestStaff:
    @pytest.fixture
    def editor(self, charlie: User) -> User:
        """May look at everything that is read, and write nothing."""
        charlie.is_staff = True
        charlie.save()
        charlie.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
        return charlie

    def test_rights_of_the_admin_are_scopes(self, client: Client, editor: User, catalog: Catalog) -> None:
        client.force_login(editor)
        assert client.get(f"{ADDRESS}?catalog=films").status_code == 200
        refused = client.post(f"{ADDRESS}?catalog=films", BODY, content_type="application/json")
        assert refused.status_code == 403
        assert refused.json()["detail"] == "This takes the rights of the scope “write:items”."
        editor.user_permissions.add(*Permission.objects.filter(codename__in=["add_item", "change_item", "delete_item"]))
        assert client.post(f"{ADDRESS}?catalog=films", BODY, content_type="application/json").status_code == 201

    def test_password_in_the_header_is_as_good(self, operator: User, catalog: Catalog) -> None:
        assert Client().get(f"{ADDRESS}?catalog=films", headers=credentials(operator)).status_code == 200
        assert Client().get(f"{ADDRESS}?catalog=films", headers=credentials(operator, "wrong")).status_code == 401

    def test_catalog_has_to_be_named_and_all_mistakes_are_said_at_once(self, client: Client, operator: User) -> None:
        client.force_login(operator)
        body = client.get(f"{ADDRESS}?limit=x").json()
        assert {fault["field"] for fault in body["errors"]} == {"catalog", "limit"}
        assert client.get(f"{ADDRESS}?catalog=nowhere").status_code == 404
        assert client.get(f"{ADDRESS}?catalog=a%00b").status_code == 400

    def test_session_needs_a_csrf_token_to_write(self, operator: User, catalog: Catalog) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(operator)
        refused = client.post(f"{ADDRESS}?catalog=films", BODY, content_type="application/json")
        assert (refused.status_code, Item.objects.count()) == (403, 0)


class TestPeople:
    @pytest.fixture
    def visitor(self, client: Client, charlie: User, catalog: Catalog, make_profile: MakeProfile) -> Client:
        Catalog.objects.update(on_site=True)
        make_profile("account-1", user=charlie)
        client.force_login(charlie)
        return client

    def test_ask_about_themselves(self, visitor: Client) -> None:
        assert visitor.get("/api/v1/people/me?catalog=films").json() == {"id": "account-1"}

    @pytest.mark.parametrize("other", ["alice", "account-1", "nobody", "ME"])
    def test_ask_about_nobody_else(self, visitor: Client, make_profile: MakeProfile, other: str) -> None:
        make_profile("alice")
        assert visitor.get(f"/api/v1/people/{other}?catalog=films").status_code == 404

    def test_do_nothing_that_is_not_open_to_them(self, visitor: Client) -> None:
        assert visitor.post("/api/v1/people/me?catalog=films").status_code == 403
        assert visitor.get(f"{ADDRESS}?catalog=films").status_code == 403

    def test_see_no_catalog_that_is_not_on_the_site(self, visitor: Client) -> None:
        Catalog.objects.update(on_site=False)
        hidden = visitor.get("/api/v1/people/me?catalog=films")
        missing = visitor.get("/api/v1/people/me?catalog=nowhere")
        assert (hidden.status_code, missing.status_code) == (404, 404)
        assert hidden.json()["detail"].replace("films", "nowhere") == missing.json()["detail"]

    def test_key_knows_no_me(self, program: MakeProgram, visitor: Client) -> None:
        assert program("admin").get("/api/v1/people/me").status_code == 404
        assert program("admin").get("/api/v1/people/account-1").status_code == 200


class TestInput:
    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("k=1", "k"),
            ("limit=1&limit=2", "limit"),
            ("limit=0", "limit"),
            ("limit=1001", "limit"),
            ("lang=tlh", "lang"),
            ("cursor=a%00b", "cursor"),
        ],
    )
    def test_bad_parameter_is_named(self, program: MakeProgram, query: str, field: str) -> None:
        answered = program("read").get(f"{ADDRESS}?{query}")
        assert answered.status_code == 400
        assert [fault["field"] for fault in answered.json()["errors"]] == [field]

    @pytest.mark.parametrize(
        ("body", "fields"),
        [
            ({**BODY, "hidden": True}, ["hidden"]),
            ({**BODY, "made_at": "2026-01-01T00:00:00Z"}, ["made_at"]),
            ({"title": "One", "catalog": 1}, ["catalog", "id"]),
            ({**BODY, "parts": [{"size": 1}, {"size": "x", "weight": 2}]}, ["parts.1.weight", "parts.1.size"]),
            ([BODY], [""]),
            ("text", [""]),
            (None, [""]),
        ],
    )
    def test_bad_body_is_refused_by_field(self, program: MakeProgram, body: object, fields: list[str]) -> None:
        answered = post(program("write:items"), body)
        assert answered.status_code == 400
        assert [fault["field"] for fault in answered.json()["errors"]] == fields
        assert not Item.objects.exists()

    @pytest.mark.parametrize("name", ["a%00b", "x" * 256])
    def test_id_that_no_database_holds_is_a_mistake(self, program: MakeProgram, name: str) -> None:
        answered = program("read").get(f"{ADDRESS}/{name}")
        assert [fault["field"] for fault in answered.json()["errors"]] == ["external_id"]

    def test_other_kinds_of_body_are_not_read(self, program: MakeProgram) -> None:
        client = program("write:items")
        assert client.post(ADDRESS, BODY).status_code == 415
        assert client.post(ADDRESS, "<a/>", content_type="application/xml").status_code == 415

    def test_body_of_unknown_length_is_refused(self, program: MakeProgram) -> None:
        client = program("write:items")
        # What gunicorn says of a body in chunks; the test client would add a length.
        answered = client.generic(
            "POST", ADDRESS, b"", content_type="application/json", HTTP_TRANSFER_ENCODING="chunked"
        )
        assert answered.status_code == 411

    def test_other_methods_are_refused_with_those_that_there_are(self, program: MakeProgram) -> None:
        for method in ("put", "patch", "delete", "options", "trace"):
            answered = getattr(program("admin"), method)(ADDRESS, headers={"Idempotency-Key": "k"})
            assert (answered.status_code, answered.headers["Allow"]) == (405, "GET, POST, HEAD"), method
            assert answered.headers["Content-Type"] == "application/problem+json"

    def test_language_is_that_of_lang_or_of_the_header(self, program: MakeProgram) -> None:
        client = program("read")
        assert client.get(f"{ADDRESS}?lang=zh-CN", headers={"Accept-Language": "en"}).json()["language"] == "zh-hans"
        assert client.get(ADDRESS, headers={"Accept-Language": "zh"}).json()["language"] == "zh-hans"
        assert client.get(ADDRESS, headers={"Accept-Language": "fr"}).json()["language"] == "en"

    def test_whatever_is_accepted_json_comes(self, program: MakeProgram) -> None:
        answered = program("read").get(ADDRESS, headers={"Accept": "text/html"})
        assert (answered.status_code, answered.headers["Content-Type"]) == (200, "application/json")
