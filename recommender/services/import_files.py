"""Files that programs bring: kept in the database in pieces until a worker, on whatever machine, has imported them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from catalog.models import Catalog
from recommender.exceptions import InvalidRequest, NotInCatalog
from recommender.models import ApiKey, ImportChunk, ImportJob, InteractionKind
from users.models import User

CHUNK_BYTES = 1_000_000
LONGEST_NAME = 100
# What a file's name may have in a folder of this machine.
UNUSUAL = re.compile(r"[^\w.-]+")


class Source(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class Brought:
    """What is brought, and how it is to be read.

    interaction_kind: that of rows that name none. consent: erased people in the file have agreed to come back.
    """

    kind: ImportJob.Kind
    size_bytes: int
    file_name: str
    interaction_kind: str = ""
    consent: bool = False


@transaction.atomic
def keep_file(
    *, catalog: Catalog, brought: Brought, source: Source, key: ApiKey | None = None, user: User | None = None
) -> ImportJob:
    """Keep a file for a worker to import, as it is read; one query for each megabyte.

    Raises NotInCatalog for an unknown kind of interaction, and InvalidRequest for an empty file and for one that ends
    before its time; then nothing is kept.
    """
    name = brought.interaction_kind
    if name and not InteractionKind.objects.filter(catalog=catalog, name=name).exists():
        raise NotInCatalog(_("The catalog has no interaction kind “%(name)s”.") % {"name": name})
    job = ImportJob.objects.create(
        catalog=catalog,
        kind=brought.kind,
        file_name=brought.file_name,
        size_bytes=brought.size_bytes,
        interaction_kind=name,
        consent=brought.consent,
        language=get_language() or "",
        key=key,
        user=user,
    )
    received = 0
    for number, content in enumerate(_chunks(source)):
        received += len(content)
        ImportChunk.objects.create(job=job, number=number, content=content)
    if received != brought.size_bytes or not received:
        raise InvalidRequest(
            _("The file is empty or was cut off: %(received)d of %(size)d bytes came.")
            % {"received": received, "size": brought.size_bytes}
        )
    return job


def _chunks(source: Source) -> Iterator[bytes]:
    """Pieces of one size but for the last, however little comes at a time."""
    waiting = b""
    while content := source.read(CHUNK_BYTES):
        waiting += content
        if len(waiting) >= CHUNK_BYTES:
            yield waiting[:CHUNK_BYTES]
            waiting = waiting[CHUNK_BYTES:]
    if waiting:
        yield waiting


@contextmanager
def file_of(job: ImportJob) -> Iterator[Path]:
    """The file on this machine's disk, for the block."""
    with TemporaryDirectory(prefix="genre-import-") as folder:
        path = Path(folder) / (UNUSUAL.sub("_", job.file_name)[-LONGEST_NAME:].strip("._") or str(job.kind))
        with path.open("wb") as file:
            pieces = ImportChunk.objects.filter(job=job).order_by("number").values_list("content", flat=True)
            for content in pieces.iterator(chunk_size=8):
                file.write(content)
        yield path


def drop_file(job: ImportJob) -> None:
    ImportChunk.objects.filter(job=job).delete()
