"""Only items whose text, or whose space's recipe, changed are embedded again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from catalog.models import Item
from recommender.models import EmbeddingJob, EmbeddingSpace
from recommender.services.embedding_queue import queue_stale_items
from recommender.services.spaces import change_recipe
from tests.conftest import MakeItem, embed_all

TEXT_CHANGES: list[dict[str, Any]] = [
    {"title": "quieter piano"},
    {"description": "Played at night."},
    {"language": "en"},
    {"kind": "music"},
    {"categories": ["Jazz"]},
    {"tags": ["night"]},
    {"attributes": {"year": 1970}},
    {"translations": {"zh": {"title": "安静的钢琴"}}},
    {"translations": {"zh": {"tags": ["夜晚"]}}},
]
OTHER_CHANGES: list[dict[str, Any]] = [
    {"hidden": True},
    {"image_url": "https://example.com/piano.jpg"},
    {"published_at": datetime(2026, 1, 1, tzinfo=UTC)},
    {"external_id": "piano-2"},
]


@pytest.fixture
def piano(make_item: MakeItem, space: EmbeddingSpace) -> Item:
    item = make_item("quiet-piano", description="Slow pieces.", attributes={"year": 1969})
    make_item("loud-guitars")
    embed_all(space)
    return item


def queued(space: EmbeddingSpace) -> list[str]:
    queue_stale_items(space)
    return list(EmbeddingJob.objects.filter(space=space).order_by("pk").values_list("item__external_id", flat=True))


def change(item: Item, fields: dict[str, Any]) -> None:
    Item.objects.filter(pk=item.pk).update(**fields)


@pytest.mark.parametrize("fields", TEXT_CHANGES, ids=lambda fields: next(iter(fields)))
def test_change_of_the_text_queues_the_item_alone(piano: Item, space: EmbeddingSpace, fields: dict[str, Any]) -> None:
    before = piano.content_hash
    change(piano, fields)
    piano.refresh_from_db()
    assert piano.content_hash != before
    assert queued(space) == ["quiet-piano"]
    embed_all(space)
    assert space.embeddings.get(item=piano).content_hash == piano.content_hash
    assert queued(space) == []


@pytest.mark.parametrize("fields", OTHER_CHANGES, ids=lambda fields: next(iter(fields)))
def test_change_of_anything_else_queues_nothing(piano: Item, space: EmbeddingSpace, fields: dict[str, Any]) -> None:
    before = piano.content_hash
    change(piano, fields)
    piano.refresh_from_db()
    assert piano.content_hash == before
    assert queued(space) == []


def test_nothing_is_queued_twice(piano: Item, space: EmbeddingSpace) -> None:
    change(piano, {"title": "quieter piano"})
    assert queue_stale_items(space) == 1
    assert queue_stale_items(space) == 0
    assert queued(space) == ["quiet-piano"]


def test_text_that_changed_back_needs_no_work(piano: Item, space: EmbeddingSpace) -> None:
    change(piano, {"title": "quieter piano"})
    assert queued(space) == ["quiet-piano"]
    change(piano, {"title": piano.title})
    assert queued(space) == []


def test_text_that_changed_again_makes_the_work_new(piano: Item, space: EmbeddingSpace) -> None:
    change(piano, {"title": "quieter piano"})
    queue_stale_items(space)
    EmbeddingJob.objects.update(attempts=3, failed_at=datetime(2026, 1, 1, tzinfo=UTC), error="No.")
    assert queue_stale_items(space) == 0
    change(piano, {"title": "a piano, quieter still"})
    assert queue_stale_items(space) == 1
    job = EmbeddingJob.objects.get()
    piano.refresh_from_db()
    assert (job.content_hash, job.attempts, job.failed_at, job.error) == (piano.content_hash, 0, None, "")


def test_order_of_keys_in_attributes_is_no_change(piano: Item, space: EmbeddingSpace) -> None:
    change(piano, {"attributes": {"year": 1969, "key": "C"}})
    embed_all(space)
    change(piano, {"attributes": {"key": "C", "year": 1969}})
    assert queued(space) == []


def test_change_of_the_recipe_queues_every_item(piano: Item, space: EmbeddingSpace) -> None:
    change_recipe(space, item_prefix="passage: ")
    assert queued(space) == ["quiet-piano", "loud-guitars"]


def test_recipe_that_changed_back_before_anything_was_embedded_needs_no_work(
    piano: Item, space: EmbeddingSpace
) -> None:
    template = space.text_template
    change_recipe(space, text_template="{title}")
    queue_stale_items(space)
    change_recipe(space, text_template=template)
    assert queued(space) == []


def test_new_item_is_queued(piano: Item, space: EmbeddingSpace, make_item: MakeItem) -> None:
    make_item("red-wine")
    assert queued(space) == ["red-wine"]


def test_items_of_other_catalogs_are_not_queued(
    piano: Item, space: EmbeddingSpace, make_item: MakeItem, other_catalog: Any
) -> None:
    make_item("soup", catalog=other_catalog)
    assert queued(space) == []
    assert queued(other_catalog.embedding_spaces.get()) == ["soup"]
