"""What a page shows of each result: the answer's rank, score and reason beside the item's own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from catalog.models import Catalog, Item
from recommender.services.answers import Answer, Result

BAR_LENGTH = 100.0


@dataclass(frozen=True)
class Part:
    """One summand of a score, as words and as a piece of the bar; `start` and `length` are on the bar's scale."""

    name: str
    label: str
    value: str
    start: str
    length: str


@dataclass(frozen=True)
class Card:
    rank: int
    title: str
    facts: str
    description: str
    score: str
    parts: Sequence[Part]
    reason: str


def cards_of(answer: Answer, *, catalog: Catalog, language: str) -> list[Card]:
    """One card a result, in their order; one query. The best result's bar is full."""
    identifiers = [result.item_id for result in answer.results]
    items = {item.external_id: item for item in Item.objects.filter(catalog=catalog, external_id__in=identifiers)}
    longest = max((_positive_sum(result.parts) for result in answer.results), default=0.0)
    return [_card(result, items.get(result.item_id), longest, language) for result in answer.results]


def _card(result: Result, item: Item | None, longest: float, language: str) -> Card:
    return Card(
        rank=result.rank,
        title=result.title,
        facts="" if item is None else _facts(item, language),
        description="" if item is None else item.description_in(language),
        score=_number(result.score),
        parts=_parts(result.parts, longest),
        reason=result.reason,
    )


def _facts(item: Item, language: str) -> str:
    """Kind, year and categories; a kind that is also the name of a category is said once."""
    categories = item.categories_in(language)
    kind = kind_label(item.kind)
    known = {category.casefold() for category in categories}
    first = [kind] if kind and kind.casefold() not in known else []
    year = item.attributes.get("year") or (item.published_at.year if item.published_at else "")
    return " · ".join(str(fact) for fact in [*first, *categories[:1], year, *categories[1:]] if fact)


def kind_label(kind: str) -> str:
    """The kinds of the showcase in the reader's language; others as their catalog calls them."""
    return {
        "film": pgettext("kind of item", "Film"),
        "music": pgettext("kind of item", "Music"),
        "book": pgettext("kind of item", "Book"),
        "game": pgettext("kind of item", "Game"),
    }.get(kind, kind)


def part_label(name: str) -> str:
    return {
        "history": _("history"),
        "dislikes": _("dislikes"),
        "statement": _("own words"),
        "popularity": _("popularity"),
        "freshness": _("freshness"),
        "similarity": _("similarity"),
    }.get(name, name)


def _parts(parts: Mapping[str, float], longest: float) -> list[Part]:
    """Positive parts stand end to end; what takes away from a score is told in words alone."""
    made, start = [], 0.0
    for name, value in parts.items():
        length = BAR_LENGTH * max(value, 0.0) / longest if longest > 0 else 0.0
        made.append(Part(name, part_label(name), _number(value), f"{start:.2f}", f"{length:.2f}"))
        start += length
    return made


def _positive_sum(parts: Mapping[str, float]) -> float:
    return sum(max(value, 0.0) for value in parts.values())


def _number(value: float) -> str:
    """Two decimals with a true minus sign, and no negative zero."""
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "−")
