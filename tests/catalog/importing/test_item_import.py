"""Items into the database: what is new, what changes, what stays."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoCaptureOnCommitCallbacks

from catalog.importing.exceptions import FileRefused
from catalog.importing.item_import import import_item_file
from catalog.importing.outcome import MergeCounts
from catalog.importing.progress import Progress
from catalog.importing.row_error import RowError
from catalog.importing.row_file import ReadOptions
from catalog.models import Catalog, Item
from catalog.signals import items_imported
from tests.catalog.importing.reading import write

FULL = (
    "item_id,title,description,title_zh,categories,tags,language,kind,image_url,hidden,published_at,mood\n"
    '1,Solaris,"An ocean, thinking.",飞向太空,Film|Drama,space|sea,en,film,https://example.com/1.jpg,yes,1972-03-20,calm\n'
)


class Import:
    """Imports files into a catalog and keeps what was refused."""

    def __init__(self, catalog: Catalog, folder: Path) -> None:
        self.catalog = catalog
        self.folder = folder
        self.refused: list[RowError] = []

    def __call__(self, content: str, *, catalog: Catalog | None = None) -> MergeCounts:
        self.refused = []
        outcome = import_item_file(
            catalog=catalog or self.catalog,
            path=write(self.folder / "items.csv", content),
            options=ReadOptions(),
            refuse=self.refused.append,
            progress=Progress(),
        )
        assert outcome.refused == len(self.refused)
        return outcome.counts


@pytest.fixture
def imported(catalog: Catalog, tmp_path: Path) -> Import:
    return Import(catalog, tmp_path)


def test_every_field_reaches_the_database(imported: Import) -> None:
    assert imported(FULL) == MergeCounts(new=1)
    item = Item.objects.get()
    assert item.catalog == imported.catalog
    assert (item.external_id, item.title, item.description) == ("1", "Solaris", "An ocean, thinking.")
    assert (item.categories, item.tags, item.language, item.kind) == (["Film", "Drama"], ["space", "sea"], "en", "film")
    assert item.translations == {"zh-hans": {"title": "飞向太空"}}
    assert (item.image_url, item.hidden) == ("https://example.com/1.jpg", True)
    assert item.published_at == datetime(1972, 3, 20, tzinfo=UTC)
    assert item.attributes == {"mood": "calm"}
    assert len(item.content_hash) == 64


def test_the_same_file_again_changes_nothing(imported: Import) -> None:
    imported(FULL)
    before = Item.objects.values().get()
    assert imported(FULL) == MergeCounts(unchanged=1)
    assert Item.objects.values().get() == before


def test_changed_row_is_updated_and_counted(imported: Import) -> None:
    imported("item_id,title\n1,Solaris\n2,Stalker\n")
    before = Item.objects.get(external_id="1")
    assert imported("item_id,title\n1,Solaris (restored)\n2,Stalker\n3,Ran\n") == MergeCounts(
        new=1, changed=1, unchanged=1
    )
    after = Item.objects.get(external_id="1")
    assert (after.pk, after.title) == (before.pk, "Solaris (restored)")
    assert after.content_hash != before.content_hash


def test_what_a_file_does_not_mention_stays(imported: Import) -> None:
    imported(FULL)
    before = Item.objects.values().get()
    assert imported("item_id,title\n1,Solaris\n") == MergeCounts(unchanged=1)
    assert Item.objects.values().get() == before


def test_empty_cell_empties_its_field(imported: Import) -> None:
    imported(FULL)
    imported("item_id,title,description,tags,title_zh,image_url,published_at,mood,hidden\n1,Solaris,,,,,,,\n")
    item = Item.objects.get()
    assert (item.description, item.tags, item.translations, item.image_url) == ("", [], {}, "")
    assert (item.published_at, item.attributes) == (None, {})
    # Who empties a cell by accident must not show what was hidden on purpose.
    assert item.hidden is True


def test_attributes_are_merged(imported: Import) -> None:
    imported("item_id,title,mood,pace\n1,Solaris,calm,slow\n")
    assert imported("item_id,title,mood,creator\n1,Solaris,,Tarkovsky\n") == MergeCounts(changed=1)
    assert Item.objects.get().attributes == {"pace": "slow", "creator": "Tarkovsky"}


def test_translations_are_merged_field_by_field(imported: Import) -> None:
    imported("item_id,title,title_zh,description_zh\n1,Solaris,飞向太空,海\n")
    imported(
        'item_id,title,translations\n1,Solaris,"{""zh"": {""title"": ""索拉里斯""}, ""ja"": {""title"": ""惑星""}}"\n'
    )
    assert Item.objects.get().translations == {
        "zh-hans": {"title": "索拉里斯", "description": "海"},
        "ja": {"title": "惑星"},
    }


def test_translated_tags_are_kept_where_a_file_says_nothing_of_them_and_emptied_by_an_empty_cell(
    imported: Import,
) -> None:
    imported("item_id,title,title_zh,tags,tags_zh\n1,Solaris,飞向太空,space|sea,太空 | 大海\n")
    imported("item_id,title,title_zh\n1,Solaris,索拉里斯\n")
    assert Item.objects.get().translations == {"zh-hans": {"title": "索拉里斯", "tags": ["太空", "大海"]}}
    imported("item_id,title,tags_zh\n1,Solaris,\n")
    item = Item.objects.get()
    assert item.translations == {"zh-hans": {"title": "索拉里斯"}}
    assert item.tags_in("zh-hans") == ["space", "sea"]


def test_of_an_id_that_stands_twice_the_first_row_counts(imported: Import) -> None:
    content = "item_id,title\n1,Solaris\n2,Stalker\n1,Solyaris\n1,Солярис\n"
    assert imported(content) == MergeCounts(new=2)
    refused = [
        RowError(4, "item_id", "1", "stands already in row 2"),
        RowError(5, "item_id", "1", "stands already in row 2"),
    ]
    assert imported.refused == refused
    assert imported(content) == MergeCounts(unchanged=2)
    assert imported.refused == refused
    assert Item.objects.get(external_id="1").title == "Solaris"


def test_composed_and_decomposed_ids_are_one_item(imported: Import) -> None:
    imported("item_id,title\nAm\u00e9lie,Amélie\n")
    assert imported("item_id,title\nAme\u0301lie,Amélie\n") == MergeCounts(unchanged=1)


def test_catalogs_are_apart(imported: Import, other_catalog: Catalog) -> None:
    imported("item_id,title\n1,Solaris\n")
    assert imported("item_id,title\n1,Congee\n", catalog=other_catalog) == MergeCounts(new=1)
    assert list(Item.objects.order_by("pk").values_list("catalog__slug", "title")) == [
        ("films", "Solaris"),
        ("dishes", "Congee"),
    ]


def test_awkward_text_is_stored_as_it_is(imported: Import) -> None:
    awkward = "back\\slash, {braces}, \ttab, NULL, \\N, 'quote', ünï, 😀"
    cell = f'"{awkward}"'
    imported(f"item_id,title,categories,mood\n1,{cell},{cell},{cell}\n")
    item = Item.objects.get()
    assert item.title == awkward
    assert item.categories == [awkward]
    assert item.attributes == {"mood": awkward}


def test_category_with_quotes_is_stored_as_it_is(imported: Import) -> None:
    imported('item_id,title,categories\n1,Solaris,"say ""hi""|NULL|a,b"\n')
    assert Item.objects.get().categories == ['say "hi"', "NULL", "a,b"]


def test_file_refused_half_way_leaves_nothing(imported: Import) -> None:
    with pytest.raises(FileRefused, match="row 3 begins at line 3"):
        imported('item_id,title\n1,Solaris\n2,"Stalker\n3,Ran\n')
    assert Item.objects.count() == 0


def test_queries_do_not_grow_with_the_rows(imported: Import) -> None:
    def count_for(rows: range) -> int:
        with CaptureQueriesContext(connection) as queries:
            imported("item_id,title\n" + "".join(f"{number},Film {number}\n" for number in rows))
        return len(queries)

    assert count_for(range(5)) == count_for(range(100, 400)) <= 12


def test_many_rows_find_those_that_the_same_transaction_stored(imported: Import) -> None:
    content = "item_id,title\n" + "".join(f"{number},Film {number}\n" for number in range(3_000))
    assert imported(content) == MergeCounts(new=3_000)
    assert imported(content.replace("Film 7\n", "Seven\n")) == MergeCounts(changed=1, unchanged=2_999)


def test_planner_learns_of_a_large_change_alone(
    imported: Import, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    def analyzed(rows: range) -> list[str]:
        with CaptureQueriesContext(connection) as queries, django_capture_on_commit_callbacks(execute=True):
            imported("item_id,title\n" + "".join(f"{number},Film {number}\n" for number in rows))
        return [query["sql"] for query in queries if query["sql"].startswith("ANALYZE")]

    assert analyzed(range(999)) == []
    assert analyzed(range(2_000, 3_000)) == ["ANALYZE catalog_item (catalog_id, external_id, hidden, published_at)"]


def test_change_is_announced_after_the_commit(
    imported: Import, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    announced: list[int] = []

    def listen(catalog_id: int, **_: object) -> None:
        announced.append(catalog_id)

    items_imported.connect(listen)
    try:
        for _ in range(2):
            with django_capture_on_commit_callbacks(execute=True):
                imported(FULL)
    finally:
        items_imported.disconnect(listen)
    assert announced == [imported.catalog.pk]
