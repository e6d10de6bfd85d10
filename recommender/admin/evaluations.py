"""What evaluations found, to be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.lean_admin import ReadOnlyAdmin
from recommender.admin.slates import pretty
from recommender.admin.tables import html_table
from recommender.models import EvaluationRun

NOTHING = "-"


@admin.register(EvaluationRun)
class EvaluationRunAdmin(ReadOnlyAdmin[EvaluationRun]):
    list_display = ("dataset", "protocol", "seeds", "system_names", "seconds", "author", "note", "created_at")
    list_filter = ("protocol",)
    list_select_related = ("author",)
    ordering = ("-pk",)
    search_fields = ("dataset", "protocol", "note")
    fields = (
        "dataset",
        "protocol",
        "seeds",
        "system_names",
        "author",
        "note",
        "seconds",
        "created_at",
        "means",
        "comparisons",
        "report_as_json",
    )
    readonly_fields = ("system_names", "means", "comparisons", "report_as_json")

    def get_queryset(self, request: HttpRequest) -> QuerySet[EvaluationRun]:
        return super().get_queryset(request).defer("report")

    @admin.display(description=gettext_lazy("systems"))
    def system_names(self, run: EvaluationRun) -> str:
        return ", ".join(run.systems)

    @admin.display(description=gettext_lazy("means and their intervals"))
    def means(self, run: EvaluationRun) -> SafeString:
        """A row for each metric, since there may be many, and a column for each system."""
        mean, intervals = _part(run, "mean"), _part(run, "intervals")
        # The database keeps the order of lists and not that of names.
        systems = [system for system in run.systems if system in mean]
        metrics = sorted({metric for system in systems for metric in mean[system]})
        rows = (
            (metric, *(_mean(mean[name].get(metric), intervals.get(name, {}).get(metric)) for name in systems))
            for metric in metrics
        )
        return html_table([_("metric"), *systems], rows)

    @admin.display(description=gettext_lazy("comparisons of pairs"))
    def comparisons(self, run: EvaluationRun) -> SafeString:
        headers = [_("system"), _("against"), _("metric"), _("difference"), _("95 %"), _("p")]
        return html_table(headers, _comparisons(run))

    @admin.display(description=gettext_lazy("report"))
    def report_as_json(self, run: EvaluationRun) -> SafeString:
        return format_html("<details><summary>JSON</summary>{}</details>", pretty(run.report))


def _part(run: EvaluationRun, name: str) -> dict[str, Any]:
    found = run.report.get(name) if isinstance(run.report, dict) else None
    return found if isinstance(found, dict) else {}


def _mean(value: float | None, interval: list[float | None] | None) -> SafeString | str:
    if value is None or interval is None or None in interval:
        return _number(value, ".4f")
    # Under each other: ten systems stand side by side.
    return format_html("{}<br><small>{}</small>", _number(value, ".4f"), _interval(interval, ".4f"))


def _comparisons(run: EvaluationRun) -> Iterator[tuple[str, ...]]:
    paired = run.report.get("paired", []) if isinstance(run.report, dict) else []
    for row in paired:
        difference, p_value = _number(row["difference"], "+.4f"), _number(row["p_value"], ".4f")
        yield row["system"], row["against"], row["metric"], difference, _interval(row["interval"], "+.4f"), p_value


def _interval(ends: list[float | None], shape: str) -> str:
    return "[{}, {}]".format(*(_number(end, shape) for end in ends))


def _number(value: float | None, shape: str) -> str:
    return NOTHING if value is None else format(value, shape)
