"""The log of answers, to be read."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from catalog.lean_admin import ReadOnlyAdmin
from recommender.models import Slate


class TimeFilter(admin.SimpleListFilter):
    """The last day unless more is asked for: a log of millions is not sorted to show its first page."""

    title = _("time")
    parameter_name = "days"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Slate]) -> list[tuple[str, str]]:
        return [("7", str(_("Past 7 days"))), ("31", str(_("Past 31 days"))), ("all", str(_("Any time")))]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """What Django calls "All" is the day here."""
        for index, choice in enumerate(super().choices(changelist)):
            yield {**choice, "display": _("Past day")} if index == 0 else dict(choice)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Slate]) -> QuerySet[Slate]:
        # Whoever searches names one answer, whatever its age.
        if request.GET.get("q") or self.value() == "all":
            return queryset
        days = {"7": 7, "31": 31}.get(self.value() or "", 1)
        return queryset.filter(created_at__gte=timezone.now() - timedelta(days=days))


@admin.register(Slate)
class SlateAdmin(ReadOnlyAdmin[Slate]):
    list_display = ("created_at", "request_id", "catalog", "scenario", "profile", "basis", "degraded")
    list_display_links = ("request_id",)
    list_filter = (TimeFilter, "degraded", "catalog")
    list_select_related = ("catalog", "profile")
    ordering = ("-created_at",)
    # This makes the search box appear; `get_search_results` searches.
    search_fields = ("request_id",)
    search_help_text = _("The whole id of a request.")
    fields = (
        "request_id",
        "created_at",
        "catalog",
        "scenario",
        "profile",
        "config",
        "basis",
        "statement",
        "language",
        "requested_length",
        "degraded",
        "notices_as_json",
        "results_as_json",
    )
    readonly_fields = ("notices_as_json", "results_as_json")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Slate]:
        return super().get_queryset(request).defer("interest_vector")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Slate], search_term: str
    ) -> tuple[QuerySet[Slate], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        try:
            return queryset.filter(request_id=uuid.UUID(term)), False
        except ValueError:
            return queryset.none(), False

    @admin.display(description=_("notices"))
    def notices_as_json(self, slate: Slate) -> SafeString:
        return pretty(slate.notices)

    @admin.display(description=_("results"))
    def results_as_json(self, slate: Slate) -> SafeString:
        return pretty(slate.results)


def pretty(stored: object) -> SafeString:
    return format_html("<pre>{}</pre>", json.dumps(stored, indent=2, ensure_ascii=False))
