"""Writes that depend on what there is: the headers' conditions, asked once a row is locked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from rest_framework.request import Request

from catalog.models import Item
from recommender.api.entity_tags import check_conditions
from recommender.services.editing import Condition
from users.models import Profile

M = TypeVar("M", Item, Profile)


def condition_of(request: Request, content: Callable[[M], Mapping[str, Any]]) -> Condition[M]:
    """Raises ChangedMeanwhile where If-Match or If-None-Match does not hold for the content of what there is."""

    def check(current: M | None) -> None:
        check_conditions(request, None if current is None else content(current))

    return check
