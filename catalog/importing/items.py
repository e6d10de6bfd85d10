"""Rows of items: what a catalog takes, and everything else as attributes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from catalog.importing import translations
from catalog.importing.exceptions import InvalidValue
from catalog.importing.json_rows import parse_object
from catalog.importing.layout import Layout
from catalog.importing.moments import date_and_time, start_of_year, year
from catalog.importing.row_error import RowError, row_error
from catalog.importing.row_file import Record
from catalog.importing.translations import Translations, translations_of
from catalog.importing.values import identifier, language_code, names, plain_text, web_address, yes_or_no

LONGEST_TITLE = 2_000
LONGEST_KIND = 63

OWN_FIELDS = (
    "description",
    "year",
    "categories",
    "tags",
    "language",
    "kind",
    "image_url",
    "hidden",
    "published_at",
    "attributes",
    "translations",
)
ITEM_LAYOUT = Layout(
    required=("item_id", "title"),
    optional=(*OWN_FIELDS, *translations.FIELDS),
    aliases=translations.ALIASES,
)


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item as a file gives it. None: the file does not say, so what the catalog has stays."""

    row_number: int
    external_id: str
    title: str
    kind: str | None = None
    description: str | None = None
    language: str | None = None
    categories: list[str] | None = None
    tags: list[str] | None = None
    attributes: dict[str, object] | None = None
    """Merged into the item's own; None as a value takes an attribute away."""
    translations: Translations | None = None
    image_url: str | None = None
    hidden: bool | None = None
    published_at: datetime | None = None
    publication_given: bool = False
    """Whether `published_at` is what the file says; None then means that there is no such time."""


def item_rows(rows: Iterable[tuple[int, Record] | RowError]) -> Iterator[ItemRow | RowError]:
    """Each row as an item, or why it cannot be one; the first fault found is told."""
    for row in rows:
        if isinstance(row, RowError):
            yield row
            continue
        number, record = row
        try:
            yield item_row(number, record)
        except InvalidValue as error:
            yield row_error(number, error)


def item_row(number: int, record: Record) -> ItemRow:
    external_id = identifier(record.get("item_id"), "item_id")
    title = plain_text(record.get("title"), "title", longest=LONGEST_TITLE)
    if not title:
        raise InvalidValue("title", record.get("title"), _("is empty"))
    released = year(record.get("year"), "year")
    published_at, given = _publication(record, released)
    return ItemRow(
        row_number=number,
        external_id=external_id,
        title=title,
        kind=plain_text(record["kind"], "kind", longest=LONGEST_KIND) if "kind" in record else None,
        description=plain_text(record["description"], "description") if "description" in record else None,
        language=language_code(record["language"], "language") if "language" in record else None,
        categories=names(record["categories"], "categories") if "categories" in record else None,
        tags=names(record["tags"], "tags") if "tags" in record else None,
        attributes=_attributes(record, released),
        translations=translations_of(_with_object(record, "translations")) or None,
        image_url=web_address(record["image_url"], "image_url") if "image_url" in record else None,
        hidden=yes_or_no(record.get("hidden"), "hidden"),
        published_at=published_at,
        publication_given=given,
    )


def _publication(record: Record, released: int | None) -> tuple[datetime | None, bool]:
    """When it was published, and whether the row says so; a year alone stands for its first day."""
    published_at = date_and_time(record.get("published_at"), "published_at")
    if published_at is None and released is not None:
        published_at = start_of_year(released)
    return published_at, published_at is not None or "published_at" in record


def _attributes(record: Record, released: int | None) -> dict[str, object] | None:
    found = dict(object_of(record, "attributes"))
    for key in record.keys() - ITEM_LAYOUT.fields:
        if key:
            value = record[key]
            found[key] = (value.strip() or None) if isinstance(value, str) else value
    if "year" in record:
        found["year"] = released
    return found or None


def object_of(record: Record, key: str) -> dict[str, object]:
    """The object that stands under the key, as JSON where it is text; empty where there is none."""
    given = _with_object(record, key).get(key)
    if isinstance(given, dict):
        return given
    if given in (None, ""):
        return {}
    raise InvalidValue(key, given, _("is not an object"))


def _with_object(record: Record, key: str) -> Record:
    """The record, with the key's value read as JSON where it is text, as a CSV file has it."""
    value = record.get(key)
    if not isinstance(value, str) or not value.strip():
        return record
    try:
        return {**record, key: parse_object(value)}
    except ValueError as error:
        raise InvalidValue(key, value, str(error)) from error
