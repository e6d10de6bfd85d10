"""The home page of a catalog: rows of cards, each with its reason, for whoever looks."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from catalog.models import Catalog
from recommender.exceptions import InvalidRequest, NotInCatalog
from recommender.services.answers import LONGEST_CHAIN, Answer
from recommender.services.continuing import continue_list
from recommender.services.feed import FIRST_ROW_LENGTH, FeedRow, RowKind, feed
from recommender.views.cards import cards_of, cards_of_answers
from recommender.views.htmx_request import HtmxRequest
from recommender.views.rows import Row, row_heading, row_hint
from recommender.views.visitors import Visitor, simulated_profiles, visible_catalog, visitor_of

# The page says these in its own way.
UNSPOKEN_NOTICES = frozenset({"nothing_known"})


@require_safe
@cache_control(private=True)
def home(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """The rows of a catalog, of the first one where none is named. Queries: those of `feed`, and seven at most."""
    try:
        catalog = visible_catalog(request, slug)
    except Http404:
        if slug is not None:
            raise
        has_hidden = Catalog.objects.filter(items__isnull=False).exists()
        return render(request, "home_empty.html", {"has_hidden_catalogs": has_hidden})
    visitor = visitor_of(request, catalog, eyes=_eyes(request))
    language = get_language() or settings.LANGUAGE_CODE
    context: dict[str, object] = {
        "catalog": catalog,
        "visitor": visitor,
        "return_to": _home_of(visitor),
        "simulated": simulated_profiles(catalog),
    }
    try:
        rows = feed(catalog=catalog, profile=visitor.profile, language=language)
    except NotInCatalog as error:
        return render(request, "home.html", {**context, "problem": str(error)}, status=HTTPStatus.CONFLICT)
    first = rows[0].answer.notices if rows else ()
    context |= {
        "rows": _shown_rows(rows, visitor, language),
        "notices": [notice for notice in first if notice.code not in UNSPOKEN_NOTICES],
        "is_unknown": any(notice.code in UNSPOKEN_NOTICES for notice in first),
    }
    return render(request, "home.html", context)


@require_safe
@cache_control(private=True)
@vary_on_headers("HX-Request")
def more(request: HtmxRequest, slug: str) -> HttpResponse:
    """How a list goes on: the next cards for htmx, else a page of its own."""
    catalog = visible_catalog(request, slug)
    visitor = visitor_of(request, catalog, eyes=_eyes(request))
    language = get_language() or settings.LANGUAGE_CODE
    try:
        after = [uuid.UUID(name) for name in request.GET.get("after", "").split(",")]
        answer = continue_list(catalog=catalog, profile=visitor.profile, after=after, language=language)
    except (ValueError, NotInCatalog, InvalidRequest) as error:
        raise Http404(str(error)) from error
    row = Row(
        name=RowKind.FOR_YOU,
        heading=_("More for you") if answer.results else "",
        hint="",
        cards=cards_of(answer, catalog=catalog, language=language, visitor=visitor.own),
        more=_more_address(visitor, answer, [*after, answer.request_id]),
    )
    context = {"catalog": catalog, "visitor": visitor, "row": row, "return_to": _home_of(visitor)}
    return render(request, "more_cards.html" if request.htmx else "more.html", context)


def _shown_rows(rows: Sequence[FeedRow], visitor: Visitor, language: str) -> list[Row]:
    answers = [row.answer for row in rows]
    chain = [answer.request_id for answer in answers]
    cards = cards_of_answers(answers, catalog=visitor.catalog, language=language, visitor=visitor.own)
    return [
        Row(
            name=row.kind if row.kind is RowKind.FOR_YOU else f"{row.kind}-{number}",
            heading=row_heading(row, language=language, eyes=visitor.eyes),
            hint=row_hint(row),
            cards=row_cards,
            more=_more_address(visitor, row.answer, chain) if row.kind is RowKind.FOR_YOU else "",
        )
        for number, (row, row_cards) in enumerate(zip(rows, cards, strict=True))
    ]


def _more_address(visitor: Visitor, answer: Answer, chain: Sequence[uuid.UUID]) -> str:
    """Where the list goes on; empty where an answer was not full, so that nothing is left."""
    if len(answer.results) < FIRST_ROW_LENGTH or len(chain) > LONGEST_CHAIN:
        return ""
    asked = {"after": ",".join(request_id.hex for request_id in chain)}
    if visitor.eyes:
        asked = {"as": visitor.eyes.external_id, **asked}
    return f"{reverse('recommender:more', args=[visitor.catalog.slug])}?{urlencode(asked, safe=',')}"


def _home_of(visitor: Visitor) -> str:
    address = reverse("recommender:catalog_home", args=[visitor.catalog.slug])
    return f"{address}?{urlencode({'as': visitor.eyes.external_id})}" if visitor.eyes else address


def _eyes(request: HttpRequest) -> str:
    """Through whose eyes the visitor wants to look. No identifier has a NUL in it, and PostgreSQL takes none."""
    eyes = request.GET.get("as", "")
    if "\x00" in eyes:
        raise Http404
    return eyes
