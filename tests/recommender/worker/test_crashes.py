"""Workers and the database are killed while items are embedded: each item is stored once, within the promised time."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from catalog.models import Item
from genre_site.cli.backstage import Backstage
from genre_site.cli.children import run_child
from genre_site.cli.migrations import ensure_migrated
from genre_site.cli.program_environment import MANAGE
from genre_site.cli.temporary_instance import temporary_instance
from genre_site.embedded.postgres import PostgresServer
from recommender.models import EmbeddingJob, EmbeddingSpace
from recommender.services.embedding_queue import failed_jobs
from tests.recommender.worker.brokers import Broker
from tests.recommender.worker.conftest import StartWorker
from tests.recommender.worker.faults import SECONDS_A_TEXT
from tests.recommender.worker.processes import FAULTS, running_worker, wait_until

pytestmark = pytest.mark.slow

ITEMS, KILLS = 2000, 3
PROMISED_SECONDS = 60.0
# What is left to do after the last kill, with the slowed encoder, on a busy machine.
REST_SECONDS = 120.0
SLOW = {SECONDS_A_TEXT: "0.005"}

# Each vector that is written, first or again.
RECORD_STORES = """
CREATE TABLE stored_vector (item_id bigint NOT NULL);
CREATE FUNCTION record_stored_vector() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO stored_vector VALUES (NEW.item_id); RETURN NULL; END $$;
CREATE TRIGGER record_stored_vector AFTER INSERT OR UPDATE ON recommender_itemembedding
FOR EACH ROW EXECUTE FUNCTION record_stored_vector();
"""
FORGET_STORES = """
DROP TRIGGER record_stored_vector ON recommender_itemembedding;
DROP FUNCTION record_stored_vector();
DROP TABLE stored_vector;
"""


@pytest.fixture
def recorded_stores(transactional_db: None) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(RECORD_STORES)
    yield
    with connection.cursor() as cursor:
        cursor.execute(FORGET_STORES)


def stores() -> tuple[int, int]:
    """How many vectors were written, and of how many items."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(DISTINCT item_id) FROM stored_vector")
        written, items = cursor.fetchone()
    return written, items


def wait_for_more_stores_than(number: int, timeout_seconds: float) -> None:
    wait_until(lambda: stores()[0] > number, timeout_seconds)


@pytest.mark.django_db(transaction=True)
def test_items_are_stored_once_though_the_worker_is_killed_three_times(
    recorded_stores: None, broker: Broker, start_worker: StartWorker, space: EmbeddingSpace
) -> None:
    Item.objects.bulk_create(
        Item(catalog=space.catalog, external_id=str(number), title=f"item {number}") for number in range(ITEMS)
    )
    recoveries: list[float] = []
    beat = ("--beat", "--schedule", str(broker.folder / "schedule"))
    worker = start_worker(*FAULTS, *beat, **SLOW)
    for kill in range(1, KILLS + 1):
        wait_for_more_stores_than(kill * ITEMS // (KILLS + 2), REST_SECONDS)
        worker.kill()
        written = stores()[0]
        started = time.monotonic()
        worker = start_worker(*FAULTS, *beat, **SLOW)
        wait_for_more_stores_than(written, PROMISED_SECONDS)
        recoveries.append(time.monotonic() - started)
    wait_until(lambda: stores()[1] == ITEMS, REST_SECONDS)
    wait_until(lambda: not EmbeddingJob.objects.exists(), PROMISED_SECONDS)
    print("first vector after a kill -9 and a restart:", ", ".join(f"{each:.1f} s" for each in recoveries))  # noqa: T201 - shown by -s
    assert stores() == (ITEMS, ITEMS)
    assert (space.embeddings.count(), failed_jobs(space.pk)) == (ITEMS, 0)
    assert max(recoveries) <= PROMISED_SECONDS


@contextmanager
def instance_of_its_own() -> Iterator[Backstage]:
    """A database that may be killed; pytest's own folders are closed to the account that runs it."""
    with tempfile.TemporaryDirectory(prefix="genre-") as root:
        Path(root).chmod(0o711 if os.geteuid() == 0 else 0o700)
        with temporary_instance("test", {**os.environ, "GENRE_STATE_DIR": root}) as backstage:
            ensure_migrated(backstage)
            yield backstage


def count(url: str, query: str) -> int:
    """0 while the database does not answer."""
    try:
        with psycopg.connect(url, autocommit=True) as database:
            row = database.execute(query).fetchone()
    except psycopg.OperationalError:
        return 0
    return int(row[0]) if row else 0


def test_embedding_goes_on_by_itself_after_the_database_was_killed(tmp_path: Path) -> None:
    items = 300
    file = tmp_path / "items.csv"
    file.write_text("item_id,title\n" + "".join(f"{number},item {number}\n" for number in range(items)))
    embeddings = "SELECT count(*) FROM recommender_itemembedding"
    with instance_of_its_own() as backstage:
        environment = {**backstage.environment, "GENRE_DEFAULT_ENCODER": "hashing"}
        command = [*MANAGE, "import_items", str(file), "--catalog", "films"]
        assert run_child(command, environment=environment, folder=None) == 0
        url, broker_url = environment["DATABASE_URL"], environment["BROKER_URL"]
        beat = ("--beat", "--schedule", str(tmp_path / "schedule"))
        log = tmp_path / "worker.log"
        slow = {"GENRE_EMBED_BATCH_SIZE": "32", SECONDS_A_TEXT: "0.02"}
        with running_worker(broker_url, log, arguments=(*FAULTS, *beat), database_url=url, **slow) as worker:
            wait_until(lambda: count(url, embeddings) > items // 4, PROMISED_SECONDS)
            postgres = PostgresServer(backstage.instance)
            identity = postgres.find()
            assert identity is not None
            identity.send(signal.SIGKILL)
            identity.wait_gone(10.0)
            time.sleep(2.0)
            postgres.ensure_running()
            before = count(url, embeddings)
            assert items // 4 < before < items
            seconds = wait_until(lambda: count(url, embeddings) > before, PROMISED_SECONDS)
            print(f"first vector {seconds:.1f} s after the database was back")  # noqa: T201 - shown by -s
            wait_until(lambda: count(url, embeddings) == items, PROMISED_SECONDS)
            assert worker.process.poll() is None
        assert count(url, "SELECT count(*) FROM recommender_embeddingjob WHERE failed_at IS NOT NULL") == 0
