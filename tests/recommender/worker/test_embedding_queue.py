"""Claims on embedding jobs: disjoint, counted, bounded, and worth nothing once they are lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from recommender.models import EmbeddingJob, EmbeddingSpace
from recommender.services.embedding_leases import holding, release_orphaned_leases, renew_lease
from recommender.services.embedding_queue import (
    claim_jobs,
    failed_jobs,
    open_jobs,
    release_failed,
    retry_failed,
)
from tests.conftest import MakeItem
from tests.recommender.worker.claims import claim, expiry, let_leases_end, queue_items
from tests.recommender.worker.processes import wait_until

pytestmark = pytest.mark.django_db


class TestClaims:
    def test_claimed_jobs_are_not_claimed_again(self, make_item: MakeItem, space: EmbeddingSpace) -> None:
        items = [item.pk for item in queue_items(make_item, space, 5)]
        assert claim(space, 3)[1] == items[:3]
        assert claim(space, 3)[1] == items[3:]
        assert claim_jobs(space.pk, batch_size=3, lease_seconds=30) is None

    @pytest.mark.django_db(transaction=True)
    def test_claims_of_many_workers_at_once_are_disjoint(self, make_item: MakeItem, space: EmbeddingSpace) -> None:
        items = queue_items(make_item, space, 60)
        workers = 6
        barrier = Barrier(workers)

        def claim_all() -> list[int]:
            barrier.wait()
            taken: list[int] = []
            try:
                while (found := claim_jobs(space.pk, batch_size=4, lease_seconds=30)) is not None:
                    taken += [job.item_id for job in found.jobs]
            finally:
                connection.close()
            return taken

        with ThreadPoolExecutor(workers) as pool:
            taken = [pool.submit(claim_all) for _ in range(workers)]
        everything = sorted(item_id for future in taken for item_id in future.result())
        assert everything == [item.pk for item in items]

    def test_fresh_jobs_go_before_those_that_were_tried(self, make_item: MakeItem, space: EmbeddingSpace) -> None:
        items = [item.pk for item in queue_items(make_item, space, 4)]
        lease, tried = claim(space, 2)
        release_failed(lease, [job.pk for job in EmbeddingJob.objects.filter(lease=lease)], "No.")
        assert claim(space)[1] == items[2:]
        assert claim(space)[1] == tried == items[:2]

    def test_tried_jobs_are_claimed_in_small_company_and_at_last_alone(
        self, make_item: MakeItem, space: EmbeddingSpace
    ) -> None:
        queue_items(make_item, space, 20)
        EmbeddingJob.objects.update(attempts=1)
        assert len(claim(space, 20)[1]) == 16
        EmbeddingJob.objects.update(attempts=2, lease=None, lease_expires_at=None)
        assert len(claim(space, 20)[1]) == 1

    def test_item_whose_worker_ended_three_times_fails(self, make_item: MakeItem, space: EmbeddingSpace) -> None:
        queue_items(make_item, space, 1)
        for attempts in (1, 2, 3):
            claim(space)
            assert EmbeddingJob.objects.get().attempts == attempts
            let_leases_end(space)
        assert claim_jobs(space.pk, batch_size=1, lease_seconds=30) is None
        failed = EmbeddingJob.objects.get()
        assert failed.error == "The worker ended while it embedded this item, three times."
        assert (failed.lease, failed_jobs(space.pk), open_jobs(space.pk)) == (None, 1, 0)

    def test_failed_jobs_start_anew_when_asked_for(self, make_item: MakeItem, space: EmbeddingSpace) -> None:
        queue_items(make_item, space, 2)
        EmbeddingJob.objects.update(attempts=3, failed_at=timezone.now(), error="No.")
        assert (retry_failed(space.pk), retry_failed(space.pk)) == (2, 0)
        assert len(claim(space)[1]) == 2
        assert list(EmbeddingJob.objects.values_list("attempts", "error", "failed_at")) == [(1, "", None)] * 2


class TestLeases:
    def test_lease_that_ended_frees_its_jobs(self, make_item: MakeItem, space: EmbeddingSpace) -> None:
        queue_items(make_item, space, 2)
        first, items = claim(space)
        let_leases_end(space)
        second, again = claim(space)
        assert (again, second != first) == (items, True)

    def test_renewed_lease_holds_on(self, make_item: MakeItem, space: EmbeddingSpace) -> None:
        queue_items(make_item, space, 2)
        lease, _ = claim(space)
        let_leases_end(space)
        renew_lease(lease, lease_seconds=30)
        assert claim_jobs(space.pk, batch_size=2, lease_seconds=30) is None

    @pytest.mark.django_db(transaction=True)
    def test_lease_of_a_slow_holder_is_kept_alive(self, make_item: MakeItem, space: EmbeddingSpace) -> None:
        queue_items(make_item, space, 1)
        found = claim_jobs(space.pk, batch_size=1, lease_seconds=0.3)
        assert found is not None
        before = expiry()
        with holding(found.lease, lease_seconds=0.3):
            wait_until(lambda: expiry() > before, 5.0)
            assert EmbeddingJob.objects.get().lease == found.lease

    def test_what_was_not_stored_is_given_back_at_the_end(self, make_item: MakeItem, space: EmbeddingSpace) -> None:
        queue_items(make_item, space, 1)
        lease, items = claim(space)
        with pytest.raises(KeyError), holding(lease, lease_seconds=30):
            raise KeyError
        assert claim(space)[1] == items
        assert EmbeddingJob.objects.get().attempts == 2

    @pytest.mark.django_db(transaction=True)
    def test_lease_whose_holder_is_gone_is_an_orphan_and_a_living_one_is_not(
        self, make_item: MakeItem, space: EmbeddingSpace
    ) -> None:
        queue_items(make_item, space, 4)

        def claim_and_die() -> list[int]:
            taken = claim(space, 2)[1]
            connection.close()
            return taken

        with ThreadPoolExecutor(1) as holder:
            orphans = holder.submit(claim_and_die).result()
        lease, _ = claim(space, 2)
        assert release_orphaned_leases(space.pk) == 2
        assert EmbeddingJob.objects.filter(lease=lease).count() == 2
        assert claim(space)[1] == orphans
