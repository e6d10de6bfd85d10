"""One batch of embedding: claimed, encoded, checked, stored."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from traceback import format_tb

from django.conf import settings

from recommender.embeddings.batching import encode_items
from recommender.embeddings.encoder import Encoder
from recommender.embeddings.exceptions import EmbeddingError, VectorsRejected
from recommender.embeddings.registry import shared_encoder
from recommender.embeddings.vectors import Vectors, normalize_rows
from recommender.models import EmbeddingJob, EmbeddingSpace
from recommender.selectors.item_texts import rendered_text
from recommender.services.embedding_leases import holding
from recommender.services.embedding_queue import Claim, claim_jobs, release_all_failed, release_failed
from recommender.services.embedding_store import store_vectors
from recommender.services.spaces import finish_if_filled

logger = logging.getLogger(__name__)

# A batch is stored in such parts: a worker that is ended loses the work of one part.
PART_SIZE = 64


class ModelBroke(EmbeddingError):
    """A model raised what no encoder should, presumably for one of the texts."""


@dataclass(frozen=True)
class BatchOutcome:
    """What became of a batch; `claimed` 0 means that there was nothing left to take."""

    claimed: int
    embedded: int
    failed: int


def embed_next_batch(space_id: int) -> BatchOutcome:
    """Claim, encode and store one batch of a space; finish the space when nothing is left to take.

    A failure of the model is written to the jobs, which are tried again up to three times.
    """
    lease_seconds = settings.GENRE_EMBED_LEASE_SECONDS
    claim = claim_jobs(space_id, batch_size=settings.GENRE_EMBED_BATCH_SIZE, lease_seconds=lease_seconds)
    if claim is None:
        finish_if_filled(space_id)
        return BatchOutcome(0, 0, 0)
    with holding(claim.lease, lease_seconds=lease_seconds):
        # A space that was deleted took its jobs along: there is nothing left to hold.
        space = EmbeddingSpace.objects.filter(pk=space_id).first()
        return BatchOutcome(0, 0, 0) if space is None else _embed_claim(space, claim)


def encoder_of(space: EmbeddingSpace) -> Encoder:
    """The space's encoder, made once a process."""
    return shared_encoder(space.backend, space.model, space.revision, space.dimension)


def _embed_claim(space: EmbeddingSpace, claim: Claim) -> BatchOutcome:
    started = time.monotonic()
    embedded = failed = 0
    # The model works on the next part in its thread while one is stored here: else each would wait for the other.
    with ThreadPoolExecutor(1, thread_name_prefix="encoder") as encoder_thread:
        try:
            parts = [
                (part, encoder_thread.submit(_make_vectors, space, texts)) for part, texts in _parts(space, claim.jobs)
            ]
            for part, pending in parts:
                try:
                    vectors = _encode(pending)
                except (VectorsRejected, ModelBroke) as error:
                    logger.warning("space %d: %d items cannot be embedded together: %s", space.pk, len(part), error)
                    failed += release_failed(claim.lease, [job.pk for job in part], str(error))
                else:
                    embedded += store_vectors(space, claim, part, vectors)
        except EmbeddingError as error:
            logger.warning("space %d: the model failed: %s", space.pk, error)
            retry_seconds = settings.GENRE_EMBED_RETRY_SECONDS
            failed += release_all_failed(space.pk, claim.lease, str(error), retry_seconds=retry_seconds)
        finally:
            encoder_thread.shutdown(wait=False, cancel_futures=True)
    logger.info("space %d: %d embedded, %d failed, %.2f s", space.pk, embedded, failed, time.monotonic() - started)
    return BatchOutcome(len(claim.jobs), embedded, failed)


def _parts(space: EmbeddingSpace, jobs: Sequence[EmbeddingJob]) -> Iterator[tuple[list[EmbeddingJob], list[str]]]:
    """Jobs and their texts, those of like length together, so that no short one is padded to a long one's length."""
    texts = [rendered_text(job.item, space.text_template) for job in jobs]
    rows = sorted(zip(jobs, texts, strict=True), key=lambda row: (len(row[1]), row[0].pk))
    for start in range(0, len(rows), PART_SIZE):
        part = rows[start : start + PART_SIZE]
        yield [job for job, _ in part], [text for _, text in part]


def _make_vectors(space: EmbeddingSpace, texts: Sequence[str]) -> Vectors:
    return normalize_rows(encode_items(encoder_of(space), space.recipe, texts))


def _encode(pending: Future[Vectors]) -> Vectors:
    """A part's vectors, once the model's thread has made them."""
    try:
        return pending.result()
    except EmbeddingError:
        raise
    except Exception as error:
        # Where it happened helps whoever mends it; what the error says may repeat the text, which no log carries.
        logger.error("the model raised %s:\n%s", type(error).__name__, "".join(format_tb(error.__traceback__)))
        raise ModelBroke(f"The model raised {type(error).__name__}.") from error
