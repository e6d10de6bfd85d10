"""Queue what is stale in a catalog's embedding space, and wait for the worker where that is wanted."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from catalog.models import Catalog, Item
from recommender.exceptions import NoWorker
from recommender.models import EmbeddingJob, EmbeddingSpace
from recommender.services.embedding_queue import open_jobs, queue_stale_items, retry_failed
from recommender.services.workers import ensure_worker, worker_answers
from recommender.tasks import send_nudge

POLL_SECONDS = 0.25
# Without a stored vector for so long, somebody should know whether a worker is there at all.
SILENCE_SECONDS = 15.0


class Command(BaseCommand):
    help = "Embed the items of a catalog whose text or recipe changed, by the Celery worker."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--catalog", required=True, help="short name of the catalog")
        parser.add_argument("--space", help="name of the embedding space; the serving one where not given")
        parser.add_argument(
            "--wait", action="store_true", help="wait until all is done; starts a worker if none answers"
        )
        parser.add_argument("--retry-failed", action="store_true", help="try items again that failed three times")

    def handle(self, *args: Any, **options: Any) -> None:
        space = self._space(options["catalog"], options["space"])
        started = _database_time()
        if options["retry_failed"]:
            self.stdout.write(f"retried: {retry_failed(space.pk)}")
        queue_stale_items(space)
        waiting = open_jobs(space.pk)
        told = send_nudge()
        if not options["wait"]:
            if waiting and not told:
                self.stderr.write("The broker does not answer: the items wait, and are embedded once it does.")
            self.stdout.write(f"queued: {waiting}")
            return
        if not _is_done(space):
            try:
                ensure_worker(say=self.stderr.write)
            except NoWorker as error:
                raise CommandError(f"{error} {waiting} items wait.") from error
            send_nudge()
            self._watch(space, waiting)
        self._report(space, started)

    def _space(self, slug: str, name: str | None) -> EmbeddingSpace:
        catalog = Catalog.objects.filter(slug=slug).first()
        if catalog is None:
            known = ", ".join(Catalog.objects.values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"There is no catalog {slug!r}; there is: {known}.")
        spaces = EmbeddingSpace.objects.filter(catalog=catalog)
        space = spaces.filter(name=name).first() if name else spaces.filter(serving=True).first()
        if space is None:
            names = ", ".join(spaces.values_list("name", flat=True)) or "none"
            wanted = f"no embedding space {name!r}" if name else "no embedding space that serves"
            raise CommandError(f"The catalog has {wanted}; there is: {names}.")
        return space

    def _watch(self, space: EmbeddingSpace, waiting: int) -> None:
        """Show progress until the space is done, however often workers come and go."""
        columns = (TextColumn("embedding"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        console = Console(stderr=True)
        last_change, last_remaining = time.monotonic(), waiting
        with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
            bar = progress.add_task("embedding", total=waiting)
            while not _is_done(space):
                remaining = open_jobs(space.pk)
                progress.update(bar, completed=max(0, waiting - remaining))
                if remaining != last_remaining:
                    last_change, last_remaining = time.monotonic(), remaining
                elif time.monotonic() - last_change > SILENCE_SECONDS:
                    last_change = time.monotonic()
                    self._explain_silence(space, remaining)
                time.sleep(POLL_SECONDS)

    def _explain_silence(self, space: EmbeddingSpace, remaining: int) -> None:
        if not worker_answers():
            self.stderr.write(f"{remaining} items wait and no worker answers: start one with ./run worker.")
        elif (
            reason := EmbeddingJob.objects.filter(space=space).exclude(error="").values_list("error", flat=True).first()
        ):
            self.stderr.write(f"{remaining} items wait to be tried again: {reason}")

    def _report(self, space: EmbeddingSpace, started: datetime) -> None:
        failures = EmbeddingJob.objects.filter(space=space, failed_at__isnull=False).order_by("pk")
        total, failed = Item.objects.filter(catalog_id=space.catalog_id).count(), failures.count()
        embedded = space.embeddings.filter(embedded_at__gte=started).count()
        self.stdout.write(f"embedded: {embedded}, unchanged: {max(0, total - embedded - failed)}, failed: {failed}")
        if first := failures.first():
            raise CommandError(f"{failed} items failed, the first: {first.error} Try again with --retry-failed.")


def _is_done(space: EmbeddingSpace) -> bool:
    """No job is open, and what was embedded is indexed."""
    space.refresh_from_db(fields=["state"])
    is_usable = space.state == EmbeddingSpace.State.FILLED or not space.embeddings.exists()
    return is_usable and open_jobs(space.pk) == 0


def _database_time() -> datetime:
    """The clock that stored vectors are stamped by."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        now: datetime = cursor.fetchone()[0]
    return now
