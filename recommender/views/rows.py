"""What a page shows of each row of the feed: its heading, why it is there, and its cards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from recommender.services.answers import Basis
from recommender.services.feed import FeedRow, RowKind
from recommender.views.cards import Card, kind_label
from users.models import Profile


@dataclass(frozen=True)
class Row:
    """name: tells its elements from those of other rows; more: where the list goes on, empty where it does not."""

    name: str
    heading: str
    hint: str
    cards: Sequence[Card]
    more: str = ""


def row_heading(row: FeedRow, *, language: str, eyes: Profile | None) -> str:
    if row.kind is RowKind.FOR_YOU and row.is_personal:
        return _("For %(name)s") % {"name": eyes} if eyes else _("For you")
    if row.kind is RowKind.LIKED and row.liked is not None:
        return liked_heading(row.liked.kind) % {"title": row.liked.item.title_in(language)}
    if row.kind is RowKind.OF_KIND:
        return kind_heading(row.item_kind, is_personal=row.is_personal)
    return _("Popular now")


def row_hint(row: FeedRow) -> str:
    """Why the row is there."""
    if row.kind is RowKind.FOR_YOU and row.is_personal:
        return {
            Basis.HISTORY: _("Made from what you liked, saved and rated here."),
            Basis.STATEMENT: _("Made from your own words."),
            Basis.HISTORY_AND_STATEMENT: _("Made from what you liked here and from your own words."),
        }.get(row.answer.basis, "")
    if row.kind is RowKind.LIKED:
        return _("What comes closest to it.")
    if row.kind is RowKind.OF_KIND:
        return _("What fits you best of this kind.") if row.is_personal else _("What others like most of this kind.")
    return _("What others like most.")


def liked_heading(interaction_kind: str) -> str:
    """As reasons say it, without the full stop."""
    sentences = {
        "like": _("Because you liked “%(title)s”"),
        "rating": _("Because you rated “%(title)s” well"),
        "purchase": _("Because you bought “%(title)s”"),
        "save": _("Because you saved “%(title)s”"),
        "follow": _("Because you follow “%(title)s”"),
    }
    return sentences.get(interaction_kind, _("Because of “%(title)s”"))


def kind_heading(kind: str, *, is_personal: bool) -> str:
    """The kinds of the showcase as a language has it; others as their catalog calls them."""
    personal = {
        "film": _("Films for you"),
        "music": _("Music for you"),
        "book": _("Books for you"),
        "game": _("Games for you"),
    }
    popular = {
        "film": _("Popular films"),
        "music": _("Popular music"),
        "book": _("Popular books"),
        "game": _("Popular games"),
    }
    other = _("For you: %(kind)s") if is_personal else _("Popular: %(kind)s")
    return (personal if is_personal else popular).get(kind, other % {"kind": kind_label(kind)})


def kinds_heading(kind: str) -> str:
    """A kind in the plural; empty for items without one."""
    return {"film": _("Films"), "music": _("Music"), "book": _("Books"), "game": _("Games")}.get(kind, kind_label(kind))
