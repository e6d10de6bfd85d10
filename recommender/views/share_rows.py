"""The history items behind a score, as a page shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from recommender.services.explaining import HistoryShare
from recommender.views.bars import places, signed
from recommender.views.history_rows import act_label


@dataclass(frozen=True)
class ActRow:
    """One interaction behind a share, which its owner may remove."""

    interaction_id: int
    act: str
    occurred_at: datetime | None


@dataclass(frozen=True)
class ShareRow:
    """One item of the history, what it adds as words and as a bar, and what was done with it."""

    item_id: str
    title: str
    amount: str
    takes_away: bool
    start: str
    length: str
    acts: Sequence[ActRow]


def share_rows(shares: Sequence[HistoryShare]) -> list[ShareRow]:
    """In the order given, on one scale."""
    return [
        ShareRow(
            share.item_id,
            share.title,
            signed(share.amount),
            share.amount < 0,
            *place,
            [ActRow(act.interaction_id, act_label(act.kind, act.value), act.occurred_at) for act in share.acts],
        )
        for share, place in zip(shares, places([share.amount for share in shares]), strict=True)
    ]
