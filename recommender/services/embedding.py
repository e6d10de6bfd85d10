"""One batch of embedding: claimed, encoded, checked, stored."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.conf import settings
from django.db import connection, transaction
from numpy.typing import NDArray
from pgvector import HalfVector

from catalog.models import Item
from recommender.embeddings.batching import encode_items
from recommender.embeddings.encoder import Encoder
from recommender.embeddings.exceptions import EmbeddingError
from recommender.embeddings.item_text import ItemText, render_item_text
from recommender.embeddings.registry import shared_encoder
from recommender.embeddings.vectors import normalize_rows
from recommender.models import EmbeddingJob, EmbeddingSpace
from recommender.services.embedding_queue import Claim, claim_jobs, release_failed, renew_lease
from recommender.services.spaces import finish_if_filled

logger = logging.getLogger(__name__)

# The lease is renewed each time such a part of a batch is stored, so that a slow model does not lose its claim.
PART_SIZE = 64

STORE = """
WITH mine AS (
    DELETE FROM recommender_embeddingjob WHERE lease = %s AND id = ANY(%s)
    RETURNING catalog_id, space_id, item_id, content_hash, recipe_hash
)
INSERT INTO recommender_itemembedding (catalog_id, space_id, item_id, vector, content_hash, recipe_hash)
SELECT mine.catalog_id, mine.space_id, mine.item_id, made.vector::halfvec, mine.content_hash, mine.recipe_hash
FROM mine JOIN unnest(%s::bigint[], %s::text[]) AS made(item_id, vector) ON made.item_id = mine.item_id
ON CONFLICT (space_id, item_id) DO UPDATE SET
    vector = EXCLUDED.vector, content_hash = EXCLUDED.content_hash, recipe_hash = EXCLUDED.recipe_hash,
    embedded_at = now()
"""


@dataclass(frozen=True)
class BatchOutcome:
    """What became of a batch; `claimed` 0 means that there was nothing left to take."""

    claimed: int
    embedded: int
    failed: int


def embed_next_batch(space_id: int) -> BatchOutcome:
    """Claim, encode and store one batch of a space; finish the space when it was the last one.

    A failure of the model is written to the jobs, which are tried again up to three times.
    """
    claim = claim_jobs(
        space_id,
        batch_size=settings.GENRE_EMBED_BATCH_SIZE,
        lease_seconds=settings.GENRE_EMBED_LEASE_SECONDS,
    )
    if claim is None or not claim.jobs:
        finish_if_filled(space_id)
        return BatchOutcome(0, 0, 0)
    space = EmbeddingSpace.objects.get(pk=space_id)
    started = time.monotonic()
    embedded = failed = 0
    # Texts of like length stand together, so that no short one is padded to a long one's length.
    jobs = sorted(claim.jobs, key=lambda job: (len(job.item.title) + len(job.item.description), job.pk))
    for start in range(0, len(jobs), PART_SIZE):
        part = jobs[start : start + PART_SIZE]
        try:
            vectors = _encode(space, [job.item for job in part])
        except EmbeddingError as error:
            logger.warning("embedding of %d items in space %d failed: %s", len(part), space_id, error)
            failed += release_failed(claim.lease, [job.pk for job in part], str(error))
        else:
            embedded += _store(claim, part, vectors)
        renew_lease(claim.lease, lease_seconds=settings.GENRE_EMBED_LEASE_SECONDS)
    logger.info("space %d: %d embedded, %d failed, %.2f s", space_id, embedded, failed, time.monotonic() - started)
    return BatchOutcome(len(jobs), embedded, failed)


def item_text(item: Item) -> ItemText:
    """What a text template may speak of."""
    return ItemText(
        title=item.title,
        description=item.description,
        language=item.language,
        kind=item.kind,
        categories=item.categories,
        tags=item.tags,
        attributes=item.attributes,
        translations=item.translations,
    )


def encoder_of(space: EmbeddingSpace) -> Encoder:
    """The space's encoder, made once a process."""
    return shared_encoder(space.backend, space.model, space.revision, space.dimension)


def _encode(space: EmbeddingSpace, items: Sequence[Item]) -> NDArray[np.float32]:
    texts = [render_item_text(space.text_template, item_text(item)) for item in items]
    return normalize_rows(encode_items(encoder_of(space), space.recipe, texts))


@transaction.atomic
def _store(claim: Claim, jobs: Sequence[EmbeddingJob], vectors: NDArray[np.float32]) -> int:
    """Store the vectors of those jobs that are still held; how many were."""
    with connection.cursor() as cursor:
        cursor.execute(
            STORE,
            [
                claim.lease,
                [job.pk for job in jobs],
                [job.item_id for job in jobs],
                [HalfVector(vector).to_text() for vector in vectors],
            ],
        )
        return int(cursor.rowcount)
