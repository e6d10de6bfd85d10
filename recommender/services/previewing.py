"""A person's list by the version that answers now, beside the list by another one; nothing of it is logged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils import timezone
from django.utils.translation import override

from recommender.engine.threads import one_thread
from recommender.models import ScoringConfig
from recommender.selectors.configuration import serving_space
from recommender.selectors.ranking_models import model_of_space
from recommender.selectors.titles import ItemLabel, item_labels
from recommender.services.answering import settings_of
from recommender.services.answers import Basis, Notice
from recommender.services.composing import RankedItem
from recommender.services.reasons import reason_text
from recommender.services.unlogged_lists import ListAsked, UnloggedList, list_without
from users.models import Profile


class Move(StrEnum):
    SAME = "same"
    UP = "up"
    DOWN = "down"
    NEW = "new"
    GONE = "gone"


@dataclass(frozen=True)
class PreviewedItem:
    """A place of a list; `other_rank` is the item's place by the other version, beyond its list's end, too.

    `move` tells how it came from the list that answers now to the one that is tried; `steps` over how many places.
    """

    rank: int
    item_id: str
    title: str
    score: float
    reason: str
    other_rank: int | None
    move: Move

    @property
    def steps(self) -> int:
        return 0 if self.other_rank is None else abs(self.rank - self.other_rank)


@dataclass(frozen=True)
class PreviewedList:
    config: ScoringConfig
    basis: Basis
    notices: Sequence[Notice]
    items: Sequence[PreviewedItem]


@dataclass(frozen=True)
class Preview:
    now: PreviewedList
    tried: PreviewedList

    @property
    def changed(self) -> int:
        """How many places of the tried list hold another item than now, or none did."""
        return sum(item.move is not Move.SAME for item in self.tried.items)


def preview(
    *, profile: Profile, active: ScoringConfig, tried: ScoringConfig, language: str, moment: datetime | None = None
) -> Preview:
    """Both lists at one moment, each as long as its own version says, without what they leave to chance.

    Twice the queries of an answer, less those of its log, however long the lists are.
    """
    moment = moment or timezone.now()
    space = serving_space(profile.catalog_id)
    model = model_of_space(profile.catalog_id, space)
    with override(language), one_thread():
        made = []
        for config in (active, tried):
            notices: list[Notice] = []
            settings = settings_of(config, notices)
            asked = ListAsked(profile, settings, settings.result_list.length, moment, space, model)
            made.append(_Made(config, asked, list_without(asked, ()), notices))
        labels = _labels(made, language)
        now, then = made
        return Preview(
            now=_previewed(now, then, labels, language=language, is_now=True),
            tried=_previewed(then, now, labels, language=language, is_now=False),
        )


@dataclass(frozen=True)
class _Made:
    config: ScoringConfig
    asked: ListAsked
    ranked: UnloggedList
    notices: Sequence[Notice]

    @property
    def shown(self) -> Sequence[RankedItem]:
        return self.ranked.items[: self.asked.length]


def _labels(made: Sequence[_Made], language: str) -> dict[int, ItemLabel]:
    """Of all items that are shown or named by a reason; one query."""
    shown = [item for one in made for item in one.shown]
    reasons = {item.reason.item_id for item in shown}
    return item_labels(
        {*(item.item_id for item in shown), *(item_id for item_id in reasons if item_id is not None)}, language=language
    )


def _previewed(one: _Made, other: _Made, labels: dict[int, ItemLabel], *, language: str, is_now: bool) -> PreviewedList:
    titles = {item_id: label.title for item_id, label in labels.items()}
    other_ranks = {item.item_id: rank for rank, item in enumerate(other.ranked.items, start=1)}
    items = []
    for rank, item in enumerate(one.shown, start=1):
        # An item may be deleted between being ranked and being named.
        if item.item_id not in labels or item.reason.item_id not in {None, *labels}:
            continue
        label, other_rank = labels[item.item_id], other_ranks.get(item.item_id)
        explained = one.asked.settings.result_list.explanations
        items.append(
            PreviewedItem(
                rank=rank,
                item_id=label.external_id,
                title=label.title,
                score=item.score,
                reason=reason_text(item.reason, titles, language=language) if explained else "",
                other_rank=other_rank,
                move=_move(rank, other_rank, other.asked.length, is_now=is_now),
            )
        )
    notices = list(dict.fromkeys([*one.notices, *one.ranked.notices]))
    return PreviewedList(one.config, one.ranked.basis, notices, items)


def _move(rank: int, other_rank: int | None, other_length: int, *, is_now: bool) -> Move:
    if other_rank is None or other_rank > other_length:
        return Move.GONE if is_now else Move.NEW
    if rank == other_rank:
        return Move.SAME
    former, latter = (rank, other_rank) if is_now else (other_rank, rank)
    return Move.UP if latter < former else Move.DOWN
