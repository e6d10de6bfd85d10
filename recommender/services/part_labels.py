"""The parts of a score in words."""

from __future__ import annotations

from django.utils.translation import gettext as _


def part_label(name: str) -> str:
    return {
        "history": _("history"),
        "collaborative": _("what others like too"),
        "factors": _("your taste as a whole"),
        "text": _("what it is about"),
        "dislikes": _("dislikes"),
        "statement": _("own words"),
        "popularity": _("popularity"),
        "freshness": _("freshness"),
        "trending": _("trend"),
        "novelty": _("newness"),
        "similarity": _("similarity"),
        "boost": _("put forward"),
    }.get(name, name)
