"""The feedback of a session, which nobody stores, as a history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from catalog.models import Catalog, Item
from recommender.engine.history import HistoryEvent
from recommender.gorse.feedback import GorseFeedback
from recommender.models import InteractionKind
from recommender.selectors.effective import CLOCK_ERROR

LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class SessionHistory:
    """Events, newest first, and all items that the session knows."""

    events: list[HistoryEvent]
    item_ids: set[int]


def session_history(catalog: Catalog, feedback: Sequence[GorseFeedback], *, now: datetime) -> SessionHistory:
    """Of items that the catalog has; feedback of an unknown type, or from the future, says nothing. Two queries."""
    names = {one.item_id for one in feedback}
    ids = dict(Item.objects.filter(catalog=catalog, external_id__in=names).values_list("external_id", "pk"))
    kinds = set(InteractionKind.objects.filter(catalog=catalog).values_list("name", flat=True))
    # Among those of one time, or of none, the later one in the list is the newer one.
    newest_first = sorted(feedback, key=lambda one: one.timestamp or LONG_AGO)[::-1]
    events = [
        HistoryEvent(ids[one.item_id], one.feedback_type, one.value or None, one.timestamp)
        for one in newest_first
        if one.item_id in ids
        and one.feedback_type in kinds
        and (one.timestamp is None or one.timestamp <= now + CLOCK_ERROR)
    ]
    return SessionHistory(events, set(ids.values()))
