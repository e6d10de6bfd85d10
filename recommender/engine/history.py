"""From interactions to one signed weight for each item: what a history says, before any vector is looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from recommender.engine.settings import InterestSettings

SECONDS_A_DAY = 86_400.0


@dataclass(frozen=True)
class KindRule:
    """What an interaction of a kind says: weight >= 0, sign +1 or -1, use of the value, opinion or event."""

    name: str
    weight: float
    sign: int
    value_mode: Literal["ignore", "multiply", "centred"]
    neutral_value: float | None
    value_spread: float
    states: bool


@dataclass(frozen=True)
class HistoryEvent:
    """One interaction: the item, its kind's name, its value and its time where they are known."""

    item_id: int
    kind: str
    value: float | None
    occurred_at: datetime | None


@dataclass(frozen=True)
class ItemWeight:
    """How strongly an item speaks for (positive) or against (negative), and the kind that says most of it."""

    item_id: int
    weight: float
    kind: str


def event_strength(rule: KindRule, value: float | None, *, weight: float) -> float:
    """The signed strength of one interaction.

    Args:
        rule: how the kind is to be read.
        value: the interaction's value (a rating, a quantity), or None.
        weight: the kind's weight, >= 0, after the configuration had its say.

    Returns:
        sign * weight, times the value (multiply) or (value - neutral) / spread (centred). A centred kind
        without a value says nothing: 0.
    """
    strength = rule.sign * weight
    if rule.value_mode == "multiply":
        return strength * (1.0 if value is None else value)
    if rule.value_mode == "centred":
        if value is None or rule.neutral_value is None:
            return 0.0
        return strength * (value - rule.neutral_value) / rule.value_spread
    return strength


def recency_factors(events: Sequence[HistoryEvent], settings: InterestSettings) -> list[float]:
    """How much each event still counts, in (0, 1]; the newest counts 1.

    Args:
        events: newest first.
        settings: `half_life_days` by the clock, `half_life_interactions` by rank; either may be None.

    Returns:
        One factor an event. Ages are taken from the newest event, not from now: interest vectors are
        normalised, so a common factor has no effect, and old histories do not underflow. An event without a
        time counts as old as the oldest one that has a time.
    """
    factors = [1.0] * len(events)
    if settings.half_life_days is not None:
        times = [event.occurred_at for event in events if event.occurred_at is not None]
        if times:
            newest, oldest = max(times), min(times)
            for index, event in enumerate(events):
                age = newest - (event.occurred_at or oldest)
                factors[index] *= 0.5 ** (age.total_seconds() / SECONDS_A_DAY / settings.half_life_days)
    if settings.half_life_interactions is not None:
        for index in range(len(events)):
            factors[index] *= 0.5 ** (index / settings.half_life_interactions)
    return factors


def item_weights(
    events: Sequence[HistoryEvent], rules: Mapping[str, KindRule], settings: InterestSettings
) -> list[ItemWeight]:
    """Collapse a history to one signed weight an item.

    Args:
        events: newest first, at most `settings.history_length` of them are used.
        rules: the catalog's kinds by name; every event's kind is among them.
        settings: weights by kind, half-lives, dislike weight.

    Returns:
        Weights in order of each item's newest event. Of the kinds that state an opinion only the newest event
        about an item counts; events of the other kinds add up. Negative totals are multiplied by
        `dislike_weight`; items whose total is 0 are left out.
    """
    events = events[: settings.history_length]
    opinions: set[int] = set()
    totals: dict[int, dict[str, float]] = {}
    for event, factor in zip(events, recency_factors(events, settings), strict=True):
        rule = rules[event.kind]
        if rule.states:
            if event.item_id in opinions:
                continue
            opinions.add(event.item_id)
        weight = settings.kind_weights.get(event.kind, rule.weight)
        by_kind = totals.setdefault(event.item_id, {})
        by_kind[event.kind] = by_kind.get(event.kind, 0.0) + factor * event_strength(rule, event.value, weight=weight)
    collapsed = []
    for item_id, by_kind in totals.items():
        total = sum(by_kind.values())
        if total < 0:
            total *= settings.dislike_weight
        if total != 0:
            loudest = max(by_kind, key=lambda kind: (abs(by_kind[kind]), kind))
            collapsed.append(ItemWeight(item_id, total, loudest))
    return collapsed
