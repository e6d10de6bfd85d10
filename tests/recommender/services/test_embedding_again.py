"""Embedding again on demand: vectors are made anew, and serve until then."""

from __future__ import annotations

from recommender.models import EmbeddingJob, EmbeddingSpace, ItemEmbedding
from recommender.services.embedding import embed_next_batch
from recommender.services.embedding_again import embed_again
from recommender.services.embedding_queue import open_jobs, queue_stale_items
from tests.conftest import MakeItem, embed_all
from tests.recommender.admin.conftest import fail


def test_chosen_items_alone_are_embedded_again(space: EmbeddingSpace, make_item: MakeItem) -> None:
    chosen, other = make_item("chosen"), make_item("other")
    embed_all(space)
    before = dict(ItemEmbedding.objects.values_list("item_id", "embedded_at"))

    assert embed_again(space, [chosen]) == 1
    assert open_jobs(space.pk) == 1
    # The periodic look does not take it for done.
    queue_stale_items(space)
    assert embed_next_batch(space.pk).embedded == 1

    after = dict(ItemEmbedding.objects.values_list("item_id", "embedded_at"))
    assert after[chosen.pk] != before[chosen.pk]
    assert after[other.pk] == before[other.pk]
    assert queue_stale_items(space) == 0


def test_former_vector_serves_meanwhile(space: EmbeddingSpace, make_item: MakeItem) -> None:
    item = make_item("item")
    embed_all(space)
    embed_again(space, [item])
    assert ItemEmbedding.objects.filter(space=space, item=item).count() == 1


def test_failed_item_is_tried_again_and_a_waiting_one_stays(space: EmbeddingSpace, make_item: MakeItem) -> None:
    ill, waiting = make_item("ill"), make_item("waiting")
    fail(space, ill)
    job = EmbeddingJob.objects.get(item=waiting)

    assert embed_again(space, [ill, waiting]) == 2

    assert open_jobs(space.pk) == 2
    assert EmbeddingJob.objects.get(item=waiting).pk == job.pk
    assert EmbeddingJob.objects.get(item=ill).attempts == 0
