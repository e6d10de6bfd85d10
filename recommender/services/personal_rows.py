"""What people did, were shown, and what was computed of them, as they get to read it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from django.utils.translation import get_language

from catalog.models import Item
from recommender.models import EmbeddingSpace, Interaction, InterestCache, LaterFeedback, ProfileVector, Slate
from recommender.services.interest_cache import RECORD
from users.models import Profile
from users.personal_rows import row_in_words
from users.privacy import Row

ROWS_AT_ONCE = 1_000
ITEM_FIELDS = ("external_id", "title", "translations")


def interaction_rows(profile: Profile) -> Iterable[Row]:
    """Oldest first; read as they are written out."""
    rows = Interaction.objects.filter(profile=profile).select_related("item", "kind").order_by("pk")
    yield from _acts(rows.iterator(chunk_size=ROWS_AT_ONCE))


def later_rows(profile: Profile) -> Iterable[Row]:
    yield from _acts(LaterFeedback.objects.filter(profile=profile).select_related("item", "kind").order_by("pk"))


def slate_rows(profile: Profile) -> Iterable[Row]:
    """Oldest first; read as they are written out."""
    spaces = dict(EmbeddingSpace.objects.filter(catalog_id=profile.catalog_id).values_list("pk", "name"))
    rows = Slate.objects.filter(profile=profile).select_related("config").defer("config__settings")
    for slate in rows.order_by("created_at", "pk").iterator(chunk_size=ROWS_AT_ONCE):
        words = {
            "config": None if slate.config is None else f"v{slate.config.version}",
            "space_id": spaces.get(slate.space_id or 0),
        }
        yield row_in_words(slate, leave_out=("catalog", "profile"), words=words)


def interest_rows(profile: Profile) -> Iterable[Row]:
    """Cached interests: of which items they are made, and what came of it."""
    for cached in InterestCache.objects.filter(profile=profile).select_related("model"):
        weighed = np.frombuffer(cached.history, dtype=RECORD)
        items = Item.objects.only(*ITEM_FIELDS).in_bulk(weighed["item_id"].tolist())
        yield {
            "model_version": cached.model.version,
            "weights": [
                {"item": _named(items.get(int(one["item_id"]))), "weight": float(one["weight"])} for one in weighed
            ],
            "vector": np.frombuffer(cached.vector, dtype="<f8").tolist(),
            "own_words": None if cached.statement is None else np.frombuffer(cached.statement, dtype="<f8").tolist(),
        }


def vector_rows(profile: Profile) -> Iterable[Row]:
    for vector in ProfileVector.objects.filter(profile=profile).select_related("model").order_by("model_id"):
        words = {"model": f"v{vector.model.version}"}
        yield row_in_words(vector, leave_out=("catalog", "profile"), words=words)


def _acts(rows: Iterable[Interaction | LaterFeedback]) -> Iterable[Row]:
    for row in rows:
        yield row_in_words(
            row, leave_out=("catalog", "profile"), words={"item": _named(row.item), "kind": row.kind.name}
        )


def _named(item: Item | None) -> dict[str, str] | None:
    return None if item is None else {"id": item.external_id, "title": item.title_in(get_language() or "")}
