"""Vectors into the database: by the lease's holder alone, and as numbers, not as text."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
from django.db import connection, transaction
from pgvector import HalfVector
from pgvector.psycopg.halfvec import register_halfvec_info
from psycopg.types import TypeInfo

from recommender.embeddings.vectors import Vectors
from recommender.models import EmbeddingJob, EmbeddingSpace
from recommender.services.embedding_queue import Claim
from recommender.services.new_item_upkeep import place_embedded

# Hashes are those of the text and the recipe that were encoded; the job may have been queued for older ones. A job
# that is no longer held takes nothing, nor does a space whose recipe has changed: its row is locked, so that a change
# which drops the space's vectors either sees these or comes first.
STORE = """
WITH space AS (
    SELECT id, recipe_hash FROM recommender_embeddingspace WHERE id = %(space)s AND recipe_hash = %(recipe)s FOR SHARE
), mine AS (
    DELETE FROM recommender_embeddingjob job
    USING space, unnest(%(jobs)s::bigint[], %(hashes)s::text[], %(vectors)b::halfvec[])
        AS made (job_id, content_hash, vector)
    WHERE job.id = made.job_id AND job.lease = %(lease)s AND job.space_id = space.id
    RETURNING job.catalog_id, job.space_id, job.item_id, made.vector, made.content_hash, space.recipe_hash
)
INSERT INTO recommender_itemembedding (catalog_id, space_id, item_id, vector, content_hash, recipe_hash)
SELECT catalog_id, space_id, item_id, vector, content_hash, recipe_hash FROM mine
ON CONFLICT (space_id, item_id) DO UPDATE SET
    vector = EXCLUDED.vector, content_hash = EXCLUDED.content_hash, recipe_hash = EXCLUDED.recipe_hash,
    embedded_at = now()
RETURNING item_id
"""


def store_vectors(space: EmbeddingSpace, claim: Claim, jobs: Sequence[EmbeddingJob], vectors: Vectors) -> int:
    """Store the vectors of those of the jobs that are still held; how many were.

    Their items take their places in the version that answers in the same transaction.
    """
    with transaction.atomic():
        item_ids = _store(space, claim, jobs, vectors)
        place_embedded(space, item_ids)
    return len(item_ids)


def _store(space: EmbeddingSpace, claim: Claim, jobs: Sequence[EmbeddingJob], vectors: Vectors) -> list[int]:
    # Django's cursor writes parameters into the statement: hundreds of thousands of numbers, to be written and read
    # again. This one sends them beside it, four times as fast.
    with connection.wrap_database_errors, _cursor_knowing_halfvec(connection.connection) as cursor:
        cursor.execute(
            STORE,
            {
                "space": space.pk,
                "recipe": space.recipe_hash,
                "jobs": [job.pk for job in jobs],
                "hashes": [job.item.content_hash for job in jobs],
                "vectors": [HalfVector(vector) for vector in vectors],
                "lease": claim.lease,
            },
        )
        return [row[0] for row in cursor.fetchall()]


def _cursor_knowing_halfvec(raw: psycopg.Connection) -> psycopg.Cursor:
    """A cursor that takes halfvecs as numbers; the connection is asked once what number the type has here.

    The connection itself does not learn it: what it reads elsewhere stays the bytes that are expected there.
    """
    info = raw.adapters.types.get("halfvec")
    if info is None:
        info = TypeInfo.fetch(raw, "halfvec")
        if info is None:
            raise LookupError("The database has no type halfvec: its pgvector extension is missing.")
        info.register(raw)
    cursor = psycopg.Cursor(raw)
    register_halfvec_info(cursor, info)  # type: ignore[arg-type]  # asks for no more than the adapters of either
    return cursor
