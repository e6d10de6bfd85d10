"""A report of an evaluation as tables: means with their intervals, and how far the last system is ahead of each."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.management.base import OutputWrapper
from django.utils.translation import gettext as _

from recommender.evaluation.report import Report
from recommender.management.tables import new_table, print_table

JUDGED_BY = "ndcg@10"
# What four digits can tell.
SMALLEST_P_VALUE = 0.0001


def print_report(report: Report, *, out: OutputWrapper) -> None:
    """One table of means for each group of cases, then the comparisons with the system named last."""
    for group in _groups(report):
        if group:
            out.write(group.removeprefix(","))
        _print_means(report, group, out)
    _print_comparisons(report, out)


def _print_means(report: Report, group: str, out: OutputWrapper) -> None:
    names = [name for name in next(iter(report.mean.values())) if _group(name) == group]
    table = new_table(
        _("system"),
        *(name.removesuffix(group) for name in names),
        _("95 %% of %(metric)s") % {"metric": JUDGED_BY},
        _("training, s"),
    )
    for system, metrics in report.mean.items():
        interval = report.intervals[system].get(JUDGED_BY + group)
        table.add_row(
            system,
            *(f"{metrics[name]:.4f}" for name in names),
            "" if interval is None else f"{interval[0]:.4f} - {interval[1]:.4f}",
            f"{_seconds(report, system):.1f}",
        )
    print_table(table, out)


def _print_comparisons(report: Report, out: OutputWrapper) -> None:
    last = list(report.mean)[-1]
    rows = [row for row in report.paired if row.system == last and row.metric.split(",")[0] == JUDGED_BY]
    if not rows:
        return
    table = new_table(_("%(system)s against") % {"system": last}, _("metric"), _("difference"), _("95 %"), _("p"))
    for row in rows:
        low, high = row.interval
        table.add_row(
            row.against, row.metric, f"{row.difference:+.4f}", f"{low:+.4f} - {high:+.4f}", _p_value(row.p_value)
        )
    print_table(table, out)


def _groups(report: Report) -> Sequence[str]:
    """The endings of the metrics' names, "" where there is one group."""
    return list(dict.fromkeys(_group(name) for metrics in report.mean.values() for name in metrics))


def _group(metric: str) -> str:
    _name, comma, group = metric.partition(",")
    return comma + group


def _p_value(value: float) -> str:
    return f"< {SMALLEST_P_VALUE:.4f}" if value < SMALLEST_P_VALUE else f"{value:.4f}"


def _seconds(report: Report, system: str) -> float:
    """The mean over seeds and folds."""
    found = [result.train_seconds for result in report.results if result.system == system]
    return sum(found) / len(found)
