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
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.lean_admin import ReadOnlyAdmin
from recommender.admin.bases import basis_label
from recommender.admin.links import item_ids_by_name, page_link
from recommender.admin.results import results_table
from recommender.models import EmbeddingSpace, RankingModel, Scenario, Slate
from recommender.services.answers import result_of
from users.models import Profile

# An identifier such as 1 names somebody in each catalog.
MOST_NAMESAKES = 200


class TimeFilter(admin.SimpleListFilter):
    """The last day unless more is asked for: a log of millions is not sorted to show its first page."""

    title = gettext_lazy("time")
    parameter_name = "days"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Slate]) -> list[tuple[str, str]]:
        return [("7", _("Past 7 days")), ("31", _("Past 31 days")), ("all", _("Any time"))]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """What Django calls "All" is the day here."""
        for index, choice in enumerate(super().choices(changelist)):
            yield {**choice, "display": _("Past day")} if index == 0 else dict(choice)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Slate]) -> QuerySet[Slate]:
        # Whoever searches names one answer or one person, whatever the age.
        if request.GET.get("q") or self.value() == "all":
            return queryset
        days = {"7": 7, "31": 31}.get(self.value() or "", 1)
        return queryset.filter(created_at__gte=timezone.now() - timedelta(days=days))


class ScenarioFilter(admin.SimpleListFilter):
    """By the scenarios that there are, not by reading which ones the log holds."""

    title = gettext_lazy("scenario")
    parameter_name = "scenario"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Slate]) -> list[tuple[str, str]]:
        names = Scenario.objects.order_by("name").values_list("name", flat=True).distinct()
        return [(name, name) for name in names]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Slate]) -> QuerySet[Slate]:
        return queryset.filter(scenario=self.value()) if self.value() else queryset


@admin.register(Slate)
class SlateAdmin(ReadOnlyAdmin[Slate]):
    # On a phone, unfold takes a first column that is no link for a box to tick.
    list_display = ("short_id", "created_at", "catalog", "scenario", "profile", "made_from", "versions", "lacks")
    list_display_links = ("short_id",)
    list_filter = (TimeFilter, ScenarioFilter, "degraded", "catalog")
    list_select_related = ("catalog", "profile", "config")
    ordering = ("-created_at",)
    # These make the search box appear; `get_search_results` searches.
    search_fields = ("request_id", "profile__external_id")
    search_help_text = gettext_lazy("The whole id of a request, or the whole identifier of a profile.")
    fields = (
        "request_id",
        "created_at",
        "catalog",
        "scenario",
        "profile",
        "configuration",
        "ranking_model",
        "space",
        "made_from",
        "statement",
        "language",
        "requested_length",
        "degraded",
        "notices_told",
        "results_told",
        "as_json",
    )
    readonly_fields = (
        "configuration",
        "ranking_model",
        "space",
        "made_from",
        "notices_told",
        "results_told",
        "as_json",
    )

    class Media:
        css = {"all": ("genre/dashboard.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Slate]:
        return super().get_queryset(request).defer("interest_vector", "config__settings")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Slate], search_term: str
    ) -> tuple[QuerySet[Slate], bool]:
        """By one column or the other: a condition over both would use no index."""
        term = search_term.strip()
        if not term:
            return queryset, False
        try:
            return queryset.filter(request_id=uuid.UUID(term)), False
        except ValueError:
            found = Profile.objects.filter(external_id=term).values_list("pk", flat=True)[:MOST_NAMESAKES]
            return queryset.filter(profile_id__in=list(found)), False

    @admin.display(description=gettext_lazy("basis"))
    def made_from(self, slate: Slate) -> str:
        return basis_label(slate.basis)

    @admin.display(description=gettext_lazy("request"), ordering="request_id")
    def short_id(self, slate: Slate) -> SafeString:
        """Enough to tell answers apart; the whole id is on the answer's page."""
        return format_html('<span title="{}">{}</span>', slate.request_id, str(slate.request_id)[:8])

    @admin.display(description=gettext_lazy("configuration · model"))
    def versions(self, slate: Slate) -> str:
        config = "–" if slate.config is None else f"v{slate.config.version}"
        return f"{config} · " + ("–" if slate.model_version is None else f"v{slate.model_version}")

    @admin.display(description=gettext_lazy("degraded"), ordering="degraded")
    def lacks(self, slate: Slate) -> SafeString | str:
        return format_html('<span class="state state-bad">{}</span>', _("degraded")) if slate.degraded else ""

    @admin.display(description=gettext_lazy("scoring configuration"))
    def configuration(self, slate: Slate) -> SafeString | str:
        config = slate.config
        return _("It is gone.") if config is None else page_link(type(config), config.pk, config)

    @admin.display(description=gettext_lazy("ranking model"))
    def ranking_model(self, slate: Slate) -> SafeString | str:
        if slate.model_version is None:
            return _("None: texts alone, or what is popular.")
        versions = RankingModel.objects.filter(catalog_id=slate.catalog_id, version=slate.model_version)
        found = versions.values_list("pk", flat=True).first()
        name = f"v{slate.model_version}"
        return name if found is None else page_link(RankingModel, found, name)

    @admin.display(description=gettext_lazy("embedding space"))
    def space(self, slate: Slate) -> SafeString | str:
        found = EmbeddingSpace.objects.filter(pk=slate.space_id).first() if slate.space_id else None
        return "" if found is None else page_link(EmbeddingSpace, found.pk, found)

    @admin.display(description=gettext_lazy("notices"))
    def notices_told(self, slate: Slate) -> SafeString:
        told = ((notice.get("message", ""), notice.get("code", "")) for notice in slate.notices)
        return format_html_join("", "<p>{} <code>{}</code></p>", told)

    @admin.display(description=gettext_lazy("results"))
    def results_told(self, slate: Slate) -> SafeString | str:
        results = [result_of(result) for result in slate.results]
        if not results:
            return _("None.")
        return results_table(results, item_ids_by_name(slate.catalog_id, {result.item_id for result in results}))

    @admin.display(description=gettext_lazy("as it was answered"))
    def as_json(self, slate: Slate) -> SafeString:
        return format_html("<details><summary>JSON</summary>{}</details>", pretty(slate.results))


def pretty(stored: object) -> SafeString:
    return format_html("<pre>{}</pre>", json.dumps(stored, indent=2, ensure_ascii=False))
