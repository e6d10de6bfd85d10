"""Calls take as many statements for many rows as for few."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.models import Catalog
from recommender.gorse.moments import moment_text
from recommender.models import EmbeddingSpace
from tests.conftest import embed_all
from tests.recommender.gorse.conftest import Caller
from tests.recommender.services.statements import statements

NOON = "2024-05-01T12:00:00Z"


def fill(call: Caller, count: int) -> None:
    numbers = range(count)
    items = [{"ItemId": f"item-{n}", "Comment": f"film {n}", "Categories": ["c"], "Labels": {"n": n}} for n in numbers]
    assert call("POST", "items", items).json() == {"RowAffected": count}
    users = [{"UserId": f"user-{n}", "Labels": [str(n)]} for n in numbers]
    assert call("POST", "users", users).json() == {"RowAffected": count}
    rows = [
        {"FeedbackType": "like", "UserId": user, "ItemId": f"item-{n}", "Timestamp": NOON}
        for n in numbers
        for user in (f"user-{n}", "reader")
        if n % 2
    ]
    assert call("POST", "feedback", rows).json() == {"RowAffected": len(rows)}


CALLS = [
    "items?n=100",
    "items?n=100&q=film",
    "users?n=100",
    "feedback?n=100",
    "feedback/like?n=100",
    "feedback/reader/item-1",
    "user/reader/feedback",
    "user/reader/feedback/like",
    "item/item-1/feedback",
    "recommend/reader?n=100",
    "recommend/reader?n=100&category=c",
    "latest?n=100",
    "non-personalized/popular?n=100",
    "non-personalized/popular?n=100&user-id=reader",
    "item/item-1/neighbors?n=100",
    "collaborative-filtering/reader?n=100",
]


@pytest.mark.parametrize("path", CALLS)
def test_reading_takes_the_same_statements_whatever_there_is(call: Caller, space: EmbeddingSpace, path: str) -> None:
    def cost() -> int:
        embed_all(space)
        call("GET", path)
        return len(statements(lambda: call("GET", path)))

    fill(call, 6)
    few = cost()
    fill(call, 60)
    assert cost() == few


def new_feedback(count: int, batch: str) -> list[dict[str, object]]:
    later = moment_text(timezone.now() + timedelta(days=1))
    return [
        {
            "FeedbackType": f"type-{batch}",
            "UserId": f"{batch}-{n}",
            "ItemId": f"{batch}-{n}",
            "Timestamp": later if n % 2 else NOON,
        }
        for n in range(count)
    ]


def new_items(count: int, batch: str) -> list[dict[str, object]]:
    return [{"ItemId": f"{batch}-{n}", "Comment": "a film"} for n in range(count)]


def new_users(count: int, batch: str) -> list[dict[str, object]]:
    return [{"UserId": f"{batch}-{n}"} for n in range(count)]


@pytest.mark.parametrize(
    ("method", "path", "rows"),
    [
        ("POST", "feedback", new_feedback),
        ("PUT", "feedback", new_feedback),
        ("POST", "items", new_items),
        ("POST", "users", new_users),
    ],
)
def test_writing_takes_the_same_statements_for_many_rows(
    call: Caller, catalog: Catalog, method: str, path: str, rows: Callable[[int, str], list[dict[str, object]]]
) -> None:
    few, many = (len(statements(lambda: call(method, path, rows(n, f"b{n}")))) for n in (2, 80))  # noqa: B023 - called at once
    assert few == many
    again = len(statements(lambda: call(method, path, rows(80, "b80"))))
    assert again == len(statements(lambda: call(method, path, rows(2, "b80"))))
