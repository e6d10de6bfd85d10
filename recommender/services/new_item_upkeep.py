"""That no item is missing from the version that answers: placed when it is embedded, and looked for periodically.

What is missing is state: an embedding without a vector in the active version. A text that changed is not to be seen
in the vectors, so it is placed in the transaction that stores its embedding. Two things can come between: a version
that was trained, or gone back to, after others had changed; and a failure. Both leave the active version without the
mark CAUGHT_UP of its activation, and the next look compares all that was embedded since the version read its items.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from zipfile import BadZipFile

from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError
from django.db.models import Exists, OuterRef, QuerySet

from catalog.models import Item
from recommender.models import EmbeddingSpace, ItemEmbedding, RankingArtifact, RankingModel, RankingVector
from recommender.services.new_items import place_items
from recommender.services.ranking_models import store_artifacts

logger = logging.getLogger(__name__)

CAUGHT_UP = "caught_up"
# Of several seconds; what is left over is found by the next look.
MOST_ITEMS_A_LOOK = 1_000
# Longer than it takes to store a part's vectors: what was begun before a moment is committed by then.
STORING_SECONDS = 60.0
# A version that cannot be read, or a database that refuses: no reason to lose an embedding, or to stop looking.
UNPLACEABLE = (DatabaseError, ObjectDoesNotExist, ValueError, LookupError, ArithmeticError, BadZipFile)


def place_embedded(space: EmbeddingSpace, item_ids: Sequence[int]) -> int:
    """Place items whose vectors were stored just now, in the same transaction; how many.

    Without a version of the space one query. Where placing fails, the embedding stays and the next look tries again.
    """
    model = active_models().filter(space_id=space.pk).first() if item_ids else None
    if model is None:
        return 0
    try:
        return place_items(model, item_ids)
    except UNPLACEABLE as error:
        logger.warning("version %d: %d items not placed: %s", model.pk, len(item_ids), type(error).__name__)
        RankingArtifact.objects.filter(model=model, name=CAUGHT_UP).delete()
        return 0


def place_waiting(model: RankingModel, *, now: datetime) -> int:
    """Place what an active version lacks, a limited number at a time; how many items."""
    try:
        missing = list(_missing(model)[:MOST_ITEMS_A_LOOK])
        placed = place_items(model, missing)
        if len(missing) < MOST_ITEMS_A_LOOK:
            placed += _catch_up(model, now=now)
    except UNPLACEABLE as error:
        logger.warning("version %d: new items not placed: %s", model.pk, type(error).__name__)
        return 0
    if placed:
        logger.info("version %d: %d items placed that were missing", model.pk, placed)
    return placed


def active_models() -> QuerySet[RankingModel]:
    """The versions that answer, each with its space."""
    return RankingModel.objects.filter(state=RankingModel.State.ACTIVE).select_related("space").order_by("pk")


def _missing(model: RankingModel) -> QuerySet[ItemEmbedding, int] | QuerySet[Item, int]:
    """Ids of items that could be ranked, and are not."""
    if model.space_id is None:
        return Item.objects.filter(~_ranked(model, "pk"), catalog_id=model.catalog_id).values_list("pk", flat=True)
    embeddings = ItemEmbedding.objects.filter(~_ranked(model, "item_id"), space_id=model.space_id)
    return embeddings.order_by("item_id").values_list("item_id", flat=True)


def _catch_up(model: RankingModel, *, now: datetime) -> int:
    """Compare the texts embedded since the version read its items, once an activation."""
    if model.space_id is None or model.activated_at is None:
        return 0
    activation = model.activated_at.isoformat().encode()
    marks = RankingArtifact.objects.filter(model=model, name=CAUGHT_UP).values_list("content", flat=True)
    # What was being stored while the version was switched to went to the one before.
    just_activated = now < model.activated_at + timedelta(seconds=STORING_SECONDS)
    if just_activated or [bytes(mark) for mark in marks] == [activation]:
        return 0
    since = model.learned_from - timedelta(seconds=STORING_SECONDS)
    embedded = ItemEmbedding.objects.filter(_ranked(model, "item_id"), space_id=model.space_id, embedded_at__gte=since)
    placed = place_items(model, list(embedded.values_list("item_id", flat=True)))
    store_artifacts(model, {CAUGHT_UP: activation})
    return placed


def _ranked(model: RankingModel, item: str) -> Exists:
    return Exists(RankingVector.objects.filter(model_id=model.pk, item_id=OuterRef(item)))
