"""One item or one profile, replaced or changed as a whole: what is there is locked, looked at, and then written."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from catalog.models import Catalog, Item
from recommender.exceptions import Contradicted, NotInCatalog
from recommender.services import item_writing, profile_writing
from recommender.services.row_checks import Check, checked
from recommender.services.written_rows import Mistake, Outcome, RowRefused, WrittenRow
from users.erasures import Way
from users.models import Profile

M = TypeVar("M", Item, Profile)
Values = dict[str, Any]
# Asked about what there is (None: nothing), once it is locked; raises what forbids the write.
Condition = Callable[[M | None], None]

MOST_TRIES = 5


@dataclass(frozen=True)
class Editable(Generic[M]):
    """What can be edited.

    checks: of the fields that may be written, by the names that they have in the API.
    required: without which nothing is made. defaults: what the others are when nothing is said.
    merged: fields that an upsert merges by name, so that what is to go has to be named.
    """

    rows: QuerySet[M]
    checks: Mapping[str, Check]
    required: Collection[str]
    defaults: Mapping[str, Any]
    merged: Collection[str]
    write: Callable[[Catalog, Values], WrittenRow]

    def said_by(self, row: M) -> Values:
        """What was written of it, by the names of the API."""
        return {name: getattr(row, name) for name in self.checks if name != "id"}

    def restricted_to(self, names: Collection[str]) -> Editable[M]:
        """The same where nothing but these fields may be patched."""
        return dataclasses.replace(self, checks={name: self.checks[name] for name in names})


def _write_item(catalog: Catalog, values: Values) -> WrittenRow:
    return item_writing.upsert_items(catalog=catalog, rows=[item_writing.row_of(0, values)])[0]


ITEMS = Editable(
    rows=Item.objects.all(),
    checks=item_writing.CHECKS,
    required=("title",),
    defaults={
        "kind": "",
        "description": "",
        "language": "",
        "translations": {},
        "categories": [],
        "tags": [],
        "attributes": {},
        "image_url": "",
        "hidden": False,
        "published_at": None,
    },
    merged=("attributes", "translations"),
    write=_write_item,
)


def profiles(*, consent: Way | None = None) -> Editable[Profile]:
    """`consent`: by which way people who were erased agreed to come back."""

    def write(catalog: Catalog, values: Values) -> WrittenRow:
        rows = [profile_writing.row_of(0, values)]
        return profile_writing.upsert_profiles(catalog=catalog, rows=rows, consent=consent)[0]

    return Editable(
        rows=Profile.objects.all(),
        checks=profile_writing.CHECKS,
        required=(),
        defaults={"name": "", "labels": [], "statement": "", "language": "", "personalise": True, "attributes": {}},
        merged=("attributes",),
        write=write,
    )


def replace(
    what: Editable[M], *, catalog: Catalog, external_id: str, body: object, condition: Condition[M]
) -> WrittenRow:
    """Let it be what the body says and nothing else; made where it is not there. Raises RowRefused."""
    values = checked(body, what.checks, required=what.required)
    if values.get("id", external_id) != external_id:
        raise RowRefused([Mistake("id", _("This is another identifier than that of the address."))])
    external_id = checked({"id": external_id}, what.checks)["id"]
    for _attempt in range(MOST_TRIES):
        with transaction.atomic():
            current = what.rows.filter(catalog=catalog, external_id=external_id).select_for_update(no_key=True).first()
            condition(current)
            before = what.said_by(current) if current else {}
            said = {**what.defaults, **values, "id": external_id}
            written = what.write(catalog, {**said, **_with_removals(what, before, said)})
            if current is not None or written.outcome in (Outcome.CREATED, Outcome.REFUSED):
                return written
            # Somebody else made it since it was looked for: what it was, nobody has looked at.
            transaction.set_rollback(True)
    raise Contradicted(_("Others are writing this at the same moment. Send it again."))


@transaction.atomic
def patch(
    what: Editable[M], *, catalog: Catalog, external_id: str, body: object, condition: Condition[M]
) -> WrittenRow:
    """Change what the body mentions, as RFC 7396 (JSON merge patch) has it: null is back to how it began.

    Raises RowRefused, and NotInCatalog where it is not there.
    """
    current = _locked(what, catalog, external_id)
    condition(current)
    before = what.said_by(current)
    if not isinstance(body, dict):
        raise RowRefused([Mistake("", _("This is no JSON object."))])
    after = {
        name: deepcopy(what.defaults[name]) if value is None and name in what.defaults else merged(before[name], value)
        for name, value in body.items()
        if name in before
    }
    # What may not be patched is refused by its name.
    others = {name: value for name, value in body.items() if name not in before}
    checks = {name: check for name, check in what.checks.items() if name != "id"}
    said = checked({**after, **others}, checks)
    needed = {name: before[name] for name in what.required}
    return what.write(catalog, {**needed, **said, **_with_removals(what, before, said), "id": external_id})


@transaction.atomic
def delete(what: Editable[M], *, catalog: Catalog, external_id: str, condition: Condition[M]) -> None:
    """Remove it with everything that refers to it. Raises NotInCatalog where it is not there."""
    current = _locked(what, catalog, external_id, for_deletion=True)
    condition(current)
    current.delete()


def merged(target: object, patch: object) -> object:
    """The MergePatch of RFC 7396, section 2."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


def _locked(what: Editable[M], catalog: Catalog, external_id: str, *, for_deletion: bool = False) -> M:
    rows = what.rows.filter(catalog=catalog, external_id=external_id)
    current = rows.select_for_update(no_key=not for_deletion).first()
    if current is None:
        raise NotInCatalog(
            _("The catalog “%(catalog)s” has nothing here called “%(name)s”.")
            % {"catalog": catalog.slug, "name": external_id}
        )
    return current


def _with_removals(what: Editable[M], before: Values, said: Values) -> Values:
    """The fields that are merged, with null for each name in them that is to go."""
    return {name: _replacing(before.get(name, {}), said[name], name) for name in what.merged if name in said}


def _replacing(before: Mapping[str, Any], after: Mapping[str, Any], field: str) -> Values:
    if field != "translations":
        return {**dict.fromkeys(before), **after}
    languages: Sequence[str] = [*dict.fromkeys([*before, *after])]
    return {code: {**dict.fromkeys(before.get(code, {})), **after.get(code, {})} for code in languages}
