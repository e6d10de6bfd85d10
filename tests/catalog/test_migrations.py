"""What migrations make of items that were there before them."""

from __future__ import annotations

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from catalog.models import Item
from tests.conftest import MakeItem

BEFORE_TRANSLATED_TAGS = "0002_site_and_search"
TRANSLATED_TAGS = "0003_translated_tags"


def migrate_catalog_to(name: str) -> None:
    """Inside the test's own transaction, which takes it all back."""
    MigrationExecutor(connection).migrate([("catalog", name)])


def stored(item: Item) -> tuple[str, str, str]:
    """What items are searched by, their digest, and the place of the row, which any writing changes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT search_text, content_hash, ctid::text FROM catalog_item WHERE id = %s", [item.pk])
        search_text, content_hash, place = cursor.fetchone()
    return search_text, content_hash, place


def test_translated_tags_of_items_that_were_there_before_are_searched(make_item: MakeItem) -> None:
    item = make_item(
        "film",
        title="Far",
        categories=["Film"],
        tags=["slow"],
        attributes={"creator": "Ann"},
        translations={"zh-hans": {"title": "远", "categories": ["电影"], "tags": ["慢节奏", "太空"]}},
    )
    assert stored(item)[0] == "far\n远\nfilm\n电影\nslow\n慢节奏\n太空\nann"

    migrate_catalog_to(BEFORE_TRANSLATED_TAGS)
    assert stored(item)[0] == "far\n远\nfilm\n电影\nslow\nann"

    migrate_catalog_to(TRANSLATED_TAGS)
    assert stored(item)[0] == "far\n远\nfilm\n电影\nslow\n慢节奏\n太空\nann"


def test_items_without_translated_tags_are_not_written_anew(make_item: MakeItem) -> None:
    item = make_item("film", title="Far", tags=["slow"], translations={"zh-hans": {"title": "远"}})
    before = stored(item)
    migrate_catalog_to(BEFORE_TRANSLATED_TAGS)
    migrate_catalog_to(TRANSLATED_TAGS)
    assert stored(item) == before


def test_no_item_is_embedded_again_for_it(make_item: MakeItem) -> None:
    item = make_item("film", title="Far", translations={"zh-hans": {"tags": ["太空"]}})
    before = stored(item)[1]
    migrate_catalog_to(BEFORE_TRANSLATED_TAGS)
    migrate_catalog_to(TRANSLATED_TAGS)
    assert stored(item)[1] == before
