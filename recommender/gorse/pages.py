"""Gorse's lists of users and items: `n` of them, and a Cursor, which is "" on the last page."""

from __future__ import annotations

from typing import Generic, TypeVar

from django.db.models import Model, QuerySet

from recommender.api.pagination import Page, page_of
from recommender.gorse.endpoint import MOST_ROWS, USUAL_COUNT, GorseEndpoint

M = TypeVar("M", bound=Model)


class PageEndpoint(GorseEndpoint, Generic[M]):
    def page(self, rows: QuerySet[M]) -> Page[M]:
        """One page in the order of external ids; one query."""
        count = min(self.number("n", USUAL_COUNT), MOST_ROWS)
        if count == 0:
            return Page([], None)
        return page_of(rows, order=("external_id",), asked={"cursor": self.text("cursor"), "limit": count})
