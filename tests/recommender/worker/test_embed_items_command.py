"""embed_items: what it queues, waits for and reports, with and without a broker and a worker."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from catalog.models import Catalog, Item
from recommender.models import EmbeddingJob, EmbeddingSpace
from recommender.services.embedding import embed_next_batch
from recommender.services.workers import WORKER_COMMAND_VARIABLE
from tests.conftest import MakeItem, embed_all
from tests.recommender.worker.brokers import Broker
from tests.recommender.worker.conftest import StartWorker
from tests.recommender.worker.faults import BROKEN
from tests.recommender.worker.processes import FAULTS, wait_until

NO_BROKER = "The broker does not answer: the items wait, and are embedded once it does.\n"


@pytest.mark.django_db
class TestWithoutBroker:
    @pytest.fixture(autouse=True)
    def _absent(self, absent_broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv(WORKER_COMMAND_VARIABLE, raising=False)

    def test_items_wait_and_the_person_is_told(
        self, make_item: MakeItem, space: EmbeddingSpace, capsys: pytest.CaptureFixture[str]
    ) -> None:
        make_item("quiet-piano")
        call_command("embed_items", catalog="films")
        assert capsys.readouterr() == ("queued: 1\n", NO_BROKER)
        assert EmbeddingJob.objects.count() == 1

    def test_nothing_to_do_needs_no_worker(
        self, make_item: MakeItem, space: EmbeddingSpace, capsys: pytest.CaptureFixture[str]
    ) -> None:
        make_item("quiet-piano")
        embed_all(space)
        # Everything of a test happens in one transaction, at one time of the database's.
        space.embeddings.update(embedded_at="2026-01-01T00:00:00Z")
        call_command("embed_items", catalog="films", wait=True)
        assert capsys.readouterr() == ("embedded: 0, unchanged: 1, failed: 0\n", "")

    def test_catalog_without_items_needs_no_worker(self, catalog: Catalog, capsys: pytest.CaptureFixture[str]) -> None:
        call_command("embed_items", catalog="films", wait=True)
        assert capsys.readouterr() == ("embedded: 0, unchanged: 0, failed: 0\n", "")

    def test_waiting_without_a_way_to_get_a_worker_says_so(self, make_item: MakeItem) -> None:
        make_item("quiet-piano")
        with pytest.raises(CommandError, match=r"No worker answers: start one with ./run worker .* 1 items wait."):
            call_command("embed_items", catalog="films", wait=True)

    @pytest.mark.parametrize("command", ["no json", json.dumps(["/no/such/program"])])
    def test_command_for_a_worker_that_is_none_is_named(
        self, make_item: MakeItem, monkeypatch: pytest.MonkeyPatch, command: str
    ) -> None:
        monkeypatch.setenv(WORKER_COMMAND_VARIABLE, command)
        make_item("quiet-piano")
        with pytest.raises(CommandError, match="GENRE_WORKER_COMMAND is no command that runs"):
            call_command("embed_items", catalog="films", wait=True)

    def test_unknown_catalog_and_space_are_named_with_those_that_exist(self, catalog: Catalog) -> None:
        with pytest.raises(CommandError, match=r"There is no catalog 'film'; there is: films."):
            call_command("embed_items", catalog="film")
        with pytest.raises(CommandError, match=r"The catalog has no embedding space 'other'; there is: hashing."):
            call_command("embed_items", catalog="films", space="other")
        catalog.embedding_spaces.update(serving=False)
        with pytest.raises(CommandError, match=r"The catalog has no embedding space that serves; there is: hashing."):
            call_command("embed_items", catalog="films")

    def test_space_that_does_not_serve_is_filled_when_asked_for(
        self, make_item: MakeItem, catalog: Catalog, capsys: pytest.CaptureFixture[str]
    ) -> None:
        make_item("quiet-piano")
        other = EmbeddingSpace.objects.create(catalog=catalog, name="wide", backend="hashing", dimension=512)
        call_command("embed_items", catalog="films", space="wide")
        other.refresh_from_db()
        assert (other.state, other.jobs.count()) == (EmbeddingSpace.State.FILLING, 1)

    def test_failures_are_reported_with_the_reason_and_tried_again_when_asked_for(
        self, make_item: MakeItem, space: EmbeddingSpace, capsys: pytest.CaptureFixture[str]
    ) -> None:
        make_item("quiet-piano")
        space.model = "none"
        space.save()
        call_command("embed_items", catalog="films")
        EmbeddingJob.objects.update(attempts=2)
        assert embed_next_batch(space.pk).failed == 1
        reason = "hashing has the model 'words-and-ngrams', not 'none'"
        with pytest.raises(CommandError, match=f"1 items failed, the first: {reason} Try again with --retry-failed."):
            call_command("embed_items", catalog="films", wait=True)
        assert capsys.readouterr().out == "queued: 1\nembedded: 0, unchanged: 0, failed: 1\n"
        call_command("embed_items", catalog="films", retry_failed=True)
        assert capsys.readouterr().out == "retried: 1\nqueued: 1\n"


@pytest.mark.django_db(transaction=True)
class TestWithBroker:
    def test_numbers_tell_new_from_unchanged_and_failed(
        self,
        broker: Broker,
        start_worker: StartWorker,
        make_item: MakeItem,
        space: EmbeddingSpace,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        items = [make_item(f"item-{number}") for number in range(4)]
        embed_all(space)
        start_worker(*FAULTS)
        Item.objects.filter(pk=items[0].pk).update(title="quiet piano")
        Item.objects.filter(pk=items[1].pk).update(description=BROKEN)
        with pytest.raises(CommandError, match=r"1 items failed, the first: The model raised RuntimeError."):
            call_command("embed_items", catalog="films", wait=True)
        assert capsys.readouterr().out == "embedded: 1, unchanged: 2, failed: 1\n"

    def test_waiting_starts_a_worker_by_the_installations_command(
        self,
        broker: Broker,
        start_worker: StartWorker,
        make_item: MakeItem,
        space: EmbeddingSpace,
        capfd: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
    ) -> None:
        """The command asks the test for one: what it started itself would outlive the test."""
        wanted, there = tmp_path / "wanted", tmp_path / "there"

        def start_when_wanted() -> None:
            wait_until(wanted.exists, 20.0)
            start_worker()
            there.touch()

        script = (
            "import pathlib, sys, time\n"
            f"pathlib.Path({str(wanted)!r}).touch(); print('starting', flush=True)\n"
            f"while not pathlib.Path({str(there)!r}).exists(): time.sleep(0.02)\n"
        )
        monkeypatch.setenv(WORKER_COMMAND_VARIABLE, json.dumps([sys.executable, "-c", script]))
        make_item("quiet-piano")
        with ThreadPoolExecutor(1) as pool:
            started = pool.submit(start_when_wanted)
            call_command("embed_items", catalog="films", wait=True)
            started.result()
        out, err = capfd.readouterr()
        assert out == "embedded: 1, unchanged: 0, failed: 0\n"
        assert "No worker answers: starting one, which stays until ./run stop.\nstarting\n" in err
