"""Everybody's interactions, collapsed to what each pair of a person and an item says: the input of training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.engine.history import LIKED_STRENGTH, KindRule
from recommender.engine.interest import FloatArray

IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Events:
    """Interactions in order of time, oldest first: arrays of one length.

    users, items: row numbers, 0..m-1 and 0..n-1. kinds: positions in the list of rules. values: nan where there is
    none.
    """

    users: IntArray
    items: IntArray
    kinds: IntArray
    values: FloatArray

    def __len__(self) -> int:
        return len(self.users)

    def take(self, chosen: NDArray[np.bool_] | IntArray) -> Events:
        return Events(self.users[chosen], self.items[chosen], self.kinds[chosen], self.values[chosen])


@dataclass(frozen=True)
class Evidence:
    """What pairs say, each pair once: strengths 0..1, 1 being liked and 0 met without being liked.

    last_positions: the position of a pair's newest event, which orders a person's pairs in time.
    """

    users: IntArray
    items: IntArray
    strengths: FloatArray
    last_positions: IntArray

    def graded(self, presence: float) -> FloatArray:
        """x = presence + (1 - presence) * strength, (e,).

        `presence`, 0..1, is the worth of having met an item at all: people meet what is of their world even where
        they do not like it. Validation picks it.
        """
        values: FloatArray = presence + (1.0 - presence) * self.strengths
        return values

    def take(self, chosen: NDArray[np.bool_] | IntArray) -> Evidence:
        return Evidence(self.users[chosen], self.items[chosen], self.strengths[chosen], self.last_positions[chosen])


def collapse_events(events: Events, rules: Sequence[KindRule]) -> Evidence:
    """One strength a pair, by the same reading of kinds as a single person's history gets.

    Args:
        events: oldest first.
        rules: what the kinds say.

    Returns:
        Pairs sorted by user, then item. Of the kinds that state an opinion only a pair's newest event counts, those
        of other kinds add up, to 1 at most. Pairs that speak against the item are left out: what was refused is not
        evidence of what people like.
    """
    positions = np.arange(len(events))
    pairs = events.users * (int(events.items.max(initial=0)) + 1) + events.items
    states = np.array([rule.states for rule in rules], dtype=bool)[events.kinds]
    counted = ~states
    # np.unique gives the first occurrence: of the reversed sequence that is the newest opinion.
    stating = positions[states][::-1]
    _, newest = np.unique(pairs[stating], return_index=True)
    counted[stating[newest]] = True
    approvals = _approvals(events, rules)
    unique, inverse = np.unique(pairs[counted], return_inverse=True)
    totals = np.bincount(inverse, weights=approvals[counted], minlength=len(unique))
    positive = np.array([rule.sign > 0 and rule.weight > 0 for rule in rules], dtype=bool)[events.kinds]
    met = np.bincount(inverse, weights=(positive | (approvals > 0))[counted], minlength=len(unique)) > 0
    last = np.zeros(len(unique), dtype=np.int64)
    np.maximum.at(last, inverse, positions[counted])
    columns = int(events.items.max(initial=0)) + 1
    kept = (totals >= 0) & met
    return Evidence(unique[kept] // columns, unique[kept] % columns, np.minimum(totals[kept], 1.0), last[kept])


def _approvals(events: Events, rules: Sequence[KindRule]) -> FloatArray:
    """`event_approval` of every event at once."""
    approvals = np.zeros(len(events))
    for index, rule in enumerate(rules):
        of_kind = events.kinds == index
        values = events.values[of_kind]
        if rule.value_mode == "centred":
            neutral = np.nan if rule.neutral_value is None else rule.neutral_value
            strengths = np.nan_to_num(rule.sign * (values - neutral) / rule.value_spread)
            said = np.clip(strengths / LIKED_STRENGTH, 0.0, 1.0) if rule.sign > 0 else strengths
        elif rule.value_mode == "multiply":
            said = rule.sign * np.where(np.isnan(values), 1.0, values)
        else:
            said = np.full(len(values), float(rule.sign))
        approvals[of_kind] = rule.weight * said
    return approvals
