"""Without a broker, or with one that never answers, writes go through at once and the work is done later."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from django.core.management import call_command

from catalog.models import Catalog, Item
from genre_site.celery import app
from recommender.models import EmbeddingSpace
from recommender.services.workers import worker_answers
from tests.conftest import MakeItem
from tests.recommender.worker.brokers import Broker, mute_broker, speaking_to
from tests.recommender.worker.conftest import StartWorker
from tests.recommender.worker.processes import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

# What a page may cost while the broker is away: one timeout, then nothing for a while.
MUTE_SECONDS, PAUSED_SECONDS = 4.0, 0.5
PROMISED_SECONDS = 60.0


def test_items_are_saved_and_imported_without_a_broker(
    absent_broker: Broker, make_item: MakeItem, catalog: Catalog, tmp_path: Path
) -> None:
    started = time.monotonic()
    make_item("quiet-piano")
    file = tmp_path / "items.csv"
    file.write_text("item_id,title\n1,loud guitars\n2,late drums\n")
    call_command("import_items", str(file), "--catalog", "films")
    assert time.monotonic() - started < MUTE_SECONDS
    assert set(Item.objects.values_list("title", flat=True)) == {"quiet piano", "loud guitars", "late drums"}


def test_broker_that_never_answers_costs_one_timeout(make_item: MakeItem, catalog: Catalog) -> None:
    with mute_broker() as url, speaking_to(app, url):
        started = time.monotonic()
        make_item("quiet-piano")
        first = time.monotonic() - started
        for number in range(20):
            make_item(f"item-{number}")
        others = time.monotonic() - started - first
        assert not worker_answers()
    assert first < MUTE_SECONDS
    assert others < PAUSED_SECONDS
    assert Item.objects.count() == 21


@pytest.mark.slow
def test_work_drains_by_itself_after_the_broker_is_back(
    broker: Broker, start_worker: StartWorker, make_item: MakeItem, space: EmbeddingSpace
) -> None:
    worker = start_worker("--beat", "--schedule", str(broker.folder / "schedule"))
    make_item("quiet-piano")
    wait_until(lambda: space.embeddings.count() == 1, 20.0)
    broker.kill()
    for number in range(5):
        make_item(f"item-{number}")
    # Long enough for the worker's own pauses between its tries to grow.
    time.sleep(15.0)
    assert space.embeddings.count() == 1
    broker.start()
    seconds = wait_until(lambda: space.embeddings.count() == 6, PROMISED_SECONDS)
    print(f"drained {seconds:.1f} s after the broker was back")  # noqa: T201 - shown by -s
    assert worker.process.poll() is None
