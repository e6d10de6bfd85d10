"""Idempotency-Key: done once and answered alike, whoever is slow, fails or asks at the same time."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from catalog.models import Catalog, Item
from recommender.models import StoredAnswer
from recommender.services.api_keys import make_key
from recommender.services.catalogs import open_catalog
from recommender.services.stored_answers import drop_answers_naming
from recommender.tasks import forget_stored_answers
from tests.recommender.api.conftest import MakeProgram
from tests.recommender.api.trial import ADDRESS

BODY = {"id": "one", "title": "One “中”"}


@pytest.fixture(autouse=True)
def _trial_addresses(settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.recommender.api.trial"


def post(client: Client, key: str = "k-1", body: object = BODY, address: str = ADDRESS) -> Any:
    headers = {"Idempotency-Key": key}
    return client.post(address, json.dumps(body), content_type="application/json", headers=headers)


def test_same_request_is_done_once_and_answered_alike(program: MakeProgram) -> None:
    client = program("write:items")
    first, second = post(client), post(client)
    assert (first.status_code, first.json(), Item.objects.count()) == (201, BODY, 1)
    assert (second.status_code, second.content) == (201, first.content)
    for header in ("Location", "Content-Type"):
        assert second.headers[header] == first.headers[header]
    assert (first.headers.get("Idempotency-Replayed"), second.headers["Idempotency-Replayed"]) == (None, "true")


def test_another_request_with_the_key_is_refused(program: MakeProgram) -> None:
    client = program("write:items")
    post(client)
    for other in (
        post(client, body={**BODY, "title": "Two"}),
        post(client, address=f"{ADDRESS}?lang=zh"),
        client.put(f"{ADDRESS}/two", BODY, content_type="application/json", headers={"Idempotency-Key": "k-1"}),
    ):
        assert (other.status_code, other.headers["Content-Type"]) == (422, "application/problem+json")
    assert Item.objects.count() == 1


def test_other_keys_and_other_callers_are_others(program: MakeProgram, other_catalog: Catalog) -> None:
    client = program("write:items")
    assert post(client).status_code == 201
    assert post(client, "k-2", {**BODY, "id": "two"}).status_code == 201
    assert post(program("write:items"), body={**BODY, "id": "three"}).status_code == 201
    assert post(program("write:items", catalog=other_catalog)).status_code == 201
    assert Item.objects.count() == 4


def test_what_failed_left_nothing_and_may_be_sent_again(program: MakeProgram) -> None:
    client = program("write:items")
    failed = post(client, body={"id": "one", "title": "fails"})
    assert (failed.status_code, Item.objects.count(), StoredAnswer.objects.count()) == (400, 0, 0)
    assert post(client, body={"id": "one", "title": "works"}).status_code == 201


def test_deletion_is_answered_again_though_it_is_gone(program: MakeProgram) -> None:
    client = program("write:items")
    post(client)
    for _time in range(2):
        gone = client.delete(f"{ADDRESS}/one", headers={"Idempotency-Key": "k-9"})
        assert (gone.status_code, gone.content) == (204, b"")
    assert client.delete(f"{ADDRESS}/one").status_code == 404


def test_tag_is_kept(program: MakeProgram) -> None:
    client = program("write:items")
    answers = [
        client.put(f"{ADDRESS}/one", BODY, content_type="application/json", headers={"Idempotency-Key": "k"})
        for _time in range(2)
    ]
    assert answers[0].headers["ETag"] == answers[1].headers["ETag"]


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "é", "a\x00"])
def test_what_is_no_key_is_a_mistake(program: MakeProgram, key: str) -> None:
    answered = post(program("write:items"), key)
    assert (answered.status_code, answered.json()["errors"][0]["field"]) == (400, "Idempotency-Key")
    assert not Item.objects.exists()


def test_reading_takes_no_key(program: MakeProgram) -> None:
    assert program("read").get(ADDRESS, headers={"Idempotency-Key": "k"}).status_code == 200
    assert not StoredAnswer.objects.exists()


def test_refused_caller_leaves_nothing(program: MakeProgram) -> None:
    assert post(program("read")).status_code == 403
    assert not StoredAnswer.objects.exists()


def test_after_a_day_the_key_is_new(program: MakeProgram) -> None:
    client = program("write:items")
    post(client)
    StoredAnswer.objects.update(expires_at=timezone.now())
    assert post(client, body={**BODY, "id": "two"}).json()["id"] == "two"
    assert StoredAnswer.objects.get().expires_at > timezone.now() + timedelta(hours=23)


def test_expired_answers_are_dropped_by_and_by(program: MakeProgram) -> None:
    client = program("write:items")
    post(client)
    post(client, "k-2", {**BODY, "id": "two"})
    StoredAnswer.objects.filter(body__contains='"one"').update(expires_at=timezone.now())
    forget_stored_answers()
    assert [json.loads(answer.body)["id"] for answer in StoredAnswer.objects.all()] == ["two"]


def test_neither_key_nor_body_of_the_request_is_kept(program: MakeProgram) -> None:
    post(program("write:items"), "order-of-alice")
    kept = StoredAnswer.objects.get()
    assert "alice" not in f"{kept.digest}{kept.fingerprint}{kept.headers}{kept.body}"


def test_answers_that_name_somebody_can_be_dropped(program: MakeProgram, catalog: Catalog) -> None:
    client = program("write:items")
    post(client, "k-1", {"id": 'a"中', "title": "x"})
    post(client, "k-2", {"id": "other", "title": "x"})
    assert drop_answers_naming(catalog=catalog, text='a"中') == 1
    assert json.loads(StoredAnswer.objects.get().body)["id"] == "other"


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_is_done_and_all_are_answered_alike() -> None:
    _key, secret = make_key(catalog=open_catalog(slug="films"), scopes=["write:items"])

    def send(_number: int) -> Any:
        try:
            return post(Client(headers={"X-API-Key": secret}), body={"id": "one", "title": "slow"})
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(send, range(6)))
    assert [answered.status_code for answered in answers] == [201] * 6
    assert {answered.content for answered in answers} == {b'{"id":"one","title":"slow"}'}
    assert Item.objects.count() == 1
    assert sorted(str(answered.headers.get("Idempotency-Replayed")) for answered in answers) == ["None"] + ["true"] * 5
