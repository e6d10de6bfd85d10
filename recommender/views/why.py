"""Why an item was in a list: the answer as it was given, and the history behind it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from catalog.models import Catalog
from recommender.models import Slate
from recommender.services.answers import Basis
from recommender.services.explaining import HistoryBehind, history_behind
from recommender.views.bars import part_bars, plain, signed
from recommender.views.cards import item_card
from recommender.views.item import visible_item
from recommender.views.share_rows import ShareRow, share_rows
from recommender.views.visitors import Visitor, visible_catalog, visitor_of

SHARES_SHOWN = 10


@dataclass(frozen=True)
class Shares:
    """The largest shares, and what the others come to."""

    rows: Sequence[ShareRow]
    others: int
    others_amount: str


@require_safe
@cache_control(private=True)
def why(request: HttpRequest, slug: str, request_id: uuid.UUID, external_id: str) -> HttpResponse:
    """The page. Of an answer that is not there (any more), or is another person's, the page that says it is gone."""
    catalog = visible_catalog(request, slug)
    visitor = visitor_of(request, catalog)
    slate = _readable_slate(catalog, visitor, request_id)
    if slate is None:
        return render(request, "why.html", {"catalog": catalog, "visitor": visitor}, status=404)
    result = next((result for result in slate.results if result["item_id"] == external_id), None)
    if result is None:
        raise Http404
    item = visible_item(request, catalog, external_id)
    language = get_language() or settings.LANGUAGE_CODE
    behind = history_behind(slate=slate, item=item, parts=result["parts"], language=language)
    is_own = visitor.own is not None and slate.profile_id == visitor.own.pk
    context = {
        "catalog": catalog,
        "visitor": visitor,
        "slate": slate,
        "result": result,
        "card": item_card(item, language=language),
        "score": plain(result["score"]),
        "bars": part_bars(result["parts"]),
        "behind": behind,
        "shares": _shown(behind),
        "has_factors": bool(result["parts"].get("factors")),
        "basis": _basis_words(slate, is_own=is_own),
        "is_own": is_own,
    }
    return render(request, "why.html", context)


def _readable_slate(catalog: Catalog, visitor: Visitor, request_id: uuid.UUID) -> Slate | None:
    """An answer to the visitor themselves, to nobody, or to a simulated profile. One query.

    Another person's looks as if it did not exist.
    """
    slates = Slate.objects.select_related("config", "profile").defer("interest_vector")
    slate = slates.filter(catalog=catalog, request_id=request_id).first()
    if slate is None or slate.profile is None or slate.profile.simulated:
        return slate
    return slate if visitor.own is not None and slate.profile_id == visitor.own.pk else None


def _shown(behind: HistoryBehind) -> Shares:
    rest = behind.shares[SHARES_SHOWN:]
    return Shares(
        rows=share_rows(behind.shares[:SHARES_SHOWN]),
        others=len(rest),
        others_amount=signed(sum(share.amount for share in rest)),
    )


def _basis_words(slate: Slate, *, is_own: bool) -> str:
    """What the list was made from, in a sentence."""
    personal = {
        Basis.HISTORY: _("The list was made from what you did."),
        Basis.STATEMENT: _("The list was made from what you say you like."),
        Basis.HISTORY_AND_STATEMENT: _("The list was made from what you did and from what you say you like."),
    }
    others: Mapping[Basis, str] = {
        Basis.HISTORY: _("The list was made from what this profile did."),
        Basis.STATEMENT: _("The list was made from words that say what is liked."),
        Basis.HISTORY_AND_STATEMENT: _("The list was made from what this profile did and from its own words."),
    }
    impersonal = {
        Basis.POPULAR: _("The list was made for nobody in particular: it is what is popular and new."),
        Basis.ITEM: _("The list was made of what is like one item, for nobody in particular."),
    }
    return {**(personal if is_own else others), **impersonal}[Basis(slate.basis)]
