"""From interactions to one signed weight for each item: what a history says, before any vector is looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from recommender.engine.settings import InterestSettings

SECONDS_A_DAY = 86_400.0
# A centred value this far up counts as liked: 4 of 5 stars, half way from neutral to the top.
LIKED_STRENGTH = 0.5


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
    """How strongly an item speaks for (positive) or against (negative), and the kind that says most of it.

    `weight` is taste: a poor rating is negative, and what was bought five times counts five times. `evidence` is what
    the collaborative models read: that an item was met at all says something there, so a poor rating is little
    evidence, and only a dislike is negative; there a pair is liked once at most, as it was when they were trained
    (`evidence.collapse_events`), unless a kind weighs more than 1.
    """

    item_id: int
    weight: float
    kind: str
    evidence: float = 0.0


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


def event_approval(rule: KindRule, value: float | None, *, weight: float) -> float:
    """What an interaction says to the collaborative models, in 0..weight for positive kinds.

    Args:
        rule: how the kind is to be read.
        value: the interaction's value, or None.
        weight: the kind's weight, >= 0.

    Returns:
        For a centred kind the full weight from `LIKED_STRENGTH` on, in proportion below it, 0 from neutral down; for
        any other kind its signed strength.
    """
    if rule.value_mode == "centred" and rule.sign > 0:
        strength = event_strength(rule, value, weight=1.0)
        return weight * min(max(strength / LIKED_STRENGTH, 0.0), 1.0)
    return event_strength(rule, value, weight=weight)


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
    events: Sequence[HistoryEvent],
    rules: Mapping[str, KindRule],
    settings: InterestSettings,
    *,
    presence: float = 0.0,
) -> list[ItemWeight]:
    """Collapse a history to one signed weight an item.

    Args:
        events: newest first, at most `settings.history_length` of them are used.
        rules: the catalog's kinds by name; every event's kind is among them.
        settings: weights by kind, half-lives, dislike weight.
        presence: evidence of having met an item at all, 0..1; a trained model knows it.

    Returns:
        Weights in order of each item's newest event. Of the kinds that state an opinion only the newest event
        about an item counts; events of the other kinds add up. Negative totals are multiplied by
        `dislike_weight`; items that say nothing are left out.
    """
    events = events[: settings.history_length]
    opinions: set[int] = set()
    heard: dict[int, _Heard] = {}
    for event, factor in zip(events, recency_factors(events, settings), strict=True):
        rule = rules[event.kind]
        if rule.states:
            if event.item_id in opinions:
                continue
            opinions.add(event.item_id)
        heard.setdefault(event.item_id, _Heard()).add(event, rule, settings.kind_weights.get(event.kind), factor)
    collapsed = (one.collapse(item_id, settings.dislike_weight, presence) for item_id, one in heard.items())
    return [weight for weight in collapsed if weight.weight != 0 or weight.evidence != 0]


@dataclass
class _Heard:
    """What the events about one item add up to."""

    by_kind: dict[str, float] = field(default_factory=dict)
    approval: float = 0.0
    met: float = 0.0
    most: float = 1.0

    def add(self, event: HistoryEvent, rule: KindRule, weight: float | None, factor: float) -> None:
        weight = rule.weight if weight is None else weight
        strength = factor * event_strength(rule, event.value, weight=weight)
        self.by_kind[event.kind] = self.by_kind.get(event.kind, 0.0) + strength
        approval = event_approval(rule, event.value, weight=weight)
        self.approval += factor * approval
        # A kind that weighs nothing is not looked at: it does not say that the item was met either.
        if weight > 0 and (rule.sign > 0 or approval > 0):
            self.met = max(self.met, factor)
            self.most = max(self.most, weight)

    def collapse(self, item_id: int, dislike_weight: float, presence: float) -> ItemWeight:
        total = sum(self.by_kind.values())
        if self.approval < 0:
            evidence = self.approval * dislike_weight
        else:
            evidence = presence * self.met + (1.0 - presence) * min(self.approval, self.met * self.most)
        loudest = max(self.by_kind, key=lambda kind: (abs(self.by_kind[kind]), kind))
        return ItemWeight(item_id, total * dislike_weight if total < 0 else total, loudest, evidence)
