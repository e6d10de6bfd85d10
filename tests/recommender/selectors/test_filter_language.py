"""Filters: what they select, and what is said about those that make no sense."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection

from catalog.models import Catalog, Item
from recommender.exceptions import InvalidRequest
from recommender.models import ItemEmbedding
from recommender.selectors.filter_language import parse_filter
from recommender.selectors.filter_syntax import LONGEST_FILTER, MOST_TERMS
from tests.conftest import MakeItem, embed_all


def found(text: str, *, keeps_catalog: bool = False) -> set[str]:
    items = Item.objects.filter(parse_filter(text, keeps_catalog=keeps_catalog).q(), catalog__slug="films")
    return set(items.values_list("external_id", flat=True))


def complaint(text: str) -> str:
    with pytest.raises(InvalidRequest) as caught:
        parse_filter(text)
    return str(caught.value)


@pytest.fixture
def works(make_item: MakeItem) -> None:
    make_item(
        "film",
        kind="film",
        title="Quiet Piano",
        language="en",
        categories=["jazz", "drama"],
        tags=["slow"],
        attributes={
            "year": 1990,
            "rating": 7.5,
            "creator": "Ada",
            "genres": ["a", "b", 3],
            "vegan": True,
            "allergens": "nuts",
            "年份": 1990,
            "running time": 95,
            "made": {"in": {"country": "fr"}},
            "released": "1990-05-01",
            "dotted.name": "x",
        },
        published_at=datetime(2020, 5, 1, tzinfo=UTC),
    )
    make_item(
        "book",
        kind="book",
        title="100%_quiet",
        categories=["drama"],
        attributes={"year": "1990", "creator": ["Ada", "Bob"], "vegan": False, "rating": None},
        hidden=True,
    )
    make_item("game", kind="game", title="O'Hara \\ game")


@pytest.mark.usefixtures("works")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kind eq 'film'", {"film"}),
        ("'film' eq kind", {"film"}),
        ("kind ne 'film'", {"book", "game"}),
        ("kind in ('film')", {"film"}),
        ("kind in ('film', 'book', 'opera')", {"film", "book"}),
        ("not kind in ('film', 'book')", {"game"}),
        ("id eq 'game' or id eq 'book'", {"game", "book"}),
        ("id gt 'book'", {"film", "game"}),
        ("not(kind eq 'film') and not (kind eq 'book')", {"game"}),
        ("kind eq 'film' or kind eq 'book' and title eq 'none'", {"film"}),
        ("(kind eq 'film' or kind eq 'book') and title eq 'none'", set()),
        ("contains(title, 'Quiet')", {"film"}),
        ("contains(tolower(title), 'quiet')", {"film", "book"}),
        ("startswith(toupper(title), 'QUIET')", {"film"}),
        ("endswith(title, '%_quiet')", {"book"}),
        ("contains(title, '_')", {"book"}),
        ("contains(title, 'O''Hara \\')", {"game"}),
        ("categories/any(c: c eq 'jazz')", {"film"}),
        ("categories/any(c: c in ('jazz', 'drama'))", {"film", "book"}),
        ("categories/any(c: startswith(c, 'dr'))", {"film", "book"}),
        ("categories/all(c: c eq 'drama')", {"book", "game"}),
        ("tags/any()", {"film"}),
        ("not categories/any()", {"game"}),
        ("published_at ge 2020-05-01", {"film"}),
        ("published_at gt 2020-05-01T00:00:00Z", set()),
        ("published_at lt 2020-05-01T01:00:00+02:00", set()),
        ("published_at eq null", {"book", "game"}),
        ("not (published_at gt 2030-01-01)", {"film", "book", "game"}),
        ("created_at gt 2020-01-01 and updated_at gt 2020-01-01", {"film", "book", "game"}),
        ("language eq null", set()),
        ("attributes/year eq 1990", {"film"}),
        ("attributes/year eq 1990.0", {"film"}),
        ("attributes/year eq '1990'", {"book"}),
        ("attributes/year ne 1990", {"book", "game"}),
        ("attributes/year ge 1980 and attributes/year lt 2000", {"film"}),
        ("1980 le attributes/year", {"film"}),
        ("not (attributes/year ge 1980)", {"book", "game"}),
        ("attributes/year in (1990, '1990')", {"film", "book"}),
        ("attributes/rating gt -1e2", {"film"}),
        ("attributes/rating eq null", {"book", "game"}),
        ("attributes/rating ne null", {"film"}),
        ("attributes/vegan", {"film"}),
        ("attributes/vegan eq false", {"book"}),
        ("attributes/vegan ge 0", set()),
        ("attributes/creator/any(c: c eq 'Ada')", {"film", "book"}),
        ("attributes/creator/any(c: c in ('Bob', 'Eve'))", {"book"}),
        ("attributes/creator/all(c: c eq 'Ada')", {"film", "game"}),
        ("attributes/genres/any(g: g ge 3)", {"film"}),
        ("attributes/genres/any(g: tolower(g) eq 'a')", {"film"}),
        ("attributes/creator/any(c: c eq null)", set()),
        ("attributes/genres/any()", {"film"}),
        ("attributes/allergens eq 'nuts'", {"film"}),
        ("attributes/年份 eq 1990", {"film"}),
        ("genre.attribute('running time') lt 100", {"film"}),
        ("genre.attribute('made', 'in', 'country') eq 'fr'", {"film"}),
        ("attributes/made/in/country eq 'fr'", {"film"}),
        ("attributes/dotted.name eq 'x'", {"film"}),
        ("attributes/released ge 1990-01-01", {"film"}),
        ("startswith(attributes/released, '1990-')", {"film"}),
        ("tolower(attributes/creator) eq 'ada'", {"film"}),
        ("  kind eq 'film'  ", {"film"}),
        ("kind EQ 'film' AND NOT (id eq 'x')", {"film"}),
    ],
)
def test_filter_selects(text: str, expected: set[str]) -> None:
    assert found(text) == expected


@pytest.mark.usefixtures("works")
def test_hidden_is_known_to_the_keepers_of_the_catalog_alone() -> None:
    assert found("hidden", keeps_catalog=True) == {"book"}
    assert found("not hidden", keeps_catalog=True) == {"film", "game"}
    assert "there is no field “hidden”" in complaint("hidden eq true")


@pytest.mark.usefixtures("works")
@pytest.mark.parametrize(
    "said", ["'; DROP TABLE catalog_item; --", "%s", "%(x)s", "{0}", "\\", "$1", "x' OR '1'='1", "</script>", "\n"]
)
def test_sql_in_texts_is_text(said: str, make_item: MakeItem) -> None:
    make_item("odd", title=said, categories=[said], attributes={said: said})
    quoted = said.replace("'", "''")

    assert found(f"title eq '{quoted}'") == {"odd"}
    assert found(f"contains(title, '{quoted}') and id eq 'odd'") == {"odd"}
    assert found(f"categories/any(c: c eq '{quoted}')") == {"odd"}
    assert found(f"genre.attribute('{quoted}') eq '{quoted}'") == {"odd"}
    assert Item.objects.filter(catalog__slug="films").count() == 4


def test_all_that_was_written_travels_as_parameters() -> None:
    text = "title eq 'secret' and attributes/secret eq 'secret' and categories/any(c: contains(c, 'secret'))"
    sql, parameters = Item.objects.filter(parse_filter(text).q()).query.sql_with_params()
    assert "secret" not in sql
    assert len([one for one in parameters if "secret" in str(one)]) == 4


def test_prefix_reaches_the_item_from_another_model(catalog: Catalog, make_item: MakeItem, space: object) -> None:
    make_item("near", title="Near", attributes={"year": 1}, categories=["a"])
    make_item("far", title="Far")
    embed_all(catalog.embedding_spaces.get())
    text = "attributes/year eq 1 and categories/any(c: c eq 'a') and not (title eq 'Far')"
    rows = ItemEmbedding.objects.filter(parse_filter(text).q("item__"))
    assert [row.item.external_id for row in rows.select_related("item")] == ["near"]


def test_membership_of_a_list_is_answered_by_its_index(catalog: Catalog) -> None:
    items = [Item(catalog=catalog, external_id=f"{n}", title="t", categories=[f"c{n % 500}"]) for n in range(3_000)]
    Item.objects.bulk_create(items)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE catalog_item")
    plan = Item.objects.filter(parse_filter("categories/any(c: c eq 'c7')").q()).explain()
    assert "item_categories" in plan


@pytest.mark.parametrize(
    ("text", "position", "said"),
    [
        ("", 1, "expected is one of: a name; a value; “(”"),
        ("kind", 1, "a comparison was expected"),
        ("kind eq", 8, "expected is one of: a name; a value; “(”"),
        ("kind eq ", 8, "expected is one of: a name; a value; “(”"),
        ("kind eq 'a' and", 16, "a name; a value"),
        ("kind is 'a'", 6, "a comparison (eq, ne, lt, le, gt, ge, in)"),
        ("not (kind eq 'a' and )", 22, "a name; a value"),
        ("kind eq 'film", 9, "this quotation mark is not closed"),
        ('kind eq "film"', 9, "texts stand in single quotation marks"),
        ("kind = 'film'", 6, "expected is one of"),
        ("kind eq film", 9, "a text in single quotation marks was expected"),
        ("kind eq 5", 9, "a text in single quotation marks was expected"),
        ("kind eq 'a' title eq 'b'", 13, "and, or"),
        ("(kind eq 'a'", 13, "“)”"),
        ("kind eq 'a')", 12, "the end"),
        ("kind in ()", 10, "a value"),
        ("kind eq 'a' and yaer eq 5", 17, "there is no field “yaer”; there are: id, kind, title"),
        ("attributes eq 5", 1, "there is no field “attributes”"),
        ("title/x eq 'a'", 1, "there is no field “title/x”"),
        ("categories eq 'jazz'", 1, "write categories/any(one: one eq 'jazz')"),
        ("title/any(t: t eq 'a')", 1, "any and all look through"),
        ("categories/any(c: d eq 'a')", 19, "only “c” is known"),
        ("categories/any(c: tags/any(d: d eq 'a'))", 19, "do not stand inside each other"),
        ("published_at gt 'x'", 17, "a date was expected"),
        ("published_at gt 2024-02-31", 17, "a date was expected"),
        ("attributes/vegan gt true", 21, "only eq and ne"),
        ("attributes/year gt null", 20, "only eq and ne"),
        ("attributes/year eq attributes/x", 20, "a number, a text in single quotation marks"),
        ("attributes/a/b eq title", 19, "a number, a text in single quotation marks"),
        ("attributes/year eq 1e999", 20, "too large"),
        ("attributes/year add 1 eq 2", 1, "a field was expected"),
        ("-attributes/year eq 2", 1, "a field was expected"),
        ("foo(title)", 1, "there is no function “foo”"),
        ("length(title) eq 3", 1, "a field was expected"),
        ("year(published_at) eq 3", 1, "a field was expected"),
        ("contains(title)", 1, "contains takes 2 values"),
        ("contains(title, 5)", 17, "a text in single quotation marks"),
        ("contains(categories, 'a')", 10, "is a list"),
        ("contains(published_at, 'a')", 10, "a text was expected"),
        ("tolower(published_at) eq 'a'", 9, "a text was expected"),
        ("genre.attribute(title) eq 5", 1, "write genre.attribute"),
        ("genre.other('a') eq 5", 1, "a field was expected"),
        ("'a' eq 'a'", 1, "a field was expected"),
        ("true", 1, "a condition was expected"),
        ("('a', 'b')", 2, "a condition was expected"),
        ("kind eq 'a' eq 'b'", 1, "a field was expected"),
        ("title eq 'a\x00b'", 12, "this character is in no text"),
        ("title eq '\ud800'", 11, "this character is in no text"),
        ("ki;nd eq 'a'", 3, "“;” means nothing here"),
        ("x" * (LONGEST_FILTER + 1), LONGEST_FILTER + 1, "at most 2000 characters"),
        ("not " * (MOST_TERMS + 1) + "attributes/x", 4 * MOST_TERMS + 1, "at most 50 terms"),
        ("(" * 1_999, 2_000, "expected is one of"),
    ],
)
def test_bad_filter_names_the_place_and_what_was_expected(text: str, position: int, said: str) -> None:
    complained = complaint(text)
    assert complained.startswith(f"The filter is wrong at character {position}: ")
    assert said in complained
