"""Interactions as programs send them, checked: everything by the names that the API uses."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from catalog.importing.moments import latest_moment
from recommender.services import row_checks as check

LONGEST_KIND = 63
REQUIRED = ("profile", "item", "kind")


class InteractionRow(NamedTuple):
    """One interaction; without a time and a sequence it happens as it is stored."""

    row_number: int
    profile: str
    item: str
    kind: str
    value: float | None = None
    occurred_at: datetime | None = None
    sequence: int | None = None
    external_id: str | None = None
    details: dict[str, object] | None = None
    """None: what is stored stays."""
    request_id: UUID | None = None
    """The answer that it came from."""

    @property
    def identity(self) -> Hashable:
        """What makes it the same as another one, as recommender.models.Interaction says."""
        if self.external_id is not None:
            return self.external_id
        if self.occurred_at is not None:
            return self.profile, self.item, self.kind, self.occurred_at
        return self.profile, self.item, self.kind, self.sequence


def interaction_parser(now: datetime) -> Callable[[int, object], InteractionRow]:
    """Makes rows out of what programs send: an index and a record. They raise RowRefused with all mistakes."""
    checks: dict[str, check.Check] = {
        "profile": check.identifier,
        "item": check.identifier,
        "kind": check.text(LONGEST_KIND, empty=False),
        "value": check.number,
        "occurred_at": check.past(latest_moment(now)),
        "sequence": check.whole_number,
        "external_id": check.optional(check.identifier),
        "details": check.attributes,
        "request_id": check.optional(check.uuid),
    }

    def parse(index: int, record: object) -> InteractionRow:
        return InteractionRow(index, **check.checked(record, checks, required=REQUIRED))

    return parse
