"""Any filter selects, out of the database, the items that a plain reading of its conditions selects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.models import Catalog, Item
from recommender.exceptions import InvalidRequest
from recommender.selectors.filter_language import parse_filter

# Letters that have no other case, or one that every rule agrees on, so that Python's rule is the database's.
LETTERS = "abAB'%_\\ 琴"
WORDS = ["a", "b", "ab", "A", "a'b", "%", "_", "a b", "琴", "\\", ""]
NUMBERS = [Decimal(0), Decimal(1), Decimal("1.5"), Decimal(-3), Decimal(1990)]
DAYS = [datetime(2020, 1, day, tzinfo=UTC) for day in (1, 2, 3)]
TEXTS = {"id": "external_id", "kind": "kind", "title": "title", "language": "language"}
KEYS = ["x", "y", "z"]

# A filter, and what it says of an item: text and plain reading grow together.
Said = tuple[str, Callable[[Item], bool]]
SIGNS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": lambda one, other: one == other,
    "ne": lambda one, other: one != other,
    "lt": lambda one, other: one < other,
    "le": lambda one, other: one <= other,
    "gt": lambda one, other: one > other,
    "ge": lambda one, other: one >= other,
}
TESTS: Mapping[str, Callable[[str, str], bool]] = {
    "contains": lambda text, piece: piece in text,
    "startswith": lambda text, piece: text.startswith(piece),
    "endswith": lambda text, piece: text.endswith(piece),
}


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else quoted(value) if isinstance(value, str) else str(value)


def kind_of(value: Any) -> str:
    if isinstance(value, bool):
        return "truth"
    return "number" if isinstance(value, int | float | Decimal) else "text" if isinstance(value, str) else "other"


def compared(found: Any, sign: str, value: Any) -> bool:
    """Of one type or not at all; `ne` is the opposite of `eq`."""
    if sign == "ne":
        return not compared(found, "eq", value)
    if value is None:
        return found is None
    if kind_of(found) != kind_of(value):
        return False
    if kind_of(found) == "number":
        found = Decimal(str(found))
    return SIGNS[sign](found, value)


@st.composite
def text_conditions(draw: st.DrawFn) -> Said:
    name = draw(st.sampled_from(sorted(TEXTS)))
    word = draw(st.sampled_from(WORDS) | st.text(LETTERS, max_size=3))
    if draw(st.booleans()):
        test = draw(st.sampled_from(sorted(TESTS)))
        return f"{test}({name}, {quoted(word)})", lambda item: TESTS[test](getattr(item, TEXTS[name]), word)
    sign = draw(st.sampled_from(sorted(SIGNS)))
    return f"{name} {sign} {quoted(word)}", lambda item: compared(getattr(item, TEXTS[name]), sign, word)


@st.composite
def attribute_conditions(draw: st.DrawFn) -> Said:
    key = draw(st.sampled_from(KEYS))
    value = draw(st.sampled_from([*NUMBERS, *WORDS, True, False, None]))
    signs = ["eq", "ne"] if value is None or isinstance(value, bool) else sorted(SIGNS)
    sign = draw(st.sampled_from(signs))
    return f"attributes/{key} {sign} {written(value)}", lambda item: compared(item.attributes.get(key), sign, value)


@st.composite
def choices(draw: st.DrawFn) -> Said:
    key = draw(st.sampled_from(KEYS))
    values = draw(st.lists(st.sampled_from([*NUMBERS, *WORDS, True, None]), min_size=1, max_size=3))
    text = f"attributes/{key} in ({', '.join(map(written, values))})"
    return text, lambda item: any(compared(item.attributes.get(key), "eq", value) for value in values)


@st.composite
def moments(draw: st.DrawFn) -> Said:
    sign, day = draw(st.sampled_from(sorted(SIGNS))), draw(st.sampled_from(DAYS))
    lacking = sign == "ne"
    return (
        f"published_at {sign} {day:%Y-%m-%d}",
        lambda item: lacking if item.published_at is None else SIGNS[sign](item.published_at, day),
    )


def members(item: Item, name: str) -> list[Any]:
    if name == "categories":
        return list(item.categories)
    found = item.attributes.get(name.removeprefix("attributes/"))
    return found if isinstance(found, list) else [] if found is None else [found]


@st.composite
def quantified(draw: st.DrawFn) -> Said:
    name = draw(st.sampled_from(["categories", "attributes/x", "attributes/y"]))
    word, sign = draw(st.sampled_from(WORDS)), draw(st.sampled_from(sorted(SIGNS)))
    if draw(st.booleans()):
        text = f"{name}/any(one: one {sign} {quoted(word)})"
        return text, lambda item: any(compared(one, sign, word) for one in members(item, name))
    text = f"{name}/all(one: one {sign} {quoted(word)})"
    return text, lambda item: all(compared(one, sign, word) for one in members(item, name))


def combined(inner: st.SearchStrategy[Said]) -> st.SearchStrategy[Said]:
    pairs = st.tuples(inner, inner)
    return (
        pairs.map(lambda two: (f"({two[0][0]} and {two[1][0]})", lambda item: two[0][1](item) and two[1][1](item)))
        | pairs.map(lambda two: (f"({two[0][0]} or {two[1][0]})", lambda item: two[0][1](item) or two[1][1](item)))
        | inner.map(lambda one: (f"not ({one[0]})", lambda item: not one[1](item)))
    )


LEAVES = text_conditions() | attribute_conditions() | choices() | moments() | quantified()
FILTERS = st.recursive(LEAVES, combined, max_leaves=8)
VALUES: list[Any] = [0, 1, 1.5, -3, 1990, 1990.0, "1", *WORDS, True, False, None, [], ["a", "b"], ["", None], [[1]], {}]


@pytest.fixture
def rows(catalog: Catalog) -> list[Item]:
    """Every word as a title, every value as an attribute, and combinations of them."""
    made = []
    for place, value in enumerate(VALUES):
        word, other = WORDS[place % len(WORDS)], WORDS[(place * 3 + 1) % len(WORDS)]
        made.append(
            Item(
                catalog=catalog,
                external_id=f"{other}{place}",
                kind=other,
                title=word or "a",
                language=word,
                categories=[word, other] if place % 3 else [],
                attributes={"x": value, "y": VALUES[(place * 7 + 2) % len(VALUES)]} if place % 5 else {},
                published_at=DAYS[place % 3] if place % 4 else None,
            )
        )
    return Item.objects.bulk_create(made)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=FILTERS)
def test_database_selects_what_a_plain_reading_selects(rows: list[Item], said: Said) -> None:
    text, reading = said
    expected = {item.external_id for item in rows if reading(item)}
    items = Item.objects.filter(parse_filter(text).q(), catalog__slug="films")
    found = items.values_list("external_id", flat=True)
    assert set(found) == expected, text


@settings(max_examples=300, deadline=None)
@given(text=st.text(st.sampled_from("abceinqtx_ .,:/()'0159-TZ琴\"\\"), max_size=40))
def test_any_text_is_a_filter_or_a_bad_request(text: str) -> None:
    with suppress(InvalidRequest):
        parse_filter(text)
