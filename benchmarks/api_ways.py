"""The two sides of each comparison: the API over HTTP, and the bare statement by psycopg."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import psycopg

from benchmarks.api_load import Connect, Work
from catalog.models import Catalog, Item
from recommender.selectors.halfvec import fetch_binary
from recommender.services.recommending import recommend
from users.models import Profile

LENGTH = 20
# What the service sets for the statement's transaction, here once for the session.
SESSION = (
    "SELECT set_config('hnsw.ef_search', %s, false), set_config('hnsw.iterative_scan', 'relaxed_order', false), "
    "set_config('enable_seqscan', 'off', false), set_config('enable_sort', 'off', false)"
)
INSERT = (
    "INSERT INTO recommender_interaction (catalog_id, profile_id, item_id, kind_id, occurred_at) "
    "VALUES (%s, %s, %s, %s, %s)"
)
DISTANCE = "<=>"
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Api:
    url: str
    key: str

    @contextmanager
    def connection(self, path: str, bodies: Any) -> Iterator[Work]:
        """One kept connection; `bodies` makes the request of a number."""
        address = urlsplit(self.url)
        connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=60)
        headers = {"X-API-Key": self.key, "Content-Type": "application/json"}

        def work(number: int) -> None:
            connection.request("POST", f"/api/v1/{path}", json.dumps(bodies(number)), headers)
            answer = connection.getresponse()
            said = answer.read()
            if answer.status not in {200, 201}:
                raise RuntimeError(f"{answer.status}: {said[:500]!r}")

        try:
            yield work
        finally:
            connection.close()


@dataclass(frozen=True)
class Rows:
    """Interactions that never repeat: the number is the second at which they happened."""

    catalog: Catalog
    people: Sequence[Profile]
    items: Sequence[Item]
    kind_id: int

    def said(self, number: int) -> dict[str, str]:
        moment = BEGINNING + timedelta(seconds=number)
        person, item = self._of(number)
        return {"profile": person.external_id, "item": item.external_id, "kind": "view", "occurred_at": str(moment)}

    def stored(self, number: int) -> tuple[object, ...]:
        person, item = self._of(number)
        return (self.catalog.pk, person.pk, item.pk, self.kind_id, BEGINNING + timedelta(seconds=number))

    def _of(self, number: int) -> tuple[Profile, Item]:
        return self.people[number % len(self.people)], self.items[number % len(self.items)]


def serving_statements(catalog: Catalog, people: Sequence[Profile]) -> list[tuple[str, list[Any]]]:
    """SQL and values of the vector query that each person's list is made with."""
    found = []
    for person in people:
        with patch("recommender.selectors.joint_vectors.fetch_binary", wraps=fetch_binary) as fetched:
            recommend(catalog=catalog, profile=person, k=LENGTH)
        # Vectors of the history are fetched, too; a distance is asked for by the one.
        found.append(next((sql, list(values)) for (sql, values), _ in fetched.call_args_list if DISTANCE in sql))
    return found


def bare_statements(database: str, statements: Sequence[tuple[str, list[Any]]], width: int) -> Connect:
    @contextmanager
    def connect() -> Iterator[Work]:
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute(SESSION, [str(width)])

            def work(number: int) -> None:
                sql, values = statements[number % len(statements)]
                with connection.cursor(binary=True) as cursor:
                    cursor.execute(sql, values).fetchall()

            yield work

    return connect


def bare_inserts(database: str, rows: Rows, *, many: int = 1) -> Connect:
    """One INSERT that commits by itself, of one row or of many."""
    each = "(%s, %s, %s, %s, %s)"
    sql = INSERT.replace(each, ", ".join([each] * many))

    @contextmanager
    def connect() -> Iterator[Work]:
        with psycopg.connect(database, autocommit=True) as connection:

            def work(number: int) -> None:
                wanted = range(many * number, many * (number + 1))
                connection.execute(sql, [value for one in wanted for value in rows.stored(one)])

            yield work

    return connect


def recommendations(api: Api, people: Sequence[Profile]) -> Connect:
    def connect() -> AbstractContextManager[Work]:
        return api.connection(
            "recommendations", lambda number: {"profile": people[number % len(people)].external_id, "k": LENGTH}
        )

    return connect


def interactions(api: Api, rows: Rows, *, many: int = 1) -> Connect:
    def connect() -> AbstractContextManager[Work]:
        if many == 1:
            return api.connection("interactions", rows.said)
        return api.connection(
            "bulk/interactions", lambda number: [rows.said(one) for one in range(many * number, many * (number + 1))]
        )

    return connect
