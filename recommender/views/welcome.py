"""Getting to know a newcomer: works to choose from, or one's own words; both may be skipped."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from itertools import groupby

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from catalog.models import Catalog, Item
from recommender.exceptions import InvalidRequest, NotInCatalog
from recommender.selectors.choices import Group
from recommender.services.answering import LONGEST_STATEMENT
from recommender.services.welcoming import choices, introduce
from recommender.views.rows import kinds_heading
from recommender.views.visitors import acting_profile, visible_catalog, visitor_of

# More than the page offers, and little enough for one statement.
MOST_PICKS = 200


@dataclass(frozen=True)
class Work:
    item_id: str
    title: str
    creator: str


@dataclass(frozen=True)
class Choice:
    """A group as the page shows it: its category in the reader's language, and its works."""

    category: str
    works: Sequence[Work]


@dataclass(frozen=True)
class KindOfChoices:
    heading: str
    choices: Sequence[Choice]


@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True)
def welcome(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask, or record what was answered and show the list that it makes."""
    catalog = visible_catalog(request, slug)
    if request.method != "POST":
        return _ask(request, catalog)
    identifiers = set(request.POST.getlist("item"))
    # A browser sends a line break as two characters, and counts it as one.
    statement = request.POST.get("statement", "").replace("\r\n", "\n").strip()
    mistake = _mistake(identifiers, statement)
    if mistake:
        return _ask(request, catalog, chosen=identifiers, statement=statement, mistake=mistake)
    items = list(Item.objects.filter(catalog=catalog, hidden=False, external_id__in=identifiers))
    if not items and not statement:
        # Whatever was named has gone since.
        return _ask(request, catalog, mistake=_nothing_said())
    try:
        liked = introduce(profile=acting_profile(request, catalog), items=items, statement=statement)
    except (InvalidRequest, NotInCatalog) as error:
        return _ask(request, catalog, chosen=identifiers, statement=statement, mistake=str(error))
    messages.info(request, _thanks(liked, has_words=bool(statement)))
    return redirect("recommender:catalog_home", slug=catalog.slug)


def _ask(
    request: HttpRequest,
    catalog: Catalog,
    *,
    chosen: Collection[str] = (),
    statement: str | None = None,
    mistake: str = "",
) -> HttpResponse:
    visitor = visitor_of(request, catalog)
    known_words = visitor.own.statement if visitor.own else ""
    try:
        groups = choices(catalog=catalog, profile=visitor.own)
    except NotInCatalog:
        # There is nothing to choose from then, but words can be said.
        groups = []
    context = {
        "catalog": catalog,
        "visitor": visitor,
        "kinds": _kinds(groups),
        "chosen": chosen,
        "statement": known_words if statement is None else statement,
        "longest_statement": LONGEST_STATEMENT,
        "mistake": mistake,
    }
    return render(request, "welcome.html", context, status=HTTPStatus.BAD_REQUEST if mistake else HTTPStatus.OK)


def _kinds(groups: Sequence[Group]) -> list[KindOfChoices]:
    language = get_language() or settings.LANGUAGE_CODE
    return [
        KindOfChoices(
            kinds_heading(kind),
            [Choice(group.category_in(language), [_work(item, language) for item in group.items]) for group in of_kind],
        )
        for kind, of_kind in groupby(groups, key=lambda group: group.kind)
    ]


def _work(item: Item, language: str) -> Work:
    attributes = item.attributes
    creator = attributes.get(f"creator_{language.split('-')[0]}") or attributes.get("creator", "")
    return Work(item.external_id, item.title_in(language), str(creator))


def _mistake(identifiers: Collection[str], statement: str) -> str:
    if not identifiers and not statement:
        return _nothing_said()
    if len(identifiers) > MOST_PICKS or any("\x00" in text for text in (statement, *identifiers)):
        return _("This cannot be read. Choose from the works below.")
    return ""


def _nothing_said() -> str:
    return _("Nothing is chosen yet: choose a work, or say it in your own words.")


def _thanks(liked: int, *, has_words: bool) -> str:
    likes = ngettext("%(number)d work is noted as liked.", "%(number)d works are noted as liked.", liked)
    said = [likes % {"number": liked}] if liked else []
    return " ".join([*said, _("Your words are noted.")] if has_words else said)
