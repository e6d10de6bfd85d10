"""What all admin pages share: nothing reads or lists a whole table, however many rows it has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

M = TypeVar("M", bound=Model)

if TYPE_CHECKING:
    # Unfold brings no types; what it adds is set as attributes of a class.
    TypedAdmin = admin.ModelAdmin
else:
    from unfold.admin import ModelAdmin as UnfoldAdmin

    class TypedAdmin(UnfoldAdmin, Generic[M]):
        """Unfold's look; its class takes no model as a type parameter."""


class BoundedPaginator(Paginator):  # type: ignore[type-arg]  # generic in the type stubs alone
    """Counts no further than this; what lies beyond is found by searching and filtering."""

    furthest = 5_000

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        return rows.order_by()[: self.furthest].count() if isinstance(rows, QuerySet) else len(rows)


class BriefDeletion:
    """Asks before a deletion without listing every row that goes with it.

    Those rows go whatever their own admin allows: whoever may delete the whole may delete its parts.
    """

    def get_deleted_objects(
        self, objs: QuerySet[Any] | Sequence[Any], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        named = [_("%(name)s, with everything that belongs to it") % {"name": row} for row in objs]
        counts = {str(type(row)._meta.verbose_name_plural): len(named) for row in objs[:1]}
        return named, counts, set(), []


class LeanAdmin(BriefDeletion, TypedAdmin[M]):
    """An admin of rows that belong to a catalog, which they cannot leave: the database would refuse."""

    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = BoundedPaginator
    # Beside the list where there is room, and not behind a button.
    list_filter_sheet = False
    # Nothing that was typed is lost by leaving the page.
    warn_unsaved_form = True
    fixed_once_made: Sequence[str] = ("catalog",)

    def get_readonly_fields(self, request: HttpRequest, obj: M | None = None) -> list[str]:
        fields = [str(name) for name in super().get_readonly_fields(request, obj)]
        return fields if obj is None else [*fields, *self.fixed_once_made]


class ReadOnlyAdmin(LeanAdmin[M]):
    """Rows that are looked at, and never made or changed by hand."""

    fixed_once_made = ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False
