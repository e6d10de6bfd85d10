"""What an operator sees first: how much came in, and what waits to be embedded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Model
from django.utils import timezone

from recommender.models import EmbeddingJob, EmbeddingSpace
from recommender.selectors.bounded_counts import Count, bounded_count, counts_by_period
from recommender.selectors.spaces import living_spaces

DAYS = 30
# More of them are looked at in their list.
MOST_SPACES = 20


@dataclass(frozen=True)
class DayCount:
    day: date
    count: Count


@dataclass(frozen=True)
class Backlog:
    """A space's items that wait to be embedded, and those that could not be."""

    space: EmbeddingSpace
    waiting: Count
    failed: Count


def daily_counts(model: type[Model], *, today: date) -> list[DayCount]:
    """Rows made on each of the last 30 days, of which today is the last; days are those of the current time zone."""
    days = [today - timedelta(days=DAYS - 1 - number) for number in range(DAYS + 1)]
    starts = [timezone.make_aware(datetime.combine(day, time.min)) for day in days]
    return [DayCount(day, count) for day, count in zip(days, counts_by_period(model, starts), strict=False)]


def backlogs() -> list[Backlog]:
    """Of the spaces that are kept up to date; two bounded counts a space."""
    return [
        Backlog(
            space,
            bounded_count(EmbeddingJob.objects.filter(space=space, failed_at__isnull=True)),
            bounded_count(EmbeddingJob.objects.filter(space=space, failed_at__isnull=False)),
        )
        for space in living_spaces().select_related("catalog")[:MOST_SPACES]
    ]
