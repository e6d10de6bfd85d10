"""An item's own page: what it is, why it fits the visitor, and what is like it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from catalog.models import Catalog, Item
from recommender.exceptions import NotInCatalog
from recommender.selectors.reactions import DISLIKE, HIDE, reactions_to
from recommender.services.answers import Notice
from recommender.services.explaining import Explanation, explain_item
from recommender.services.similar import similar_items
from recommender.views.bars import Bar, part_bars, plain
from recommender.views.cards import Card, cards_of, item_card
from recommender.views.item_details import details_of, other_titles
from recommender.views.share_rows import ShareRow, share_rows
from recommender.views.visitors import Visitor, visible_catalog, visitor_of

SIMILAR_SHOWN = 6
SHARES_SHOWN = 3


@dataclass(frozen=True)
class Fit:
    """How well the item fits whoever the page is for; without bars the notices say why nothing can be said."""

    score: str
    reason: str
    bars: Sequence[Bar]
    shares: Sequence[ShareRow]
    notices: Sequence[Notice]


@require_safe
@cache_control(private=True)
def item(request: HttpRequest, slug: str, external_id: str) -> HttpResponse:
    """The page; the list of similar items is logged, as all lists are, and nothing else is."""
    catalog = visible_catalog(request, slug)
    visitor = visitor_of(request, catalog, eyes=_eyes(request))
    shown = visible_item(request, catalog, external_id)
    language = get_language() or settings.LANGUAGE_CODE
    said = reactions_to(visitor.profile, [shown.pk]).get(shown.pk, frozenset())
    context = {
        "catalog": catalog,
        "visitor": visitor,
        "item": shown,
        "card": item_card(shown, language=language, reactions=said),
        "other_titles": other_titles(shown, language),
        "details": details_of(shown, language),
        "fit": _fit(visitor, shown, language),
        **_similar(shown, visitor, language),
    }
    return render(request, "item.html", context)


def _eyes(request: HttpRequest) -> str:
    """Whose eyes to look through. No identifier has a NUL in it, and PostgreSQL takes none."""
    eyes = request.GET.get("as", "")
    if "\x00" in eyes:
        raise Http404
    return eyes


def visible_item(request: HttpRequest, catalog: Catalog, external_id: str) -> Item:
    """The item of that name; Http404 for none such, and for a hidden one unless staff asks. One query."""
    # PostgreSQL takes no NUL; what is named with one does not exist.
    found = None if "\x00" in external_id else Item.objects.filter(catalog=catalog, external_id=external_id).first()
    if found is None or (found.hidden and not request.user.is_staff):
        raise Http404
    return found


def _fit(visitor: Visitor, item: Item, language: str) -> Fit | None:
    """None where there is nobody whom it could fit, or nothing that could be recommended."""
    if visitor.profile is None or item.hidden:
        return None
    try:
        explained = explain_item(profile=visitor.profile, item=item, language=language)
    except NotInCatalog:
        return None
    return _told(explained)


def _told(explained: Explanation) -> Fit:
    speaking = [share for share in explained.shares if share.amount > 0]
    return Fit(
        score=plain(explained.score),
        reason=explained.reason,
        bars=part_bars(explained.parts),
        shares=share_rows(speaking[:SHARES_SHOWN]),
        notices=explained.notices,
    )


def _similar(item: Item, visitor: Visitor, language: str) -> dict[str, object]:
    """Cards of what is like the item, without what the visitor does not want to see."""
    try:
        answer = similar_items(item=item, k=SIMILAR_SHOWN, language=language)
    except NotInCatalog:
        return {"similar": [], "similar_notices": []}
    cards = cards_of(answer, catalog=item.catalog, language=language, visitor=visitor.profile)
    return {"similar": [card for card in cards if not _is_refused(card)], "similar_notices": answer.notices}


def _is_refused(card: Card) -> bool:
    return bool(card.reactions & {DISLIKE, HIDE})
