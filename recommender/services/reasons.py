"""Reasons in words, in the language of whoever reads them."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import override

from recommender.engine.explanation import Reason, ReasonKind


def reason_text(reason: Reason, titles: Mapping[int, str], *, language: str) -> str:
    """One sentence; `titles` holds the titles of the items that reasons name."""
    title = "" if reason.item_id is None else titles[reason.item_id]
    with override(language):
        if reason.kind is ReasonKind.HISTORY:
            return _history_sentence(reason.interaction_kind) % {"title": title}
        return {
            ReasonKind.STATEMENT: _("It fits what you say you like."),
            ReasonKind.POPULAR: _("Popular with others."),
            ReasonKind.FRESH: _("New here."),
            ReasonKind.UNTRIED: _("Not tried by others yet."),
            ReasonKind.TRENDING: _("Many turn to it now."),
            ReasonKind.EXPLORED: _("Something else, to see whether you like it."),
            ReasonKind.SIMILAR: _("Similar to “%(title)s”.") % {"title": title},
        }[reason.kind]


def _history_sentence(interaction_kind: str) -> str:
    sentences = {
        "like": _("Because you liked “%(title)s”."),
        "rating": _("Because you rated “%(title)s” well."),
        "purchase": _("Because you bought “%(title)s”."),
        "save": _("Because you saved “%(title)s”."),
        "view": _("Because you viewed “%(title)s”."),
        "click": _("Because you opened “%(title)s”."),
        "follow": _("Because you follow “%(title)s”."),
    }
    # Kinds that an operator added have no verb of their own.
    return sentences.get(interaction_kind, _("Because of “%(title)s”."))
