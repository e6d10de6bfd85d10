"""Rows of items: fields, translations, attributes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalog.importing.exceptions import InvalidValue
from catalog.importing.items import ItemRow, item_row
from catalog.importing.row_error import RowError
from tests.catalog.importing.reading import read_items, write


def row_of(**record: object) -> ItemRow:
    return item_row(2, {"item_id": "1", "title": "Solaris", **record})


def reason_of(**record: object) -> tuple[str, str]:
    with pytest.raises(InvalidValue) as caught:
        row_of(**record)
    return caught.value.column, caught.value.reason


def test_every_field_of_a_table_is_understood(tmp_path: Path) -> None:
    path = write(
        tmp_path / "items.csv",
        "item_id,kind,title,description,title_zh,description_zh,year,categories,categories_zh,tags,tags_zh,"
        "language,image_url,hidden,published_at,creator,creator_zh\n"
        "1,film,Solaris,An ocean thinks.,飞向太空,一片会思考的海。,1972,Film|Drama,电影|剧情,space|sea,太空|大海,en,"
        "https://example.com/1.jpg,no,1972-03-20,Tarkovsky,塔可夫斯基\n",
    )
    items, errors = read_items(path)
    assert errors == []
    assert items == [
        ItemRow(
            row_number=2,
            external_id="1",
            title="Solaris",
            kind="film",
            description="An ocean thinks.",
            language="en",
            categories=["Film", "Drama"],
            tags=["space", "sea"],
            attributes={"creator": "Tarkovsky", "creator_zh": "塔可夫斯基", "year": 1972},
            translations={
                "zh-hans": {
                    "title": "飞向太空",
                    "description": "一片会思考的海。",
                    "categories": ["电影", "剧情"],
                    "tags": ["太空", "大海"],
                }
            },
            image_url="https://example.com/1.jpg",
            hidden=False,
            published_at=datetime(1972, 3, 20, tzinfo=UTC),
            publication_given=True,
        )
    ]


def test_what_a_file_does_not_mention_is_none() -> None:
    assert row_of() == ItemRow(row_number=2, external_id="1", title="Solaris")


def test_year_is_the_day_of_publication_where_nothing_else_is() -> None:
    row = row_of(year="1972", published_at="")
    assert row.published_at == datetime(1972, 1, 1, tzinfo=UTC)
    assert row.attributes == {"year": 1972}


def test_empty_year_says_nothing_about_publication() -> None:
    row = row_of(year="")
    assert row.publication_given is False
    assert row.attributes == {"year": None}


def test_json_values_keep_their_types_as_attributes() -> None:
    row = row_of(runtime=166, cast=["Banionis"], attributes={"budget": 1.5, "runtime": 1}, score=None)
    assert row.attributes == {"budget": 1.5, "runtime": 166, "cast": ["Banionis"], "score": None}


def test_translations_as_an_object() -> None:
    row = row_of(
        translations={"zh": {"title": "飞向太空"}, "ja": {"tags": "宇宙|海", "categories": ["映画"], "title": ""}}
    )
    assert row.translations == {
        "zh-hans": {"title": "飞向太空"},
        "ja": {"tags": ["宇宙", "海"], "categories": ["映画"], "title": None},
    }


def test_objects_written_as_text_are_read() -> None:
    row = row_of(attributes='{"runtime": 166}', translations='{"zh": {"title": "飞向太空"}}')
    assert row.attributes == {"runtime": 166}
    assert row.translations == {"zh-hans": {"title": "飞向太空"}}


def test_markup_and_formulas_are_text() -> None:
    row = row_of(title="=HYPERLINK(1)", description="<script>alert(1)</script>", note="@SUM(A1)")
    assert (row.title, row.description, row.attributes) == (
        "=HYPERLINK(1)",
        "<script>alert(1)</script>",
        {"note": "@SUM(A1)"},
    )


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"title": "  "}, ("title", "is empty")),
        ({"title": "x" * 2_001}, ("title", "is longer than 2,000 characters")),
        ({"item_id": True}, ("item_id", "is true or false, not a text")),
        ({"year": "MCMLXXII"}, ("year", "is not a year from 1 to 9999")),
        ({"image_url": "javascript:alert(1)"}, ("image_url", "is not an http or https address")),
        ({"attributes": [1]}, ("attributes", "is not an object")),
        ({"attributes": '{"a": NaN}'}, ("attributes", "NaN is not JSON")),
        ({"translations": "zh"}, ("translations", "it is not JSON at character 1: Expecting value")),
        (
            {"translations": {"zh": "飞向太空"}},
            ("translations", "is not an object of title, description, categories, tags"),
        ),
        (
            {"translations": {"zh": {"plot": "x"}}},
            ("translations", "is not an object of title, description, categories, tags"),
        ),
        ({"tags_zh-hans": {"a": 1}}, ("tags_zh-hans", "is an object, not a list")),
        ({"translations": {"zh": {"tags": 1}}}, ("translations.zh.tags", "is a number, not a list")),
        ({"translations": {"Chinese!": {}}}, ("translations", "is not a language code such as en or zh-hans")),
    ],
)
def test_row_is_refused_for_its_first_fault(record: dict[str, object], expected: tuple[str, str]) -> None:
    assert reason_of(**record) == expected


def test_refused_row_shows_where_and_what(tmp_path: Path) -> None:
    path = write(
        tmp_path / "items.csv", f"item_id,title,year\n1,Solaris,1972\n2,Stalker,{'9' * 200}\na\u200bb,Ran,1985\n"
    )
    items, errors = read_items(path)
    assert [item.external_id for item in items] == ["1"]
    assert errors == [
        RowError(3, "year", "9" * 79 + "…", "is not a year from 1 to 9999"),
        RowError(4, "item_id", "a\\u200bb", "contains characters that cannot be seen"),
    ]
