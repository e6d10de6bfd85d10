"""What words find, and in which order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from catalog.models import Catalog, Item
from recommender.selectors.search import items_with_words
from tests.conftest import MakeItem
from tests.recommender.services.statements import statements

BULK = """
INSERT INTO catalog_item (catalog_id, external_id, title, tags)
SELECT %s, 'item-' || number, 'Work ' || md5(number::text), ARRAY[md5('tag' || number)]
FROM generate_series(1, %s) number
"""


@pytest.fixture
def films(make_item: MakeItem) -> dict[str, Item]:
    return {
        "interstellar": make_item(
            "interstellar",
            title="Interstellar",
            translations={"zh-hans": {"title": "星际穿越", "categories": ["电影", "科幻"], "tags": ["太空", "黑洞"]}},
            categories=["Film", "Science fiction"],
            tags=["space", "black hole"],
            attributes={"creator": "Christopher Nolan", "creator_zh": "克里斯托弗·诺兰", "year": 2014},
        ),
        "odyssey": make_item(
            "odyssey",
            title="2001: A Space Odyssey",
            translations={"zh-hans": {"title": "2001太空漫游", "categories": ["电影", "科幻"]}},
            tags=["slow"],
        ),
        "totoro": make_item(
            "totoro", title="My Neighbour Totoro", translations={"zh-hans": {"title": "龙猫", "categories": ["电影"]}}
        ),
    }


def found(catalog: Catalog, query: str, *, limit: int = 10) -> list[str]:
    matches = items_with_words(catalog.pk, query, limit=limit)
    names = dict(Item.objects.values_list("pk", "external_id"))
    return [names[match.item_id] for match in matches]


@pytest.mark.usefixtures("films")
class TestWords:
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("interstellar", ["interstellar"]),
            ("INTERSTELLAR", ["interstellar"]),
            ("terstel", ["interstellar"]),
            ("星际穿越", ["interstellar"]),
            ("际穿", ["interstellar"]),
            ("猫", ["totoro"]),
            ("my", ["totoro"]),
            ("nolan", ["interstellar"]),
            ("诺兰", ["interstellar"]),
            ("《龙猫》", ["totoro"]),
            ("black hole", ["interstellar"]),
            ("黑洞", ["interstellar"]),
            ("nothing of this", []),
            ("", []),
        ],
    )
    def test_stand_in_titles_names_categories_or_tags(self, catalog: Catalog, query: str, expected: list[str]) -> None:
        assert found(catalog, query) == expected

    def test_all_of_them_have_to_be_there(self, catalog: Catalog) -> None:
        assert found(catalog, "nolan space") == ["interstellar"]
        assert found(catalog, "space") == ["odyssey", "interstellar"]
        assert found(catalog, "nolan totoro") == []

    def test_chinese_without_spaces_is_cut_where_it_does_not_stand_as_it_is(self, catalog: Catalog) -> None:
        assert found(catalog, "科幻电影") == ["interstellar", "odyssey"]
        assert found(catalog, "龙猫电影") == ["totoro"]
        assert found(catalog, "科幻太空") == ["odyssey", "interstellar"]
        assert found(catalog, "太空电影") == ["odyssey", "interstellar"]
        assert found(catalog, "黑洞科幻") == ["interstellar"]

    def test_signs_of_patterns_stand_for_themselves(self, catalog: Catalog, make_item: MakeItem) -> None:
        make_item("hundred", title=r"100% a_b back\slash")
        assert found(catalog, "100%") == ["hundred"]
        assert found(catalog, "a_b") == ["hundred"]
        assert found(catalog, r"back\slash") == ["hundred"]
        assert found(catalog, "%") == ["hundred"]
        assert found(catalog, "i_t") == []

    def test_letters_are_lowered_as_the_database_does(self, catalog: Catalog, make_item: MakeItem) -> None:
        make_item("elite", title="Élite")
        assert found(catalog, "ÉLITE") == ["elite"]

    def test_hidden_items_and_other_catalogs_are_left_out(
        self, catalog: Catalog, other_catalog: Catalog, films: dict[str, Item]
    ) -> None:
        Item.objects.create(catalog=other_catalog, external_id="soup", title="Interstellar soup")
        assert found(other_catalog, "interstellar") == ["soup"]
        Item.objects.filter(pk=films["interstellar"].pk).update(hidden=True)
        assert found(catalog, "interstellar") == []


class TestOrder:
    def test_title_that_is_the_query_then_one_that_begins_with_it_then_titles_then_tags(
        self, catalog: Catalog, make_item: MakeItem
    ) -> None:
        make_item("tagged", title="A", tags=["moon"])
        make_item("inside", title="The moon")
        make_item("longer", title="Moon over the sea")
        make_item("translated", title="Luna above all", translations={"en": {"title": "Moon"}})

        assert found(catalog, "moon") == ["translated", "longer", "inside", "tagged"]
        assert [match.is_title for match in items_with_words(catalog.pk, "moon", limit=9)] == [True, *[False] * 3]

    def test_punctuation_may_be_left_out_of_a_title_or_not(self, catalog: Catalog, make_item: MakeItem) -> None:
        make_item("asked", title="Who goes there?")
        assert items_with_words(catalog.pk, "who goes there?", limit=1)[0].is_title
        make_item("plain", title="三体")
        assert items_with_words(catalog.pk, "《三体》", limit=1)[0].is_title

    def test_short_titles_come_first_and_ties_break_by_id(self, catalog: Catalog, make_item: MakeItem) -> None:
        make_item("second", title="A moon of mine")
        make_item("first", title="A moon")
        make_item("third", title="A moon of ours")
        assert found(catalog, "moon") == ["first", "second", "third"]

    def test_limit_cuts_what_comes_last(self, catalog: Catalog, make_item: MakeItem) -> None:
        for number in range(3):
            make_item(f"moon-{number}")
        assert found(catalog, "moon", limit=2) == ["moon-0", "moon-1"]


class TestCost:
    def test_one_query_and_another_one_where_a_word_is_cut(self, catalog: Catalog, films: dict[str, Item]) -> None:
        assert len(statements(lambda: found(catalog, "space odyssey"))) == 1 + 1
        assert len(statements(lambda: found(catalog, "科幻电影"))) == 2 + 1

    def test_trigram_index_answers_in_a_large_catalog(self, catalog: Catalog) -> None:
        with connection.cursor() as cursor:
            cursor.execute(BULK, [catalog.pk, 20_000])
            # What autovacuum does after an import: until then, new rows wait outside the tree.
            cursor.execute("SELECT gin_clean_pending_list('item_search_trigrams')")
            cursor.execute("ANALYZE catalog_item")

        assert found(catalog, "c4ca4238") == ["item-1"]
        plan = plan_of(lambda: items_with_words(catalog.pk, "c4ca4238", limit=10))

        assert "Bitmap Index Scan on item_search_trigrams" in plan
        assert "Seq Scan on catalog_item" not in plan


def plan_of(action: Callable[[], object]) -> str:
    """How PostgreSQL answers the statement of an action."""
    sent: list[tuple[str, Any]] = []

    def remember(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        sent.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(remember):
        action()
    ((sql, params),) = sent
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}", params)
        return "\n".join(row[0] for row in cursor.fetchall())
