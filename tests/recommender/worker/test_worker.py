"""A real worker with a real broker embeds what is stale, and nothing that reaches it ends it."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import psutil
import pytest

from catalog.models import Item
from genre_site.celery import app
from recommender.embeddings.registry import create_encoder
from recommender.models import EmbeddingJob, EmbeddingSpace
from recommender.services.embedding_queue import failed_jobs, queue_stale_items, retry_failed
from recommender.tasks import send_nudge
from tests.conftest import MakeItem
from tests.recommender.worker.brokers import Broker
from tests.recommender.worker.conftest import StartWorker
from tests.recommender.worker.faults import BROKEN, DEADLY, SAID_BY_THE_MODEL, SECONDS_A_TEXT
from tests.recommender.worker.processes import FAULTS, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def is_filled(space: EmbeddingSpace) -> bool:
    return EmbeddingSpace.objects.filter(pk=space.pk, state=EmbeddingSpace.State.FILLED).exists()


def nudge_until_none_is_open(space: EmbeddingSpace) -> None:
    """Looks in quick succession, where a worker in use has one every ten seconds."""
    queue_stale_items(space)

    def none_is_open() -> bool:
        send_nudge()
        return not EmbeddingJob.objects.filter(space=space, failed_at__isnull=True).exists()

    wait_until(none_is_open, 30.0, poll_seconds=0.2)


class TestEmbedding:
    def test_saved_item_is_embedded_without_being_asked_for(
        self, broker: Broker, start_worker: StartWorker, make_item: MakeItem, space: EmbeddingSpace
    ) -> None:
        worker = start_worker()
        item = make_item("quiet-piano", description="Slow pieces.")
        wait_until(lambda: is_filled(space), 20.0)
        vector = create_encoder("hashing").encode("quiet piano\nSlow pieces.", normalize_embeddings=True)
        stored = space.embeddings.get()
        assert (stored.item_id, stored.content_hash) == (item.pk, item.content_hash)
        np.testing.assert_allclose(np.asarray(stored.vector), vector, atol=1e-3)
        assert EmbeddingJob.objects.count() == 0
        assert "quiet" not in worker.log_text()
        assert f"space {space.pk}: 1 embedded, 0 failed" in worker.log_text()

    def test_items_that_were_saved_while_no_broker_was_there_are_embedded_once_it_is(
        self, absent_broker: Broker, start_worker: StartWorker, make_item: MakeItem, space: EmbeddingSpace
    ) -> None:
        for number in range(3):
            make_item(f"item-{number}")
        assert Item.objects.count() == 3
        assert not send_nudge()
        absent_broker.start()
        start_worker()
        wait_until(lambda: is_filled(space), 20.0)
        assert space.embeddings.count() == 3


class TestFailures:
    def test_model_that_cannot_be_loaded_is_tried_three_times_and_says_why(
        self, broker: Broker, start_worker: StartWorker, make_item: MakeItem, space: EmbeddingSpace, tmp_path: Path
    ) -> None:
        missing = str(tmp_path / "no-model")
        EmbeddingSpace.objects.filter(pk=space.pk).update(backend="sentence-transformers", model=missing)
        items = [make_item(f"item-{number}") for number in range(3)]
        worker = start_worker()
        nudge_until_none_is_open(space)
        failed = list(EmbeddingJob.objects.filter(space=space))
        assert [(job.attempts, job.lease) for job in failed] == [(3, None)] * len(items)
        assert all(missing in job.error for job in failed)
        assert worker.log_text().count("the model failed") == 3

        EmbeddingSpace.objects.filter(pk=space.pk).update(backend="hashing", model="words-and-ngrams")
        assert retry_failed(space.pk) == 3
        nudge_until_none_is_open(space)
        assert (space.embeddings.count(), failed_jobs(space.pk)) == (3, 0)

    def test_item_that_ends_its_process_fails_alone(
        self, broker: Broker, start_worker: StartWorker, make_item: MakeItem, space: EmbeddingSpace
    ) -> None:
        for number in range(40):
            make_item(f"item-{number}", description=DEADLY if number == 20 else "")
        # Celery takes some seconds to see that a process is gone; the others need not wait.
        start_worker(*FAULTS, "--concurrency", "3")
        nudge_until_none_is_open(space)
        failed = EmbeddingJob.objects.get(space=space)
        assert (failed.item.external_id, failed.attempts) == ("item-20", 3)
        assert failed.error == "The worker ended while it embedded this item, three times."
        assert space.embeddings.count() == 39
        wait_until(lambda: is_filled(space), 10.0)

    def test_item_that_the_model_cannot_stand_fails_alone_with_the_reason(
        self, broker: Broker, start_worker: StartWorker, make_item: MakeItem, space: EmbeddingSpace
    ) -> None:
        for number in range(20):
            make_item(f"item-{number}", description=BROKEN if number == 5 else "")
        worker = start_worker(*FAULTS)
        nudge_until_none_is_open(space)
        failed = EmbeddingJob.objects.get(space=space)
        assert (failed.item.external_id, failed.attempts) == ("item-5", 3)
        assert failed.error == "The model raised RuntimeError."
        assert space.embeddings.count() == 19
        assert SAID_BY_THE_MODEL not in worker.log_text()


class TestLife:
    def test_processes_of_a_killed_worker_end_with_it(self, broker: Broker, start_worker: StartWorker) -> None:
        worker = start_worker("--beat", "--schedule", str(broker.folder / "schedule"))
        children = worker.children()
        assert len(children) == 2  # the pool's process and the beat
        worker.kill()
        _, alive = psutil.wait_procs(children, timeout=5.0)
        assert alive == []

    def test_work_of_a_killed_worker_is_taken_up_before_its_lease_ends(
        self, broker: Broker, start_worker: StartWorker, make_item: MakeItem, space: EmbeddingSpace
    ) -> None:
        for number in range(10):
            make_item(f"item-{number}")
        worker = start_worker(*FAULTS, GENRE_EMBED_LEASE_SECONDS="3600", **{SECONDS_A_TEXT: "60"})
        wait_until(lambda: EmbeddingJob.objects.filter(lease__isnull=False).count() == 10, 10.0)
        worker.kill()
        start_worker()
        wait_until(lambda: is_filled(space), 20.0)
        assert space.embeddings.count() == 10

    def test_message_in_pickle_is_refused_and_the_worker_lives(
        self, broker: Broker, start_worker: StartWorker, make_item: MakeItem, space: EmbeddingSpace, tmp_path: Path
    ) -> None:
        worker = start_worker()
        touched = tmp_path / "touched"
        with app.connection_for_write() as connection:
            producer = connection.Producer(serializer="pickle")
            producer.publish(
                [[MakesAFile(str(touched))], {}, {}],
                exchange=app.conf.task_default_queue,
                routing_key=app.conf.task_default_queue,
                headers={"task": "recommender.tasks.embed_batch", "id": "1", "lang": "py"},
            )
        wait_until(lambda: "ContentDisallowed" in worker.log_text(), 10.0)
        assert not touched.exists()
        make_item("quiet-piano")
        wait_until(lambda: is_filled(space), 20.0)
        assert worker.process.poll() is None


class MakesAFile:
    """Unpickling it would run a command."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (self.path,)
