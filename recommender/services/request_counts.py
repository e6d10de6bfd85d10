"""How many requests somebody sent in a window of time, counted where every process sees it: one operation a request.

In Redis or Valkey where that is the broker; else in the database's cache table, which is not logged.
"""

from __future__ import annotations

import functools
import logging
import time
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import redis
from django.conf import settings
from django.db import connection
from redis.backoff import NoBackoff
from redis.retry import Retry

from recommender.services.messages import Pause

logger = logging.getLogger(__name__)

# What waits longer for a count costs more than what the count saves.
TIMEOUT_SECONDS = 0.2
# A counter whose process ended before it set the end is given one again later.
END_SET_EVERY = 64

pause = Pause()


@dataclass(frozen=True)
class Counted:
    """This request's number in its window, from 1, and how many seconds the window lasts from now."""

    number: int
    seconds_left: int


def count_request(who: str, *, window_seconds: int) -> Counted | None:
    """Count a request; None where nobody could count it, which is then no reason to refuse it."""
    now = time.time()
    window, passed = divmod(int(now), window_seconds)
    left = window_seconds - passed
    counter = _counter()
    if counter is None:
        return Counted(_count_in_database(f"rate {who} {window}", left), left)
    if pause:
        return None
    name = f"genre {_installation()} rate {who} {window}"
    try:
        number = counter.incr(name)
        if number % END_SET_EVERY == 1:
            counter.expire(name, left + 1)
    except (redis.RedisError, OSError) as error:
        pause.begin()
        logger.warning("requests are not counted for a while, and not limited (%s)", type(error).__name__)
        return None
    return Counted(number, left)


def counter_address(broker_url: str) -> str | None:
    """The broker's address as Redis' client writes it; None where the broker is something else."""
    parts = urlsplit(broker_url)
    if ";" in broker_url:
        return None
    if parts.scheme in ("redis", "rediss"):
        return broker_url
    if parts.scheme != "redis+socket":
        return None
    database = parse_qs(parts.query).get("virtual_host", ["0"])[0]
    account = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
    return f"unix://{account}{parts.path}?db={database}"


def _installation() -> str:
    """Several may share a broker."""
    return str(settings.DATABASES["default"]["NAME"])


@functools.cache
def _counter() -> redis.Redis | None:
    address = counter_address(settings.CELERY_BROKER_URL)
    if address is None:
        return None
    return redis.Redis.from_url(
        address,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        # A connection that was kept may be to a server that has been started again since.
        retry=Retry(NoBackoff(), 1),
    )


def _count_in_database(name: str, seconds_left: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO genre_cache AS counter (cache_key, value, expires)
            VALUES (%s, '1', now() + make_interval(secs => %s))
            ON CONFLICT (cache_key) DO UPDATE SET value = (counter.value::int + 1)::text
            RETURNING value::int
            """,
            [name, seconds_left + 1],
        )
        return int(cursor.fetchone()[0])
