"""Whether the broker answers."""

from __future__ import annotations

from celery import current_app
from kombu.exceptions import OperationalError

CONNECT_SECONDS = 1.0


def broker_answers(timeout_seconds: float = CONNECT_SECONDS) -> bool:
    """Whether a connection can be made; takes no longer than the timeout."""
    connection = current_app.connection_for_write(connect_timeout=timeout_seconds)
    try:
        with connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=timeout_seconds)
    except (OperationalError, OSError, *connection.connection_errors):
        return False
    return True
