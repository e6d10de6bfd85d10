"""Gorse's users and items into the catalog, by the services that the native API writes with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.db import transaction

from catalog.models import Catalog, Item
from recommender.gorse.document import Document
from recommender.gorse.items import GorseItem, item_of_genre, own_title
from recommender.gorse.users import GorseUser, user_of_profile
from recommender.selectors.named import item_named, profile_named
from recommender.services.item_writing import ItemRow, upsert_items
from recommender.services.profile_writing import ProfileRow, upsert_profiles
from recommender.services.profile_writing import row_of as profile_row_of
from recommender.services.written_rows import WrittenRow
from users.models import Profile


@transaction.atomic
def write_items(*, catalog: Catalog, items: Sequence[GorseItem]) -> list[WrittenRow]:
    """Store items in place of those of the same ids; one query more than the upsert."""
    there = {
        item.external_id: item
        for item in Item.objects.select_for_update(no_key=True)
        .filter(catalog=catalog, external_id__in={item.item_id for item in items})
        .order_by("pk")
    }
    rows = [_item_row(index, item, there.get(item.item_id)) for index, item in enumerate(items)]
    return upsert_items(catalog=catalog, rows=rows) if rows else []


@transaction.atomic
def change_item(*, catalog: Catalog, item_id: str, document: Document) -> None:
    """Change what a PATCH names. Raises NotInCatalog, InvalidValue."""
    item = _locked_item(catalog, item_id)
    changed = item_of_genre(item).changed(document)
    row = _item_row(0, changed, item)
    if not document.has("Comment"):
        row = replace(row, title=item.title, description=None)
    if not document.has("Labels"):
        row = replace(row, attributes=None)
    upsert_items(catalog=catalog, rows=[row])


@transaction.atomic
def change_category(*, catalog: Catalog, item_id: str, category: str, member: bool) -> None:
    """Put an item into a category, or take it out. Raises NotInCatalog."""
    item = _locked_item(catalog, item_id)
    if (category in item.categories) == member:
        return
    others = [name for name in item.categories if name != category]
    categories = [*others, category] if member else others
    row = ItemRow(row_number=0, external_id=item.external_id, title=item.title, categories=categories)
    upsert_items(catalog=catalog, rows=[row])


@transaction.atomic
def write_users(*, catalog: Catalog, users: Sequence[GorseUser]) -> list[WrittenRow]:
    """Store users in place of those of the same ids; one query more than the upsert."""
    ids = {user.user_id for user in users}
    there = {
        profile.external_id: profile
        for profile in Profile.objects.select_for_update(no_key=True)
        .filter(catalog=catalog, external_id__in=ids)
        .order_by("pk")
    }
    rows = [_profile_row(index, user, there.get(user.user_id)) for index, user in enumerate(users)]
    return upsert_profiles(catalog=catalog, rows=rows) if rows else []


@transaction.atomic
def change_user(*, catalog: Catalog, user_id: str, document: Document) -> None:
    """Change what a PATCH names. Raises NotInCatalog, InvalidValue."""
    profile_named(catalog, user_id)
    profile = Profile.objects.select_for_update(no_key=True).get(catalog=catalog, external_id=user_id)
    changed = user_of_profile(profile).changed(document)
    upsert_profiles(catalog=catalog, rows=[_profile_row(0, changed, profile)])


def _locked_item(catalog: Catalog, item_id: str) -> Item:
    item = Item.objects.select_for_update(no_key=True).filter(catalog=catalog, external_id=item_id).first()
    # The sentence that there is none.
    return item if item is not None else item_named(catalog, item_id)


def _item_row(index: int, item: GorseItem, there: Item | None) -> ItemRow:
    if there is not None:
        item = replace(item, own_title=own_title(there.external_id, there.title, there.description))
    return ItemRow(
        row_number=index,
        external_id=item.item_id,
        title=item.title,
        description=item.description,
        categories=list(item.categories),
        attributes=_in_place_of({} if there is None else there.attributes, item.attributes),
        hidden=item.is_hidden,
        published_at=item.timestamp,
        publication_given=True,
    )


def _profile_row(index: int, user: GorseUser, there: Profile | None) -> ProfileRow:
    attributes = _in_place_of({} if there is None else there.attributes, user.attributes)
    return profile_row_of(index, {"id": user.user_id, "name": user.name, "attributes": attributes})


def _in_place_of(there: Mapping[str, object], attributes: Mapping[str, object]) -> dict[str, object]:
    """Attributes that, merged into those that are there, leave these alone."""
    return {**dict.fromkeys(there), **attributes}
