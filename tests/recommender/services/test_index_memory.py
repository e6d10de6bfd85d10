"""An index's build gets the memory that its graph takes, within bounds, and gives it back."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from recommender.services.index_memory import build_memory_bytes, memory_for_build

MEBIBYTE = 2**20


def test_graph_of_vectors_and_links_fits() -> None:
    assert build_memory_bytes(rows=100_000, dimension=706) == 100_000 * (1_412 + 700)
    assert build_memory_bytes(rows=100_000, dimension=706, links=32) == 100_000 * (1_412 + 1_400)


def test_memory_has_bounds() -> None:
    assert build_memory_bytes(rows=0, dimension=706) == 64 * MEBIBYTE
    assert build_memory_bytes(rows=10**9, dimension=706) == 2048 * MEBIBYTE


def memory() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('maintenance_work_mem')")
        return str(cursor.fetchone()[0])


def fail() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")


def test_connection_has_the_memory_during_the_build_alone(db: None) -> None:
    before = memory()
    with memory_for_build(rows=100_000, dimension=100):
        assert memory() == f"{100_000 * 900 // 1024}kB"
    assert memory() == before


@pytest.mark.django_db(transaction=True)
def test_memory_is_given_back_after_a_failed_build_outside_a_transaction() -> None:
    before = memory()
    with pytest.raises(DatabaseError), memory_for_build(rows=0, dimension=4):
        fail()
    assert memory() == before


def test_memory_is_given_back_after_a_failed_build_in_a_transaction(db: None) -> None:
    before = memory()
    with pytest.raises(DatabaseError), transaction.atomic(), memory_for_build(rows=0, dimension=4):
        fail()
    assert memory() == before
