"""One batch: what changes while the model is at work, and models that fail."""

from __future__ import annotations

import uuid

import pytest
from django.utils import timezone
from pytest_django import Settings

from catalog.models import Item
from recommender.models import EmbeddingJob, EmbeddingSpace
from recommender.services.embedding import embed_next_batch
from recommender.services.embedding_queue import (
    claim_jobs,
    queue_stale_items,
    release_all_failed,
)
from recommender.services.embedding_store import store_vectors
from tests.conftest import MakeItem, embed_all
from tests.recommender.worker.claims import claim, expiry, let_leases_end, queue_items

pytestmark = pytest.mark.django_db


class TestStoring:
    def encode_and(self, monkeypatch: pytest.MonkeyPatch, happens: object) -> None:
        """Let something happen while the model is at work."""
        target = "recommender.services.embedding.store_vectors"

        def act_and_store(*arguments: object) -> int:
            monkeypatch.setattr(target, store_vectors)
            assert callable(happens)
            happens()
            return store_vectors(*arguments)  # type: ignore[arg-type]  # passed through

        monkeypatch.setattr(target, act_and_store)

    def test_holder_that_lost_its_lease_stores_nothing(
        self, make_item: MakeItem, space: EmbeddingSpace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        queue_items(make_item, space, 2)
        other: list[uuid.UUID] = []

        def lose() -> None:
            let_leases_end(space)
            other.append(claim(space)[0])

        self.encode_and(monkeypatch, lose)
        assert embed_next_batch(space.pk).embedded == 0
        assert space.embeddings.count() == 0
        assert EmbeddingJob.objects.filter(lease=other[0]).count() == 2

    def test_text_that_changes_while_it_is_embedded_is_embedded_again(
        self, make_item: MakeItem, space: EmbeddingSpace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (item,) = queue_items(make_item, space, 1)
        before = item.content_hash
        self.encode_and(monkeypatch, lambda: Item.objects.filter(pk=item.pk).update(title="loud guitars"))
        assert embed_next_batch(space.pk).embedded == 1
        assert space.embeddings.get().content_hash == before
        former = space.embeddings.get().vector
        embed_all(space)
        item.refresh_from_db()
        stored = space.embeddings.get()
        assert (stored.content_hash, stored.vector != former) == (item.content_hash, True)

    def test_text_that_changed_since_it_was_queued_is_stored_with_its_own_hash(
        self, make_item: MakeItem, space: EmbeddingSpace
    ) -> None:
        """Else a text that goes back to what it was would keep the vector of the one between."""
        (item,) = queue_items(make_item, space, 1)
        Item.objects.filter(pk=item.pk).update(title="loud guitars")
        item.refresh_from_db()
        assert embed_next_batch(space.pk).embedded == 1
        assert space.embeddings.get().content_hash == item.content_hash
        assert queue_stale_items(space) == 0

    def test_item_that_is_deleted_while_it_is_embedded_leaves_nothing(
        self, make_item: MakeItem, space: EmbeddingSpace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        gone, kept = queue_items(make_item, space, 2)
        gone_id = gone.pk
        self.encode_and(monkeypatch, gone.delete)
        assert embed_next_batch(space.pk).embedded == 1
        assert [each.item_id for each in space.embeddings.all()] == [kept.pk]
        assert not EmbeddingJob.objects.filter(item_id__in=[gone_id, kept.pk]).exists()

    def test_space_that_is_deleted_while_it_is_embedded_leaves_nothing(
        self, make_item: MakeItem, space: EmbeddingSpace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        queue_items(make_item, space, 2)
        self.encode_and(monkeypatch, EmbeddingSpace.objects.filter(pk=space.pk).delete)
        assert embed_next_batch(space.pk).embedded == 0
        assert EmbeddingJob.objects.count() == 0


class TestFailingModel:
    @pytest.fixture
    def broken_space(self, space: EmbeddingSpace) -> EmbeddingSpace:
        """Its model is one that hashing does not have."""
        space.model = "no such model"
        space.save()
        return space

    def test_failing_model_counts_for_all_items_that_wait_and_not_for_those_of_others(
        self, make_item: MakeItem, broken_space: EmbeddingSpace, settings: Settings
    ) -> None:
        settings.GENRE_EMBED_BATCH_SIZE = 2
        settings.GENRE_EMBED_RETRY_SECONDS = 0
        queue_items(make_item, broken_space, 6)
        lease, _ = claim(broken_space, 1)
        for failed in (0, 0, 5):
            outcome = embed_next_batch(broken_space.pk)
            assert outcome.failed == failed
        jobs = EmbeddingJob.objects.filter(failed_at__isnull=False)
        assert {(job.attempts, job.error) for job in jobs} == {
            (3, "hashing has the model 'words-and-ngrams', not 'no such model'")
        }
        held = EmbeddingJob.objects.get(lease=lease)
        assert (held.attempts, held.failed_at) == (1, None)

    def test_next_attempt_waits_and_longer_each_time(self, make_item: MakeItem, space: EmbeddingSpace) -> None:
        queue_items(make_item, space, 1)
        for seconds in (10, 60):
            lease, _ = claim(space)
            release_all_failed(space.pk, lease, "No.", retry_seconds=10)
            wait = expiry() - timezone.now()
            assert seconds - 2 < wait.total_seconds() <= seconds
            assert claim_jobs(space.pk, batch_size=1, lease_seconds=30) is None
            let_leases_end(space)
        lease, _ = claim(space)
        assert release_all_failed(space.pk, lease, "No.", retry_seconds=10) == 1
