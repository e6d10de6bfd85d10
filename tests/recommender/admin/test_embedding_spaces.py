"""Embedding spaces in the admin: recipes checked and fixed, serving moved, failures tried again."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from catalog.models import Catalog
from recommender.models import EmbeddingSpace
from recommender.services.embedding_queue import open_jobs
from tests.conftest import MakeItem, embed_all
from tests.recommender.admin.conftest import fail, run_action


class TestEmbeddingSpaces:
    ADD = "/admin/recommender/embeddingspace/add/"

    @pytest.fixture
    def recipe(self, catalog: Catalog) -> dict[str, Any]:
        return {
            "catalog": catalog.pk,
            "name": "other",
            "backend": "hashing",
            "dimension": 64,
            "normalize": "on",
            "text_template": "{title}",
        }

    @pytest.mark.parametrize(
        ("change", "complaint"),
        [
            ({"text_template": "{director}"}, "the text template names {director}"),
            ({"backend": "multilingual-use"}, "multilingual-use has 512 dimensions"),
            ({"dimension": "0"}, "a vector has 1 dimension or more"),
        ],
    )
    def test_recipe_that_no_encoder_follows_is_refused(
        self, staff: Client, recipe: dict[str, Any], change: dict[str, str], complaint: str
    ) -> None:
        answered = staff.post(self.ADD, {**recipe, **change})
        assert answered.status_code == 200
        assert complaint in answered.content.decode()

    def test_recipe_is_fixed_once_made(self, staff: Client, recipe: dict[str, Any]) -> None:
        assert staff.post(self.ADD, recipe).status_code == 302
        made = EmbeddingSpace.objects.get(name="other")

        staff.post(f"/admin/recommender/embeddingspace/{made.pk}/change/", {**recipe, "dimension": 32, "name": "x"})

        made.refresh_from_db()
        assert (made.dimension, made.name, made.serving, made.state) == (64, "other", False, "new")

    def test_page_counts_what_is_embedded_waits_and_failed(
        self, staff: Client, space: EmbeddingSpace, make_item: MakeItem
    ) -> None:
        make_item("done")
        embed_all(space)
        ill = make_item("ill")
        make_item("waiting-1")
        make_item("waiting-2")
        fail(space, ill)

        html = staff.get(f"/admin/recommender/embeddingspace/{space.pk}/change/").content.decode()

        def shown(name: str) -> str:
            found = re.search(rf'field-{name}">.*?<div class="readonly">(\d+)</div>', html, re.DOTALL)
            assert found is not None
            return found[1]

        assert [shown(name) for name in ("embedded", "waiting", "failed")] == ["1", "2", "1"]

    def test_serving_moves_to_a_filled_space_only(
        self, staff: Client, space: EmbeddingSpace, make_item: MakeItem, recipe: dict[str, Any]
    ) -> None:
        make_item("item")
        staff.post(self.ADD, recipe)
        other = EmbeddingSpace.objects.get(name="other")
        page = "recommender/embeddingspace"

        assert "is not filled" in run_action(staff, page, "serve", other)
        assert run_action(staff, page, "serve", space, other) == "Choose one space: one of a catalog serves."
        assert "1 item was queued." in run_action(staff, page, "embed", other)
        embed_all(other)
        assert run_action(staff, page, "serve", other) == "“other” serves now."
        assert list(EmbeddingSpace.objects.filter(serving=True)) == [other]

    def test_only_failed_jobs_are_listed_and_retried(
        self, staff: Client, space: EmbeddingSpace, make_item: MakeItem
    ) -> None:
        ill, also_ill, _ = make_item("ill"), make_item("also-ill"), make_item("waiting")
        fail(space, ill, also_ill)
        listed = staff.get("/admin/recommender/embeddingjob/").context["cl"].result_list
        assert {job.item for job in listed} == {ill, also_ill}

        assert "2 items are tried again." in run_action(staff, "recommender/embeddingjob", "retry", listed[0])

        assert open_jobs(space.pk) == 3
        fail(space, ill)
        assert "1 item is tried again." in run_action(staff, "recommender/embeddingspace", "retry", space)
        assert open_jobs(space.pk) == 3
