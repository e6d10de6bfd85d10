"""At most so many items of a kind in one list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.engine.diversity import Positions


@dataclass(frozen=True)
class Quota:
    """A limit on items that share a group: a category, a creator, any value of an attribute.

    Args:
        groups: for each of the n candidates, the groups it is in; an item in several counts in each, an item in
            none is never limited.
        at_most: how many items of one group a list may hold, >= 1.
    """

    groups: Sequence[Sequence[str]]
    at_most: int

    def __post_init__(self) -> None:
        if self.at_most < 1:
            raise ValueError(f"at_most must be 1 or more, not {self.at_most}")


@dataclass(frozen=True)
class QuotaList:
    """What fits, and what would fit below it.

    Attributes:
        order: (k,) positions, best first.
        beyond_quota: (k,) true where an item is in the list only to fill it, in spite of a quota.
        reserve: positions below the list, best first, that keep every quota together with the list and each other.
    """

    order: Positions
    beyond_quota: NDArray[np.bool_]
    reserve: Positions


def within_quotas(order: Positions, quotas: Sequence[Quota], *, length: int, fill: bool = False) -> QuotaList:
    """Walk down the order and pass over what would exceed a quota.

    All quotas are kept in one walk: one after the other, an item that the second passes over would still use up the
    first. Without `fill` a list may be shorter than asked for, since a limit that gives way unasked is none. With
    `fill` a list that would be short is completed by the best of what was passed over, at its end and marked.

    Args:
        order: positions of candidates, best first, each once.
        quotas: the limits; none at all cuts the order to its length.
        length: how many items are asked for, >= 0.
        fill: whether a full list matters more than the quotas.

    Returns:
        A list of at most `length` items; its items within the quotas keep their order, and so do those beyond.

    Raises:
        ValueError: length below 0, or a position for which a quota has no groups.
    """
    if length < 0:
        raise ValueError(f"length must be 0 or more, not {length}")
    if order.size and any(order.max() >= len(quota.groups) for quota in quotas):
        raise ValueError("a quota knows the groups of fewer candidates than are in the order")
    counts: list[Counter[str]] = [Counter() for _ in quotas]
    fitting: list[int] = []
    passed_over: list[int] = []
    for position in order.tolist():
        groups = [set(quota.groups[position]) for quota in quotas]
        fits = all(
            count[group] < quota.at_most
            for quota, count, own in zip(quotas, counts, groups, strict=True)
            for group in own
        )
        (fitting if fits else passed_over).append(position)
        if fits:
            for count, own in zip(counts, groups, strict=True):
                count.update(own)
    listed = fitting[:length]
    filling = passed_over[: length - len(listed)] if fill else []
    beyond = np.arange(len(listed) + len(filling)) >= len(listed)
    return QuotaList(_positions(listed + filling), beyond, _positions(fitting[length:]))


def _positions(positions: list[int]) -> Positions:
    return np.array(positions, dtype=np.intp)
