"""Gorse's items and GENRE's.

A short Comment is the item's title, a longer one its description, with its beginning as the title; an item without a
Comment is called by its id. A title that came another way (by the native API, an import), beside a description, is
kept, and the Comment is the description.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from catalog.models import Item
from recommender.gorse.document import Document
from recommender.gorse.labels import attributes_of, labels_of
from recommender.gorse.moments import moment_text

LONGEST_TITLE = 200


@dataclass(frozen=True)
class GorseItem:
    """An item as Gorse has it; `own_title`: one that no Comment gave it."""

    item_id: str
    is_hidden: bool = False
    categories: tuple[str, ...] = ()
    timestamp: datetime | None = None
    labels: object = None
    comment: str = ""
    own_title: str = ""

    @property
    def title(self) -> str:
        return self.own_title or title_for(self.item_id, self.comment)

    @property
    def description(self) -> str:
        """ "": the title says it all."""
        return "" if not self.own_title and _is_title(self.item_id, self.comment) else self.comment

    @property
    def attributes(self) -> dict[str, object]:
        return attributes_of(self.labels)

    def changed(self, document: Document) -> GorseItem:
        """With what a PATCH names; null and absent leave things as they are."""
        given = document.has
        return replace(
            self,
            is_hidden=document.truth("IsHidden") if given("IsHidden") else self.is_hidden,
            categories=tuple(document.names("Categories")) if given("Categories") else self.categories,
            timestamp=document.moment("Timestamp") if given("Timestamp") else self.timestamp,
            labels=document.get("Labels") if given("Labels") else self.labels,
            comment=document.text("Comment") if given("Comment") else self.comment,
        )

    def as_json(self) -> dict[str, object]:
        return {
            "ItemId": self.item_id,
            "IsHidden": self.is_hidden,
            "Categories": list(self.categories),
            "Timestamp": moment_text(self.timestamp),
            "Labels": self.labels,
            "Comment": self.comment,
        }


def item_of(value: object) -> GorseItem:
    """An item out of JSON. Raises InvalidValue."""
    document = Document(value)
    return GorseItem(
        item_id=document.identifier("ItemId"),
        is_hidden=document.truth("IsHidden"),
        categories=tuple(document.names("Categories")),
        timestamp=document.moment("Timestamp"),
        labels=document.get("Labels"),
        comment=document.text("Comment"),
    )


def item_of_genre(item: Item) -> GorseItem:
    """GENRE's item as Gorse sees it. Its title is the Comment, unless it has a description, or is called by its id."""
    comment = item.description or ("" if item.title == item.external_id else item.title)
    return GorseItem(
        item_id=item.external_id,
        is_hidden=item.hidden,
        categories=tuple(item.categories),
        timestamp=item.published_at,
        labels=labels_of(item.attributes),
        comment=comment,
        own_title=own_title(item.external_id, item.title, item.description),
    )


def own_title(item_id: str, title: str, description: str) -> str:
    """A title that no Comment gave the item: it stands beside a description that it is not the beginning of."""
    return "" if not description or title == title_for(item_id, description) else title


def title_for(item_id: str, comment: str) -> str:
    """The Comment, or the beginning of its first line that says something; the id where none does."""
    lines = [" ".join(line.split()) for line in comment.splitlines()]
    first = next(filter(None, lines), "")
    if not first:
        return item_id
    return first if len(first) <= LONGEST_TITLE else f"{first[: LONGEST_TITLE - 1].rstrip()}…"


def _is_title(item_id: str, comment: str) -> bool:
    """Whether the title alone gives the Comment back."""
    return comment == "" or (comment == title_for(item_id, comment) and comment != item_id)
