"""Bars of thirty days, drawn on the server: they need no script, and the table behind them says the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from recommender.selectors.bounded_counts import Count
from recommender.selectors.dashboard import DayCount

# In units of the picture, which is stretched to its place.
BAR_STEP, BAR_WIDTH, HEIGHT = 10.0, 8.0, 60.0
KNOWN_DIGITS = 2
# A day with anything at all is seen.
LOWEST_BAR = 1.5


@dataclass(frozen=True)
class Bar:
    """One day: its place and size as the template writes them, and its words."""

    x: str
    y: str
    height: str
    day: str
    count: str
    exact: bool


@dataclass(frozen=True)
class DayChart:
    key: str
    title: str
    bars: Sequence[Bar]
    total: str
    highest: str
    exact: bool
    width: str = f"{BAR_STEP * 30:g}"
    height: str = f"{HEIGHT:g}"
    bar_width: str = f"{BAR_WIDTH:g}"


def day_chart(key: str, title: str, days: Sequence[DayCount]) -> DayChart:
    most = max((day.count.value for day in days), default=0)
    total = Count(0)
    bars = []
    for number, day in enumerate(days):
        total += day.count
        height = max(HEIGHT * day.count.value / most, LOWEST_BAR) if day.count.value else 0.0
        bars.append(
            Bar(
                x=f"{number * BAR_STEP + (BAR_STEP - BAR_WIDTH) / 2:g}",
                y=f"{HEIGHT - height:.2f}",
                height=f"{height:.2f}",
                day=date_format(day.day, "MONTH_DAY_FORMAT"),
                count=count_in_words(day.count),
                exact=day.count.exact,
            )
        )
    highest = max((day.count for day in days), key=lambda count: count.value, default=Count(0))
    return DayChart(key, title, bars, count_in_words(total), count_in_words(highest), total.exact)


def count_in_words(count: Count) -> str:
    """With separators; what was not counted to its end says so, and claims no digits that nobody knows."""
    if count.exact:
        return number_format(count.value, force_grouping=True)
    known = round(count.value, KNOWN_DIGITS - len(str(count.value)))
    return _("about %(count)s") % {"count": number_format(known, force_grouping=True)}
