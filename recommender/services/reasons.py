"""Reasons in words, in the language of whoever reads them."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import get_language, gettext, gettext_noop, override

from recommender.engine.explanation import Reason, ReasonKind

# Looked up when they are said: each look-up of a list's reasons counts.
SENTENCES = {
    ReasonKind.STATEMENT: gettext_noop("It fits what you say you like."),
    ReasonKind.POPULAR: gettext_noop("Popular with others."),
    ReasonKind.FRESH: gettext_noop("New here."),
    ReasonKind.UNTRIED: gettext_noop("Not tried by others yet."),
    ReasonKind.TRENDING: gettext_noop("Many turn to it now."),
    ReasonKind.EXPLORED: gettext_noop("Something else, to see whether you like it."),
    ReasonKind.BOOSTED: gettext_noop("Put forward here."),
    ReasonKind.SIMILAR: gettext_noop("Similar to “%(title)s”."),
}
SENTENCES_OF_HISTORY = {
    "like": gettext_noop("Because you liked “%(title)s”."),
    "rating": gettext_noop("Because you rated “%(title)s” well."),
    "purchase": gettext_noop("Because you bought “%(title)s”."),
    "save": gettext_noop("Because you saved “%(title)s”."),
    "view": gettext_noop("Because you viewed “%(title)s”."),
    "click": gettext_noop("Because you opened “%(title)s”."),
    "follow": gettext_noop("Because you follow “%(title)s”."),
}
# Kinds that an operator added have no verb of their own.
BECAUSE_OF = gettext_noop("Because of “%(title)s”.")


def reason_text(reason: Reason, titles: Mapping[int, str], *, language: str) -> str:
    """One sentence; `titles` holds the titles of the items that reasons name."""
    said = SENTENCES.get(reason.kind) or SENTENCES_OF_HISTORY.get(reason.interaction_kind, BECAUSE_OF)
    if get_language() == language:
        sentence = gettext(said)
    else:
        with override(language):
            sentence = gettext(said)
    # Only sentences with a place for a title have an item; a per cent sign in the others is none.
    return sentence if reason.item_id is None else sentence % {"title": titles[reason.item_id]}
