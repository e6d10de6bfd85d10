"""What one request wishes of its list, beside whom it is for; and the same as a slate keeps it."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from recommender.engine.history import HistoryEvent
from recommender.engine.settings import ScoringSettings
from recommender.exceptions import InvalidRequest
from recommender.selectors.filter_language import ItemFilter, parse_filter
from recommender.selectors.pools import Boost, Pool
from recommender.services.answers import Notice

MOST_BOOSTS = 10
# As much as all of a configuration's own boosts may add: ten deviations put an item above any other.
LARGEST_BOOST = 10.0
# Ids of left-out items that a slate keeps; beyond that only how many there were.
MOST_KEPT_IDS = 1_000


@dataclass(frozen=True)
class Wishes:
    """Each default wishes nothing.

    Args:
        kinds: items of these kinds alone, as far as the configuration allows them; empty: all that it allows.
        condition: items alone that a filter selects.
        boosts: what is added to the scores of the items that filters select, each in -10..10.
        excluded_ids: items that must not appear, beside those that the configuration keeps away.
        private_ids: the same, but no log keeps them.
        within: these items alone; None: all.
        events: a history, newest first, that replaces the profile's. Its items are as seen as a profile's are.
        after: earlier answers, whose items must not appear.
        notices: what turned up while the wishes were read; the answer carries them.
        explain: whether each result says which items of the history add most to its score.
    """

    kinds: Collection[str] = ()
    condition: ItemFilter | None = None
    boosts: Sequence[Boost] = ()
    excluded_ids: Collection[int] = ()
    private_ids: Collection[int] = ()
    within: Collection[int] | None = None
    events: Sequence[HistoryEvent] | None = None
    after: Sequence[uuid.UUID] = ()
    explain: bool = False
    notices: Sequence[Notice] = ()

    def __post_init__(self) -> None:
        if len(self.boosts) > MOST_BOOSTS:
            raise InvalidRequest(_("A request has at most %(most)d boosts.") % {"most": MOST_BOOSTS})
        for boost in self.boosts:
            if not -LARGEST_BOOST <= boost.by <= LARGEST_BOOST:
                raise InvalidRequest(
                    _("A boost of %(by)g is too large: it lies between -%(largest)g and %(largest)g.")
                    % {"by": boost.by, "largest": LARGEST_BOOST}
                )

    @property
    def pool(self) -> Pool:
        return Pool(self.within, self.condition, self.boosts)

    def as_json(self) -> dict[str, Any]:
        """What was wished, JSON-safe; what was not is absent."""
        kept = {
            "kinds": list(self.kinds),
            "filter": "" if self.condition is None else self.condition.text,
            "boost": [{"filter": boost.condition.text, "by": boost.by} for boost in self.boosts],
            "excluded": sorted(self.excluded_ids) if len(self.excluded_ids) <= MOST_KEPT_IDS else [],
            "excluded_count": len(self.excluded_ids) + len(self.private_ids),
            "history": None if self.events is None else [_event_as_json(event) for event in self.events],
            "after": [str(request_id) for request_id in self.after],
            "explain": self.explain,
        }
        wished = {name: value for name, value in kept.items() if value not in ("", [], 0, False, None)}
        if self.within is not None:
            wished["within"] = sorted(self.within) if len(self.within) <= MOST_KEPT_IDS else len(self.within)
        # A history without anything in it is another wish than none.
        return wished | ({"history": []} if self.events is not None and not self.events else {})


NO_WISHES = Wishes()


def narrowed(settings: ScoringSettings, kinds: Collection[str]) -> ScoringSettings:
    """The settings with these kinds alone, of those that they allow."""
    if not kinds:
        return settings
    allowed = [kind for kind in kinds if not settings.filters.kinds or kind in settings.filters.kinds]
    if not allowed:
        raise InvalidRequest(_("The configuration recommends nothing of these kinds."))
    filters = settings.filters.model_copy(update={"kinds": allowed})
    return settings.model_copy(update={"filters": filters})


def kept_whole(kept: Mapping[str, Any]) -> bool:
    """Whether `wishes_from` gives all that was wished: long lists of ids are not kept."""
    return kept.get("excluded_count", 0) == len(kept.get("excluded", ())) and not isinstance(kept.get("within"), int)


def wishes_from(kept: Mapping[str, Any]) -> Wishes:
    """The wishes again from `Wishes.as_json`."""
    within = kept.get("within")
    return Wishes(
        kinds=kept.get("kinds", ()),
        # Whoever asked was allowed to.
        condition=parse_filter(kept["filter"], keeps_catalog=True) if "filter" in kept else None,
        boosts=[Boost(parse_filter(one["filter"], keeps_catalog=True), one["by"]) for one in kept.get("boost", ())],
        excluded_ids=kept.get("excluded", ()),
        within=within if isinstance(within, list) else None,
        events=[_event_from_json(event) for event in kept["history"]] if "history" in kept else None,
        after=[uuid.UUID(request_id) for request_id in kept.get("after", ())],
        explain=kept.get("explain", False),
    )


def _event_as_json(event: HistoryEvent) -> list[object]:
    moment = None if event.occurred_at is None else event.occurred_at.isoformat()
    return [event.item_id, event.kind, event.value, moment]


def _event_from_json(kept: Sequence[Any]) -> HistoryEvent:
    item_id, kind, value, moment = kept
    return HistoryEvent(item_id, kind, value, None if moment is None else datetime.fromisoformat(moment))
