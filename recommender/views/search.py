"""The search page: one field, and what it finds by words and by meaning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from catalog.models import Catalog, Item
from recommender.exceptions import InvalidRequest
from recommender.selectors.reactions import reactions_to
from recommender.services.answering import LONGEST_LIST
from recommender.services.searching import USUAL_LENGTH, FoundBy, SearchAnswer, SearchResult, search_items
from recommender.views.cards import Card, item_card
from recommender.views.visitors import visible_catalog, visitor_of
from users.models import Profile


@require_safe
@cache_control(private=True)
def search(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask and answer in one address, so that a search can be bookmarked; nothing is logged."""
    catalog = visible_catalog(request, slug)
    visitor = visitor_of(request, catalog)
    query = request.GET.get("q", "")
    length = _length(request.GET.get("k", ""))
    context: dict[str, object] = {"catalog": catalog, "visitor": visitor, "searched": query}
    if not query.replace("\x00", " ").strip():
        return render(request, "search.html", context)
    language = get_language() or settings.LANGUAGE_CODE
    try:
        answer = search_items(catalog=catalog, query=query, k=length, language=language)
    except InvalidRequest as error:
        return render(request, "search.html", {**context, "problem": str(error)}, status=400)
    context |= {
        "answer": answer,
        "cards": _cards(answer, catalog=catalog, visitor=visitor.own, language=language),
        "longer": min(2 * length, LONGEST_LIST) if answer.has_more and length < LONGEST_LIST else None,
    }
    return render(request, "search.html", context)


def _length(asked: str) -> int:
    """As many results as a link of the page asks for; the usual number for anything else."""
    if not (asked.isascii() and asked.isdigit() and len(asked) <= len(str(LONGEST_LIST))):
        return USUAL_LENGTH
    return min(max(int(asked), 1), LONGEST_LIST)


def _cards(answer: SearchAnswer, *, catalog: Catalog, visitor: Profile | None, language: str) -> Sequence[Card]:
    """In the order of the results, each with what of it answers the query; two queries."""
    identifiers = [result.item_id for result in answer.results]
    items = {item.external_id: item for item in Item.objects.filter(catalog=catalog, external_id__in=identifiers)}
    said = reactions_to(visitor, [item.pk for item in items.values()])
    return [
        replace(
            item_card(item, language=language, reactions=said.get(item.pk, frozenset())),
            reason=_way_words(result),
        )
        for result in answer.results
        if (item := items.get(result.item_id)) is not None
    ]


def _way_words(result: SearchResult) -> str:
    if FoundBy.WORDS not in result.found_by:
        return _("Found by its meaning.")
    return _("Found by its words and its meaning.") if FoundBy.MEANING in result.found_by else _("Found by its words.")
