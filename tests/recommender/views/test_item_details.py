"""Which attributes a reader sees, under which names and in which language."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.utils.translation import override

from catalog.models import Item
from recommender.views.item_details import details_of, other_titles


def told(attributes: dict[str, object], *, language: str = "en", tags: Sequence[str] = ()) -> dict[str, list[str]]:
    item = Item(title="One", tags=list(tags), attributes=attributes)
    with override(language):
        return {detail.label: list(detail.values) for detail in details_of(item, language)}


def test_known_attributes_come_first_then_others_by_name_then_tags() -> None:
    shown = told({"length_minutes": 90, "year": 1999, "creator": "A", "awards": ["B", "C"]}, tags=["slow"])
    assert list(shown.items()) == [
        ("By", ["A"]),
        ("Year", ["1999"]),
        ("Awards", ["B", "C"]),
        ("Length minutes", ["90"]),
        ("Tags", ["slow"]),
    ]


def test_translation_stands_in_for_its_attribute() -> None:
    attributes: dict[str, object] = {"creator": "Hayao Miyazaki", "creator_zh": "宫崎骏"}
    assert list(told(attributes).values()) == [["Hayao Miyazaki"]]
    assert list(told(attributes, language="zh-hans").values()) == [["宫崎骏"]]


def test_tags_are_in_the_readers_language() -> None:
    item = Item(title="One", tags=["love song"], translations={"zh-hans": {"tags": ["情歌"]}})
    shown = {language: [list(detail.values) for detail in details_of(item, language)] for language in ("en", "zh-hans")}
    assert shown == {"en": [["love song"]], "zh-hans": [["情歌"]]}


def test_tags_that_are_there_in_translation_alone_are_for_its_readers() -> None:
    item = Item(title="One", translations={"zh-hans": {"tags": ["情歌"]}})
    assert details_of(item, "en") == []
    assert [list(detail.values) for detail in details_of(item, "zh-hans")] == [["情歌"]]


def test_attribute_that_only_ends_like_a_translation_is_one_of_its_own() -> None:
    assert told({"title_zh": "火"}) == {"Title zh": ["火"]}


@pytest.mark.parametrize("value", [None, True, "", {"a": 1}, ["", None], "x" * 201])
def test_what_nobody_can_read_is_left_out(value: object) -> None:
    assert told({"note": value}) == {}


@pytest.mark.parametrize("name", ["id", "imdb_id", "tmdb-id", "uuid", "isbn", "cover_url"])
def test_identifiers_are_left_out(name: str) -> None:
    assert told({name: "tt123"}) == {}


def test_original_language_is_named() -> None:
    assert told({"original_language": "ja"}) == {"Original language": ["Japanese"]}
    assert told({"original_language": "zh"}) == {"Original language": ["Chinese"]}
    assert told({"original_language": "xx"}) == {"Original language": ["xx"]}


def test_titles_in_other_languages_are_each_told_once() -> None:
    item = Item(title="Totoro", translations={"zh-hans": {"title": "龙猫"}, "ja": {"title": "Totoro"}, "fr": {}})
    assert other_titles(item, "en") == ["龙猫"]
    assert other_titles(item, "zh-hans") == ["Totoro"]
