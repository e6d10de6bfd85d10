"""What a page shows of each result: the answer's rank, score and reason beside the item's own words."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.utils.translation import pgettext

from catalog.models import Catalog, Item
from recommender.selectors.reactions import reactions_to
from recommender.services.answers import Answer, Result
from recommender.services.part_labels import part_label
from recommender.views.covers import Cover, cover_of
from users.models import Profile

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
    """One item as a page shows it.

    key: tells its elements from those of other items on a page.
    reactions: the kinds of what the visitor has said of it and not taken back.
    is_gone: the visitor has just refused it: a line stands in its place.
    """

    key: str
    item_id: str
    title: str
    facts: str
    description: str
    cover: Cover
    rank: int = 0
    score: str = ""
    parts: Sequence[Part] = ()
    reason: str = ""
    slate_id: uuid.UUID | None = None
    reactions: frozenset[str] = field(default_factory=frozenset)
    is_gone: bool = False


def cards_of(answer: Answer, *, catalog: Catalog, language: str, visitor: Profile | None = None) -> list[Card]:
    """One card a result, in their order; two queries. The best result's bar is full."""
    return cards_of_answers([answer], catalog=catalog, language=language, visitor=visitor)[0]


def cards_of_answers(
    answers: Sequence[Answer], *, catalog: Catalog, language: str, visitor: Profile | None = None
) -> list[list[Card]]:
    """The cards of each answer; two queries for all of them."""
    identifiers = {result.item_id for answer in answers for result in answer.results}
    items = {item.external_id: item for item in Item.objects.filter(catalog=catalog, external_id__in=identifiers)}
    said = reactions_to(visitor, [item.pk for item in items.values()])
    return [_cards(answer, items, said, language) for answer in answers]


def _cards(answer: Answer, items: Mapping[str, Item], said: Mapping[int, frozenset[str]], language: str) -> list[Card]:
    longest = max((_positive_sum(result.parts) for result in answer.results), default=0.0)
    cards = []
    for result in answer.results:
        # An item may have gone since the answer was made.
        if (item := items.get(result.item_id)) is not None:
            shown = item_card(item, language=language, reactions=said.get(item.pk, frozenset()))
            cards.append(_with_result(shown, result, longest, answer.request_id))
    return cards


def item_card(item: Item, *, language: str, reactions: frozenset[str] = frozenset()) -> Card:
    """An item by itself, without a list around it."""
    title = item.title_in(language)
    return Card(
        key=str(item.pk),
        item_id=item.external_id,
        title=title,
        facts=facts_of(item, language),
        description=item.description_in(language),
        cover=cover_of(title, identifier=item.external_id, image_url=item.image_url),
        reactions=reactions,
    )


def _with_result(card: Card, result: Result, longest: float, slate_id: uuid.UUID) -> Card:
    return replace(
        card,
        rank=result.rank,
        score=_number(result.score),
        parts=parts_of(result.parts, longest),
        reason=result.reason,
        slate_id=slate_id,
    )


def facts_of(item: Item, language: str) -> str:
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


def parts_of(parts: Mapping[str, float], longest: float) -> list[Part]:
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
