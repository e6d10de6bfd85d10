"""Items and catalogs: what they say in which language, and what the database makes of their text."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from catalog.models import Catalog, Item
from tests.conftest import MakeItem


@pytest.mark.parametrize(
    ("language", "title", "description", "categories", "tags"),
    [
        ("en", "Interstellar", "A long way home.", ["Film"], ["time"]),
        ("zh", "星际穿越", "漫长的归途。", ["电影"], ["时间"]),
        ("zh-hans", "星际穿越", "漫长的归途。", ["电影"], ["时间"]),
        ("zh-hant", "星際效應", "A long way home.", ["Film"], ["time"]),
        ("fr", "Interstellar", "A long way home.", ["Film"], ["time"]),
        ("", "Interstellar", "A long way home.", ["Film"], ["time"]),
    ],
)
def test_words_in_a_language_or_the_items_own(
    language: str, title: str, description: str, categories: list[str], tags: list[str]
) -> None:
    item = Item(
        title="Interstellar",
        description="A long way home.",
        categories=["Film"],
        tags=["time"],
        translations={
            "zh": {"title": "星际穿越", "description": "漫长的归途。", "categories": ["电影"], "tags": ["时间"]},
            "zh-hant": {"title": "星際效應"},
        },
    )
    assert item.title_in(language) == title
    assert item.description_in(language) == description
    assert item.categories_in(language) == categories
    assert item.tags_in(language) == tags


@pytest.mark.parametrize(
    "translations", [{}, {"zh": None}, {"zh": "星际穿越"}, {"zh": {"title": "", "categories": "x", "tags": "x"}}]
)
def test_translation_that_is_none_leaves_the_items_own_words(translations: dict[str, Any]) -> None:
    item = Item(title="Interstellar", description="Far.", categories=["Film"], tags=["time"], translations=translations)
    assert (item.title_in("zh"), item.description_in("zh")) == ("Interstellar", "Far.")
    assert (item.categories_in("zh"), item.tags_in("zh")) == (["Film"], ["time"])


def test_content_hash_is_the_digest_of_the_text_fields_as_the_database_writes_them(make_item: MakeItem) -> None:
    item = make_item("film", title="Far", description="Away", language="en", kind="film", categories=["a"], tags=["b"])
    written = json.dumps(["Far", "Away", "en", "film", ["a"], ["b"], {}, {}])
    assert item.content_hash == hashlib.sha256(written.encode()).hexdigest()


def test_fields_are_told_apart_in_the_content_hash(make_item: MakeItem) -> None:
    texts: list[dict[str, Any]] = [
        {"title": "ab"},
        {"title": "a", "description": "b"},
        {"title": "a", "language": "b"},
        {"title": "a", "categories": ["b"]},
        {"title": "a", "tags": ["b"]},
        {"title": "a", "categories": ["b", "c"]},
        {"title": "a", "categories": ["b, c"]},
        {"title": "a", "attributes": {"b": 1}},
        {"title": "a", "attributes": {"b": "1"}},
        {"title": "a", "translations": {"zh": {"tags": ["b"]}}},
        {"title": "a", "translations": {"zh": {"categories": ["b"]}}},
    ]
    hashes = [make_item(f"item-{number}", **fields).content_hash for number, fields in enumerate(texts)]
    assert len(set(hashes)) == len(texts)


def test_equal_texts_have_equal_content_hashes_in_any_catalog(make_item: MakeItem, other_catalog: Catalog) -> None:
    assert make_item("a", title="x").content_hash == make_item("b", title="x", catalog=other_catalog).content_hash


def test_item_written_without_django_has_its_hash_and_defaults(catalog: Catalog, make_item: MakeItem) -> None:
    made = make_item("by-django", title="x")
    Item.objects.bulk_create([Item(catalog=catalog, external_id="in-bulk", title="x")])
    by_bulk = Item.objects.get(external_id="in-bulk")
    assert by_bulk.content_hash == made.content_hash
    assert (by_bulk.kind, by_bulk.categories, by_bulk.attributes, by_bulk.hidden) == ("", [], {}, False)


@pytest.mark.parametrize("slug", ["films", "a", "films-2026", "0", "a" * 63])
def test_short_name_of_a_catalog(slug: str, db: None) -> None:
    Catalog(slug=slug, name="x").full_clean()


@pytest.mark.parametrize("slug", ["", "Films", "-films", "films_2026", "电影", "a" * 64, "films\n", "fil ms", "a/b"])
def test_short_name_that_would_not_do_in_an_address(slug: str, db: None) -> None:
    with pytest.raises(ValidationError) as refused:
        Catalog(slug=slug, name="x").full_clean()
    assert set(refused.value.message_dict) == {"slug"}


def test_names_as_shown(catalog: Catalog, make_item: MakeItem) -> None:
    assert (str(catalog), str(make_item("film", title="Interstellar"))) == ("Films", "Interstellar")


def test_catalogs_are_listed_by_short_name(catalog: Catalog, other_catalog: Catalog) -> None:
    assert list(Catalog.objects.all()) == [other_catalog, catalog]
