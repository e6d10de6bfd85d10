"""docs/api.md: what a reader pastes works, in the order of the page."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from catalog.models import Catalog
from tests.conftest import embed_all
from tests.e2e.served_site import served_site
from tests.guides import blocks, page, run
from users.models import Profile

pytestmark = pytest.mark.django_db

PAGE = page("api.md")


@pytest.fixture(scope="module")
def outputs(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[list[str]]:
    """What each block says; the items are embedded in between, as a worker does."""
    outputs: list[str] = []
    key = ""
    with django_db_blocker.unblock(), served_site() as address:
        for language, code in blocks(PAGE):
            output = run(language, code.replace("http://localhost:8000", address).replace("genre_...", key))
            if "create_api_key" in code:
                key = output.strip()
            if "bulk/items" in code:
                embed_all(Catalog.objects.get(slug="shop").embedding_spaces.get())
            outputs.append(output)
        assert not Profile.objects.filter(external_id="alice").exists()
        yield outputs
        # Errors that tests caught hold connections to the server, and it holds one to the database for each.
        gc.collect()


def test_rows_are_told_one_by_one(outputs: list[str]) -> None:
    items, interactions = (json.loads(output)["results"] for output in outputs[1:3])
    assert [(row["id"], row["status"]) for row in items] == [("lp-1", 201), ("lp-2", 201), ("lp-3", 201)]
    assert [row["status"] for row in interactions] == [201]


def test_recommendations_have_parts_reason_and_what_was_asked_for(outputs: list[str]) -> None:
    answer = json.loads(outputs[3])
    first = answer["results"][0]
    assert first["id"] == "lp-2"
    assert first["reason"] == "Because you liked “Quiet piano at night”."
    assert first["score"] == pytest.approx(sum(first["parts"].values()))
    assert first["item"] == {"categories": ["piano"]}


def test_python_says_the_request_the_items_that_replay_is_equal_and_the_receipt(outputs: list[str]) -> None:
    asked, equal, receipt = outputs[4].splitlines()
    assert "lp-2" in asked
    assert equal == "True"
    assert len(receipt) == 36
