"""Removing from one's own history: one interaction, with a way back, or all of it."""

from __future__ import annotations

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from recommender.exceptions import GenreError
from recommender.selectors.personal_history import history_of
from recommender.services.forgetting import Forgotten, bring_back, forget_history, forget_interaction
from recommender.views.history_rows import history_row
from recommender.views.returning import next_address
from recommender.views.visitors import visible_catalog, visitor_of
from users.models import Profile

# What was removed travels with the page, signed, and can be brought back for a day.
SALT = "recommender.forgotten"
UNDO_SECONDS = 24 * 3600
# A message's tags are all that travels with it.
TAG = "forgotten:"


@require_POST
def forget(request: HttpRequest, slug: str) -> HttpResponse:
    """Remove one interaction (`interaction`) or all (`all`, and `confirmed`), or bring one back (`undo`).

    Http404 for whoever has no profile, and for what is not theirs.
    """
    catalog = visible_catalog(request, slug)
    own = visitor_of(request, catalog).own
    if own is None:
        raise Http404
    if "undo" in request.POST:
        _bring_back(request, own)
    elif "all" in request.POST:
        _forget_all(request, own)
    else:
        _forget_one(request, own)
    return redirect(next_address(request, reverse("recommender:profile", args=[catalog.slug])))


def token_of_tags(tags: str) -> str:
    """What brings back the interaction that a message with these tags tells of; empty for any other message."""
    return tags.removeprefix(TAG) if tags.startswith(TAG) else ""


def _forget_one(request: HttpRequest, own: Profile) -> None:
    named = request.POST.get("interaction", "")
    if not (named.isascii() and named.isdigit()):
        raise Http404
    interaction = history_of(own).filter(pk=int(named)).first()
    if interaction is None:
        # A second click, or another tab: what was asked for is so.
        messages.info(request, _("It is no longer in your history."))
        return
    row = history_row(interaction, language=get_language() or "")
    try:
        forgotten = forget_interaction(profile=own, interaction_id=interaction.pk)
    except GenreError as error:
        messages.info(request, str(error))
        return
    messages.info(
        request,
        _("“%(title)s” (%(act)s) is removed. The next recommendations are made without it.")
        % {"title": row.title, "act": row.act},
        extra_tags=TAG + signing.dumps({"profile": own.pk, **forgotten.as_dict()}, salt=SALT),
    )


def _bring_back(request: HttpRequest, own: Profile) -> None:
    try:
        stored = signing.loads(request.POST["undo"], salt=SALT, max_age=UNDO_SECONDS)
    except signing.BadSignature:
        messages.info(request, _("This can no longer be undone."))
        return
    if stored.pop("profile") != own.pk:
        raise Http404
    try:
        bring_back(profile=own, forgotten=Forgotten.from_dict(stored))
    except GenreError as error:
        messages.info(request, str(error))
    else:
        messages.info(request, _("It is in your history again."))


def _forget_all(request: HttpRequest, own: Profile) -> None:
    if request.POST.get("confirmed") != "yes":
        messages.info(request, _("Nothing is removed: please confirm it by the box above the button."))
        return
    count = forget_history(profile=own)
    messages.info(
        request,
        ngettext("Your history of %(count)d entry is removed.", "Your history of %(count)d entries is removed.", count)
        % {"count": count},
    )
