"""Wishes as a program writes them, by names of its own; read into ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import Catalog, Item
from recommender.engine.history import HistoryEvent
from recommender.exceptions import InvalidRequest
from recommender.models import InteractionKind
from recommender.selectors.filter_language import ItemFilter
from recommender.selectors.pools import Boost
from recommender.services.answers import Notice
from recommender.services.wishes import MOST_KEPT_IDS, Wishes

# As many newest acts as an interest is made of at most, by the largest setting that is usual.
LONGEST_HISTORY = 1_000
MOST_EXCLUDED = MOST_KEPT_IDS


@dataclass(frozen=True)
class Act:
    """One thing that somebody did: an item, a kind of interaction, perhaps a value and a time."""

    item: str
    kind: str
    value: float | None = None
    occurred_at: datetime | None = None


@dataclass(frozen=True)
class OutsideWishes:
    """As `Wishes`, but with external ids: what a request of the API wishes.

    history: newest first where times are missing; None: the profile's own.
    """

    kinds: Sequence[str] = ()
    condition: ItemFilter | None = None
    boosts: Sequence[Boost] = ()
    excluded: Sequence[str] = ()
    history: Sequence[Act] | None = None
    explain: bool = False

    def read(self, catalog: Catalog, notices: list[Notice]) -> Wishes:
        """By ids. Items that the catalog does not have are passed over; of a history's, a further notice tells.

        One query where items are named, and one for the kinds of a history. Raises InvalidRequest for a kind of
        interaction that the catalog does not have.
        """
        events = None if self.history is None else _events(catalog, self.history, notices)
        excluded = _ids(catalog, self.excluded)
        return Wishes(
            kinds=self.kinds,
            condition=self.condition,
            boosts=self.boosts,
            excluded_ids=set(excluded.values()),
            events=events,
            explain=self.explain,
            notices=notices,
        )


def _events(catalog: Catalog, history: Sequence[Act], notices: list[Notice]) -> list[HistoryEvent]:
    if not history:
        return []
    _check_kinds(catalog, history)
    ids = _ids(catalog, [act.item for act in history])
    unknown = len({act.item for act in history} - ids.keys())
    if unknown:
        notices.append(
            Notice(
                "unknown_items",
                ngettext(
                    "%(count)d item of the history is not known here, and was passed over.",
                    "%(count)d items of the history are not known here, and were passed over.",
                    unknown,
                )
                % {"count": unknown},
            )
        )
    events = [HistoryEvent(ids[act.item], act.kind, act.value, act.occurred_at) for act in history if act.item in ids]
    timed = [event for event in events if event.occurred_at is not None]
    timeless = [event for event in events if event.occurred_at is None]
    return [*sorted(timed, key=_moment, reverse=True), *timeless]


def _moment(event: HistoryEvent) -> float:
    return 0.0 if event.occurred_at is None else event.occurred_at.timestamp()


def _ids(catalog: Catalog, external_ids: Sequence[str]) -> Mapping[str, int]:
    if not external_ids:
        return {}
    items = Item.objects.filter(catalog=catalog, external_id__in=set(external_ids))
    return dict(items.values_list("external_id", "pk"))


def _check_kinds(catalog: Catalog, history: Sequence[Act]) -> None:
    known = list(InteractionKind.objects.filter(catalog=catalog).order_by("name").values_list("name", flat=True))
    for place, act in enumerate(history):
        if act.kind not in known:
            raise InvalidRequest(
                _("history.%(place)d: there is no kind of interaction “%(name)s” here; there are: %(names)s.")
                % {"place": place, "name": act.kind, "names": ", ".join(known)}
            )
