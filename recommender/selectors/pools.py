"""What one request asks of the items it chooses from, beyond what its configuration allows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

import numpy as np
from django.db.models import Case, FloatField, Q, Value, When
from django.db.models.expressions import Combinable

from catalog.models import Item
from recommender.engine.interest import FloatArray
from recommender.selectors.filter_language import ItemFilter


@dataclass(frozen=True)
class Boost:
    """What is added to the score of the items that a filter selects; below 0 it is taken off."""

    condition: ItemFilter
    by: float


@dataclass(frozen=True)
class Pool:
    """Items to choose from: `within`, only these; `condition`, only those that it selects; `boosts` lift some."""

    within: Collection[int] | None = None
    condition: ItemFilter | None = None
    boosts: Sequence[Boost] = ()

    @property
    def narrows(self) -> bool:
        """Whether anything is left out by a condition."""
        return self.condition is not None

    def q(self, prefix: str = "") -> Q:
        """The condition on items; `prefix` as in `eligible`."""
        condition = Q() if self.condition is None else self.condition.q(prefix)
        return condition if self.within is None else condition & Q(**{f"{prefix}id__in": list(self.within)})

    def boosted(self, prefix: str = "") -> Q:
        """Whether any boost is an item's."""
        return reduce(or_, (boost.condition.q(prefix) for boost in self.boosts))

    def boost(self, prefix: str = "") -> Combinable:
        """All boosts of an item added up."""
        none = Value(0.0, FloatField())
        cases = (
            Case(When(boost.condition.q(prefix), then=Value(boost.by, FloatField())), default=none)
            for boost in self.boosts
        )
        return sum(cases, start=none)


EVERYTHING = Pool()


def boosts_of(item_ids: Sequence[int], pool: Pool) -> FloatArray:
    """(n,) all boosts of each item added up, in the order of the ids. One query."""
    found = dict(Item.objects.filter(pk__in=item_ids).values_list("pk", pool.boost()))
    return np.array([found.get(item_id, 0.0) for item_id in item_ids])
