from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.importing.exceptions import InvalidValue
from catalog.models import Item
from recommender.gorse.document import Document
from recommender.gorse.items import GorseItem, item_of, item_of_genre

LONG = "A retired detective looks for a painting. " * 10


def stored(item: GorseItem) -> Item:
    return Item(
        external_id=item.item_id,
        title=item.title,
        description=item.description,
        categories=list(item.categories),
        attributes=item.attributes,
        hidden=item.is_hidden,
        published_at=item.timestamp,
    )


@given(st.text(max_size=300) | st.sampled_from([LONG, "heat", " heat", "heat ", "two\nlines", "\n", "heat\u2028"]))
def test_a_comment_comes_back_letter_by_letter(comment: str) -> None:
    item = GorseItem("heat", comment=comment)
    assert item.title
    assert item_of_genre(stored(item)).comment == comment


@pytest.mark.parametrize(
    ("comment", "title", "description"),
    [
        ("", "heat", ""),
        ("Heat (1995)", "Heat (1995)", ""),
        ("Heat\nA heist film.", "Heat", "Heat\nA heist film."),
        (LONG, LONG[:199].rstrip() + "…", LONG),
        ("heat", "heat", "heat"),
        (" \n ", "heat", " \n "),
    ],
)
def test_a_short_comment_is_the_title_and_a_long_one_the_description(
    comment: str, title: str, description: str
) -> None:
    item = GorseItem("heat", comment=comment)
    assert (item.title, item.description) == (title, description)


def test_a_title_beside_a_description_stays() -> None:
    there = item_of_genre(Item(external_id="heat", title="Heat", description="A heist film."))
    assert there.comment == "A heist film."
    changed = there.changed(Document({"Comment": "Another text."}))
    assert (changed.title, changed.description) == ("Heat", "Another text.")


def test_null_and_absent_leave_things_as_they_are() -> None:
    item = GorseItem("heat", True, ("crime",), None, {"year": 1995}, "Heat")
    patch = dict.fromkeys(("IsHidden", "Categories", "Timestamp", "Labels", "Comment"))
    assert item.changed(Document(patch)) == item
    assert item.changed(Document({})) == item
    assert item.changed(Document({"IsHidden": False, "Categories": []})) == GorseItem(
        "heat", False, (), None, {"year": 1995}, "Heat"
    )


def test_names_are_taken_in_any_case_and_unknown_ones_passed_over() -> None:
    sent = {"itemid": "heat", "ISHIDDEN": True, "isHidden": False, "IsHidden": True, "Colour": "blue"}
    assert item_of(sent) == GorseItem("heat", is_hidden=True)


@pytest.mark.parametrize(
    ("value", "member"),
    [
        ([], ""),
        ({}, "ItemId"),
        ({"ItemId": ""}, "ItemId"),
        ({"ItemId": 7}, "ItemId"),
        ({"ItemId": "x" * 256}, "ItemId"),
        ({"ItemId": "a\u200b"}, "ItemId"),
        ({"ItemId": "a", "IsHidden": "yes"}, "IsHidden"),
        ({"ItemId": "a", "Categories": "crime"}, "Categories"),
        ({"ItemId": "a", "Categories": [1]}, "Categories"),
        ({"ItemId": "a", "Timestamp": "soon"}, "Timestamp"),
        ({"ItemId": "a", "Comment": ["x"]}, "Comment"),
    ],
)
def test_what_is_wrong_is_named(value: Any, member: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        item_of(value)
    assert caught.value.column == member
