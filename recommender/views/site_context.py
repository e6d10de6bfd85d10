"""What every page of the site knows besides its own business: where the visitor is, and where they may go."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from catalog.models import Catalog
from recommender.views.visitors import visible_catalogs


def site(request: HttpRequest) -> dict[str, object]:
    """`site_catalogs`: those that the visitor may see; one query, made only by a page that shows them."""
    return {"site_catalogs": SimpleLazyObject(lambda: _catalogs(request))}


def _catalogs(request: HttpRequest) -> list[Catalog]:
    return list(visible_catalogs(request.user))
