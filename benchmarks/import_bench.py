"""How an import compares with a bare COPY of the same rows into the same tables, indexes and constraints included.

    python -m benchmarks.import_bench [FOLDER] [--kind KIND] [--rounds N]

Each round does both, the order changing from round to round, in a catalog of its own that is removed at the end.
Without FOLDER a made-up data set of the size of MovieLens ml-latest-small is imported.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "genre_site.settings")
django.setup()

# Models can be imported only once Django is set up.
from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from benchmarks.synthetic_dataset import write_dataset  # noqa: E402
from catalog.importing.outcome import ImportOutcome  # noqa: E402
from catalog.importing.progress import Progress  # noqa: E402
from catalog.importing.row_error import RowError  # noqa: E402
from catalog.importing.row_file import ReadOptions  # noqa: E402
from catalog.models import Catalog, Item  # noqa: E402
from recommender.models import EmbeddingSpace, Interaction  # noqa: E402
from recommender.services.catalogs import open_catalog  # noqa: E402
from recommender.services.importing import import_dataset  # noqa: E402
from users.models import Profile  # noqa: E402

SEED = 20
TARGET_RATIO = 3.0
# In the order of their foreign keys.
MODELS = (Item, Profile, Interaction)


def main() -> None:
    parser = argparse.ArgumentParser(description="Time an import against a bare COPY of the same rows.")
    parser.add_argument("folder", nargs="?", type=Path, help="a data set as import_dataset takes it")
    parser.add_argument("--kind", help="the kind of interactions that name none")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, throw_away_catalog() as catalog:
        folder = arguments.folder
        if folder is None:
            folder = Path(scratch)
            write_dataset(folder, random.Random(SEED))
        compare(catalog, folder, arguments.kind, arguments.rounds)


def compare(catalog: Catalog, folder: Path, kind: str | None, rounds: int) -> None:
    def import_folder() -> list[ImportOutcome]:
        return import_dataset(
            catalog=catalog,
            folder=folder,
            options=ReadOptions(),
            kind=kind,
            now=timezone.now(),
            refuse_for=lambda _path: ignore,
            progress=Progress(),
        )

    memory_before = peak_memory()
    for outcome in import_folder():
        print(outcome.lines()[0])
    memory_after = peak_memory()
    again_seconds = seconds_of(import_folder)
    prepared = prepared_rows(catalog)
    copy_seconds: list[float] = []
    import_seconds: list[float] = []
    for round_number in range(rounds):
        steps = [(copy_seconds, lambda: bare_copy(prepared)), (import_seconds, import_folder)]
        for results, step in steps if round_number % 2 == 0 else reversed(steps):
            empty(catalog)
            results.append(seconds_of(step))
    ratio = statistics.median(done / bare for done, bare in zip(import_seconds, copy_seconds, strict=True))
    print(f"bare COPY: {statistics.median(copy_seconds):.2f} s (median of {rounds})")
    print(f"import: {statistics.median(import_seconds):.2f} s (median of {rounds})")
    print(f"import again, nothing changed: {again_seconds:.2f} s")
    print(f"ratio: {ratio:.2f} (target: at most {TARGET_RATIO:.1f})")
    print(f"peak memory: {memory_after:.0f} MiB, {memory_before:.0f} MiB of it before the first import")


@contextmanager
def throw_away_catalog() -> Iterator[Catalog]:
    """A catalog without an embedding space: a worker that happens to run finds nothing to do in it."""
    catalog = open_catalog(slug=f"bench-{uuid.uuid4().hex[:12]}")
    EmbeddingSpace.objects.filter(catalog=catalog).delete()
    try:
        yield catalog
    finally:
        empty(catalog)
        catalog.delete()


def prepared_rows(catalog: Catalog) -> list[tuple[str, bytes]]:
    """For each table the COPY statement and its input, with the primary keys that the import gave."""
    prepared = []
    with connection.cursor() as cursor:
        for model in MODELS:
            columns = ", ".join(field.attname for field in model._meta.concrete_fields if not field.generated)
            table = model._meta.db_table
            rows = f"SELECT {columns} FROM {table} WHERE catalog_id = {catalog.pk} ORDER BY id"  # noqa: S608 - from the models
            with cursor.copy(f"COPY ({rows}) TO STDOUT") as copy:
                prepared.append((f"COPY {table} ({columns}) FROM STDIN", b"".join(copy)))
    return prepared


@transaction.atomic
def bare_copy(prepared: list[tuple[str, bytes]]) -> None:
    with connection.cursor() as cursor:
        for statement, rows in prepared:
            with cursor.copy(statement) as copy:
                copy.write(rows)


def empty(catalog: Catalog) -> None:
    """Remove the catalog's rows and what they leave behind in tables and indexes, so that each step starts alike."""
    with connection.cursor() as cursor:
        for model in reversed(MODELS):
            cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE catalog_id = %s", [catalog.pk])  # noqa: S608 - from the models
        for model in MODELS:
            cursor.execute(f"VACUUM {model._meta.db_table}")
        cursor.execute("CHECKPOINT")


def peak_memory() -> float:
    """The most that this process has used so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def seconds_of(step: Callable[[], object]) -> float:
    started = time.perf_counter()
    step()
    return time.perf_counter() - started


def ignore(_: RowError) -> None:
    """The counts tell how many rows were refused."""


if __name__ == "__main__":
    main()
