"""Like, not for me, not interested, save: said by a button, and taken back by it."""

from __future__ import annotations

import uuid
from dataclasses import replace
from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from catalog.models import Catalog, Item
from recommender.exceptions import NotInCatalog
from recommender.selectors.reactions import DISLIKE, HIDE, LIKE, REACTIONS, SAVE, reactions_to
from recommender.services import reactions as service
from recommender.views.cards import item_card
from recommender.views.htmx_request import HtmxRequest
from recommender.views.undoing import Undo
from recommender.views.visitors import acting_profile, visible_catalog, visitor_of


@require_POST
def react(request: HtmxRequest, slug: str) -> HttpResponse:
    """Record or take back; then the controls anew for htmx, else the page that the visitor came from."""
    catalog = visible_catalog(request, slug)
    is_taken_back = bool(request.POST.get("undo"))
    kind = request.POST.get("undo") or request.POST.get("kind", "")
    identifier = request.POST.get("item", "")
    if kind not in REACTIONS or "\x00" in identifier:
        return HttpResponse(_("This cannot be said of an item."), status=HTTPStatus.BAD_REQUEST)
    item = get_object_or_404(Item, catalog=catalog, external_id=identifier, hidden=False)
    try:
        if is_taken_back:
            _take_back(request, catalog, item, kind)
        else:
            profile = acting_profile(request, catalog)
            service.react(profile=profile, item=item, kind=kind, slate_id=_slate_id(request))
    except NotInCatalog as error:
        # An operator may have done away with the kind.
        return HttpResponse(str(error), status=HTTPStatus.CONFLICT)
    undo = None if is_taken_back else Undo(catalog.slug, item.external_id, kind, key=str(item.pk))
    sentence = _sentence(kind, item.title_in(_language()), is_taken_back=is_taken_back)
    if request.htmx:
        return _controls(request, catalog, item, kind, sentence=sentence, undo=undo)
    # On the page that comes, the item may have no controls to be changed.
    messages.info(request, sentence, extra_tags=replace(undo, key="").as_tags() if undo else "")
    return redirect(_next(request, catalog))


def _controls(
    request: HtmxRequest, catalog: Catalog, item: Item, kind: str, *, sentence: str, undo: Undo | None
) -> HttpResponse:
    """The item's controls as they are now, and the announcement beside them."""
    visitor = visitor_of(request, catalog)
    said = reactions_to(visitor.own, [item.pk]).get(item.pk, frozenset())
    card = replace(
        item_card(item, language=_language(), reactions=said),
        slate_id=_slate_id(request),
        is_gone=undo is not None and kind in {DISLIKE, HIDE},
    )
    context = {
        "catalog": catalog,
        "visitor": visitor,
        "card": card,
        "sentence": sentence,
        "undo": undo,
        "return_to": _next(request, catalog),
        # The button that was pressed is gone with the announcement.
        "refocus": kind if "announced" in request.POST else "",
    }
    return render(request, "reacted.html", context)


def _take_back(request: HtmxRequest, catalog: Catalog, item: Item, kind: str) -> None:
    profile = visitor_of(request, catalog).own
    if profile is not None:
        service.take_back(profile=profile, item=item, kind=kind)


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE


def _slate_id(request: HtmxRequest) -> uuid.UUID | None:
    """The answer that the item was shown in, if the form names one."""
    try:
        return uuid.UUID(request.POST.get("slate", ""))
    except ValueError:
        return None


def _next(request: HtmxRequest, catalog: Catalog) -> str:
    wished = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wished, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return wished
    return reverse("recommender:catalog_home", args=[catalog.slug])


def _sentence(kind: str, title: str, *, is_taken_back: bool) -> str:
    if is_taken_back:
        return _("Taken back: your lists are made without it.")
    return {
        LIKE: _("You like “%(title)s”: your lists follow."),
        DISLIKE: _("“%(title)s” is not for you: it will not come back, and less of its kind will."),
        HIDE: _("“%(title)s” will not come back."),
        SAVE: _("“%(title)s” is saved in your profile."),
    }[kind] % {"title": title}
