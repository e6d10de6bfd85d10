"""What GENRE knows of the visitor, and everything they may change about it."""

from __future__ import annotations

from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalog.models import Catalog, Item
from recommender.selectors.personal_history import history_of, known_in_numbers, saved_items
from recommender.selectors.reactions import reactions_to
from recommender.services.personal_settings import say_in_own_words
from recommender.services.personal_settings import switch_personalisation as store_personalisation
from recommender.views.cards import Card, item_card
from recommender.views.forgetting import forget
from recommender.views.history_rows import act_label, history_row
from recommender.views.own_words import OwnWordsForm
from recommender.views.returning import next_address
from recommender.views.visitors import Visitor, acting_profile, visible_catalog, visitor_of
from users.models import Profile

# The addresses name the views of this page here.
__all__ = ["forget", "profile", "save_words", "switch_personalisation"]

ROWS_A_PAGE = 50
SAVED_SHOWN = 24


@require_safe
@never_cache
def profile(request: HttpRequest, slug: str) -> HttpResponse:
    catalog = visible_catalog(request, slug)
    return _page(request, catalog, visitor_of(request, catalog))


@require_POST
def save_words(request: HttpRequest, slug: str) -> HttpResponse:
    """Store the visitor's own words; with them a newcomer begins a profile."""
    catalog = visible_catalog(request, slug)
    form = OwnWordsForm(request.POST, label_suffix="")
    if not form.is_valid():
        visitor = visitor_of(request, catalog)
        return _page(request, catalog, visitor, form=form, status=HTTPStatus.BAD_REQUEST)
    statement = form.cleaned_data["statement"]
    say_in_own_words(profile=acting_profile(request, catalog), statement=statement)
    messages.info(request, _("Your words are saved.") if statement else _("Your words are removed."))
    return redirect(next_address(request, _address(catalog)))


@require_POST
def switch_personalisation(request: HttpRequest, slug: str) -> HttpResponse:
    catalog = visible_catalog(request, slug)
    personalise = request.POST.get("personalise") == "on"
    store_personalisation(profile=acting_profile(request, catalog), personalise=personalise)
    messages.info(
        request,
        _("Personalisation is on: recommendations are made for you.")
        if personalise
        else _("Personalisation is off: you see what everybody sees."),
    )
    return redirect(next_address(request, _address(catalog)))


def _page(
    request: HttpRequest,
    catalog: Catalog,
    visitor: Visitor,
    *,
    form: OwnWordsForm | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    own = visitor.own
    statement = "" if own is None else own.statement
    context: dict[str, object] = {
        "catalog": catalog,
        "visitor": visitor,
        "words": form or OwnWordsForm(initial={"statement": statement}, label_suffix=""),
    }
    if own is not None:
        context |= _known(request, own, get_language() or settings.LANGUAGE_CODE)
    return render(request, "profile.html", context, status=status)


def _known(request: HttpRequest, own: Profile, language: str) -> dict[str, object]:
    """What the page shows of a profile; as many queries whatever its size."""
    numbers = known_in_numbers(own)
    page = Paginator(history_of(own), ROWS_A_PAGE).get_page(request.GET.get("page"))
    saved = saved_items(own)
    return {
        "numbers": numbers,
        "by_kind": [(act_label(kind), count) for kind, count in numbers.by_kind.items()],
        "page": page,
        "rows": [history_row(interaction, language=language) for interaction in page],
        "saved": _cards(own, list(saved[:SAVED_SHOWN]), language),
        "saved_count": saved.count(),
    }


def _cards(own: Profile, items: list[Item], language: str) -> list[Card]:
    said = reactions_to(own, [item.pk for item in items])
    return [item_card(item, language=language, reactions=said.get(item.pk, frozenset())) for item in items]


def _address(catalog: Catalog) -> str:
    return reverse("recommender:profile", args=[catalog.slug])
