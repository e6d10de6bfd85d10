"""Long lists in pages: each goes on behind the last row of the one before, whatever came or went meanwhile."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.core.signing import BadSignature, Signer
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from recommender.api.parameters import Parameters

M = TypeVar("M", bound=Model)

PAGE_LENGTH = 100
LONGEST_PAGE = 1_000
LONGEST_CURSOR = 4_096


class PageParameters(Parameters):
    """Parameters of any list."""

    cursor = serializers.CharField(
        required=False, max_length=LONGEST_CURSOR, help_text=gettext_lazy("Where to go on: `next` of the page before.")
    )
    limit = serializers.IntegerField(
        min_value=1, max_value=LONGEST_PAGE, default=PAGE_LENGTH, help_text=gettext_lazy("Rows of a page at most.")
    )


@dataclass(frozen=True)
class Page(Generic[M]):
    """next: the cursor of the following page; None on the last one."""

    rows: list[M]
    next: str | None

    def as_dict(self, render: Callable[[M], object]) -> dict[str, object]:
        return {"results": [render(row) for row in self.rows], "next": self.next}


def page_of(queryset: QuerySet[M], *, order: Sequence[str], asked: Mapping[str, Any]) -> Page[M]:
    """One page of the rows, by checked PageParameters; one query, and no count.

    order: names of fields that are never null, all ascending or all descending (-), which together are unique.
    Raises ValidationError for a cursor that was not given out for this order of these rows.
    """
    descending = {name.startswith("-") for name in order}
    if len(descending) != 1:
        raise ValueError("Fields of an order go one way.")
    names = [name.removeprefix("-") for name in order]
    signer = Signer(salt=f"cursor {queryset.model._meta.label} {' '.join(order)}")
    rows = queryset.order_by(*order)
    if cursor := asked.get("cursor"):
        rows = rows.filter(
            _behind(names, _values(signer, cursor, queryset, names), "lt" if True in descending else "gt")
        )
    limit = asked["limit"]
    # One row more tells whether there is another page.
    found = list(rows[: limit + 1])
    more = len(found) > limit
    return Page(found[:limit], _cursor(signer, found[limit - 1], names) if more else None)


def _behind(names: Sequence[str], values: Sequence[Any], way: str) -> Q:
    """Rows behind the one with these values. The first condition says nothing new: an index can use it."""
    behind = Q()
    for depth in range(len(names)):
        same = Q(**dict(zip(names[:depth], values, strict=False)))
        behind |= same & Q(**{f"{names[depth]}__{way}": values[depth]})
    return Q(**{f"{names[0]}__{way}e": values[0]}) & behind


def _cursor(signer: Signer, row: Model, names: Sequence[str]) -> str:
    values = [getattr(row, name) for name in names]
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"), default=str)
    return signer.sign(base64.urlsafe_b64encode(text.encode()).decode().rstrip("="))


def _values(signer: Signer, cursor: str, queryset: QuerySet[M], names: Sequence[str]) -> list[Any]:
    try:
        signed = signer.unsign(cursor)
        plain = json.loads(base64.urlsafe_b64decode(signed + "=" * (-len(signed) % 4)))
        meta = queryset.model._meta
        fields = [meta.pk if name == "pk" else meta.get_field(name) for name in names]
        return [field.to_python(value) for field, value in zip(fields, plain, strict=True)]  # type: ignore[union-attr]
    except (BadSignature, binascii.Error, ValueError):
        raise serializers.ValidationError({"cursor": [_("This is no cursor of this list.")]}) from None
