"""What a person did, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import pgettext

from recommender.models import Interaction


@dataclass(frozen=True)
class HistoryRow:
    """One interaction as a page shows it; `item_id` is empty where the item cannot be looked at."""

    interaction_id: int
    item_id: str
    title: str
    act: str
    occurred_at: datetime | None


def history_row(interaction: Interaction, *, language: str) -> HistoryRow:
    """From an interaction with its item and kind; no query."""
    return HistoryRow(
        interaction_id=interaction.pk,
        item_id="" if interaction.item.hidden else interaction.item.external_id,
        title=interaction.item.title_in(language),
        act=act_label(interaction.kind.name, interaction.value),
        occurred_at=interaction.occurred_at,
    )


def act_label(kind: str, value: float | None = None) -> str:
    """What was done; kinds that an operator added are called as they are."""
    if kind == "rating" and value is not None:
        return pgettext("what was done", "rated %(value)s") % {"value": f"{value:g}"}
    return {
        "like": pgettext("what was done", "liked"),
        "dislike": pgettext("what was done", "not for me"),
        "hide": pgettext("what was done", "not interested"),
        "save": pgettext("what was done", "saved"),
        "view": pgettext("what was done", "viewed"),
        "click": pgettext("what was done", "opened"),
        "rating": pgettext("what was done", "rated"),
        "purchase": pgettext("what was done", "bought"),
        "follow": pgettext("what was done", "followed"),
    }.get(kind, kind)
