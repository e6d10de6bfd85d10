"""Since when something is there: what is published in the future is shown once its time has come."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import DateTimeField, ExpressionWrapper, Func, Q, Value

# The clocks of the programs that send things, of this one and of the database differ by so much without harm.
CLOCK_ERROR = timedelta(seconds=5)

PUBLISHED = (
    "(item.published_at IS NULL OR item.published_at <= statement_timestamp() "
    f"+ interval '{CLOCK_ERROR.total_seconds():g} seconds')"
)


class StatementTime(Func):
    """The time at which a statement was sent. PostgreSQL's now() stands still in a transaction."""

    template = "statement_timestamp()"
    output_field = DateTimeField()


def published(prefix: str = "") -> Q:
    """A condition on items: no time of publication is known, or it is not in the future; `prefix` as in `eligible`."""
    latest = ExpressionWrapper(StatementTime() + Value(CLOCK_ERROR), DateTimeField())
    return Q(**{f"{prefix}published_at__isnull": True}) | Q(**{f"{prefix}published_at__lte": latest})
