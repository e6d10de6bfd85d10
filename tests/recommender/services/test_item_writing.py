"""Items written by rows: made, merged, counted; by one program and by several."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from catalog.importing.items import ItemRow
from catalog.models import Catalog, Item
from catalog.signals import items_imported
from recommender.services.catalogs import open_catalog
from recommender.services.item_writing import item_row, upsert_items
from recommender.services.written_rows import Outcome, RowRefused
from tests.recommender.services.statements import statements
from tests.recommender.services.together import all_at_once


def row(number: int, **fields: Any) -> ItemRow:
    return ItemRow(**{"row_number": number, "external_id": f"i{number}", "title": f"T{number}", **fields})


def outcomes(catalog: Catalog, *rows: ItemRow) -> list[Outcome]:
    return [one.outcome for one in upsert_items(catalog=catalog, rows=rows)]


def test_rows_are_made_changed_or_left_alone(catalog: Catalog) -> None:
    assert outcomes(catalog, row(0), row(1)) == [Outcome.CREATED] * 2
    before = Item.objects.get(external_id="i1").updated_at
    assert outcomes(catalog, row(0, title="New"), row(1), row(2)) == [
        Outcome.UPDATED,
        Outcome.UNCHANGED,
        Outcome.CREATED,
    ]
    assert Item.objects.get(external_id="i1").updated_at == before
    assert Item.objects.get(external_id="i0").updated_at > before


def test_nothing_that_a_row_leaves_out_changes(catalog: Catalog) -> None:
    everything: dict[str, Any] = {
        "kind": "film",
        "description": "d",
        "language": "en",
        "categories": ['a"b', "c,d", "{}"],
        "tags": ["t\\"],
        "attributes": {"year": 1995, "deep": {"a": [1]}},
        "translations": {"fr": {"title": "x"}},
        "image_url": "https://example.com",
        "hidden": True,
        "published_at": datetime(1995, 1, 1, tzinfo=UTC),
        "publication_given": True,
    }
    upsert_items(catalog=catalog, rows=[row(0, **everything)])
    upsert_items(catalog=catalog, rows=[row(0)])
    stored = Item.objects.get()
    assert {name: getattr(stored, name) for name in everything if name != "publication_given"} == {
        name: value for name, value in everything.items() if name != "publication_given"
    }


def test_number_of_statements_is_bounded(catalog: Catalog) -> None:
    many = [row(number) for number in range(50)]
    assert len(statements(lambda: upsert_items(catalog=catalog, rows=many[:1]))) == 1
    assert len(statements(lambda: upsert_items(catalog=catalog, rows=many))) == 3


def test_news_are_sent_where_something_changed(catalog: Catalog, django_capture_on_commit_callbacks: Any) -> None:
    told: list[int] = []

    def hear(catalog_id: int, **_: Any) -> None:
        told.append(catalog_id)

    items_imported.connect(hear)
    try:
        for _time in range(2):
            with django_capture_on_commit_callbacks(execute=True):
                upsert_items(catalog=catalog, rows=[row(0)])
    finally:
        items_imported.disconnect(hear)
    assert told == [catalog.pk]


def test_record_tells_all_its_mistakes() -> None:
    with pytest.raises(RowRefused) as caught:
        item_row(0, {"id": " x", "attributes": {"": 1}, "categories": "a|b", "translations": {"fr": {"titel": "x"}}})
    assert [mistake.field for mistake in caught.value.mistakes] == [
        "id",
        "attributes",
        "categories",
        "translations",
        "title",
    ]


@pytest.mark.django_db(transaction=True)
def test_what_several_say_of_one_new_item_is_all_kept(transactional_db: None) -> None:
    catalog = open_catalog(slug="films")

    def write(number: int) -> list[Outcome]:
        rows = [row(place, title="T", attributes={f"by{number}": number}) for place in range(20)]
        return outcomes(catalog, *(rows if number % 2 else rows[::-1]))

    counts = sum((Counter(one) for one in all_at_once(8, write)), Counter[Outcome]())
    assert counts == {Outcome.CREATED: 20, Outcome.UPDATED: 140}
    for item in Item.objects.all():
        assert item.attributes == {f"by{number}": number for number in range(8)}
