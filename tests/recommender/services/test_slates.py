"""The log of answers: a partition a month, made when it is needed, dropped when it is too old."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import Settings

from catalog.models import Catalog
from recommender.models import Slate
from recommender.services.answers import find_answer
from recommender.services.recommending import recommend
from recommender.services.slates import create_partition, log_slate, maintain_partitions, partitions
from tests.conftest import MakeItem
from tests.recommender.services.together import all_at_once

MAY, JUNE = datetime(2031, 5, 31, 23, 59, 59, 999_999, tzinfo=UTC), datetime(2031, 6, 1, tzinfo=UTC)
MAY_PARTITION, JUNE_PARTITION = "recommender_slate_2031_05", "recommender_slate_2031_06"


def slate(catalog: Catalog, created_at: datetime) -> Slate:
    made = Slate(catalog=catalog, created_at=created_at, scenario="home", basis="popular", requested_length=20)
    log_slate(made)
    return made


def rows_in(partition: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {partition}")  # noqa: S608 - a name of this file
        row = cursor.fetchone()
    assert row is not None
    return int(row[0])


def test_partition_of_a_month_is_made_with_its_first_answer(catalog: Catalog) -> None:
    assert MAY_PARTITION not in partitions()
    slate(catalog, MAY)
    slate(catalog, MAY - timedelta(days=20))
    assert MAY_PARTITION in partitions()
    assert JUNE_PARTITION not in partitions()
    assert rows_in(MAY_PARTITION) == 2


def test_months_meet_without_a_gap(catalog: Catalog) -> None:
    last, first = slate(catalog, MAY), slate(catalog, JUNE)
    assert (rows_in(MAY_PARTITION), rows_in(JUNE_PARTITION)) == (1, 1)
    assert set(Slate.objects.filter(created_at__gte=MAY)) == {last, first}


def test_year_ends_without_a_gap(catalog: Catalog) -> None:
    slate(catalog, datetime(2031, 12, 31, 23, 59, 59, tzinfo=UTC))
    slate(catalog, datetime(2032, 1, 1, tzinfo=UTC))
    assert (rows_in("recommender_slate_2031_12"), rows_in("recommender_slate_2032_01")) == (1, 1)


def test_answers_of_several_months_are_read_by_their_ids(catalog: Catalog, make_item: MakeItem) -> None:
    make_item("film")
    answers = [recommend(catalog=catalog, now=moment) for moment in (MAY, JUNE)]
    assert [find_answer(answer.request_id) for answer in answers] == answers
    assert (rows_in(MAY_PARTITION), rows_in(JUNE_PARTITION)) == (1, 1)


def test_partition_that_was_rolled_back_is_made_again(catalog: Catalog) -> None:
    with transaction.atomic():
        slate(catalog, MAY)
        transaction.set_rollback(True)
    assert MAY_PARTITION not in partitions()
    slate(catalog, MAY)
    assert rows_in(MAY_PARTITION) == 1


def test_making_a_partition_twice_is_no_error(db: None) -> None:
    create_partition(2031, 5)
    create_partition(2031, 5)
    assert partitions().count(MAY_PARTITION) == 1


def test_retention_drops_the_old_months_and_makes_the_coming_ones(catalog: Catalog, settings: Settings) -> None:
    settings.GENRE_SLATE_RETENTION_MONTHS = 2
    kept = [slate(catalog, moment) for moment in (MAY, JUNE)]
    for month in (3, 4):
        slate(catalog, datetime(2031, month, 15, tzinfo=UTC))

    dropped = maintain_partitions(now=datetime(2031, 7, 1, tzinfo=UTC))

    assert [name for name in dropped if "2031" in name] == ["recommender_slate_2031_03", "recommender_slate_2031_04"]
    assert [name for name in partitions() if name >= "recommender_slate_2031"] == [
        f"recommender_slate_2031_{month:02}" for month in (5, 6, 7, 8, 9)
    ]
    assert set(Slate.objects.all()) == set(kept)
    assert maintain_partitions(now=datetime(2031, 7, 31, tzinfo=UTC)) == []


def test_month_that_was_dropped_can_be_written_again(catalog: Catalog, settings: Settings) -> None:
    settings.GENRE_SLATE_RETENTION_MONTHS = 1
    slate(catalog, MAY)
    maintain_partitions(now=MAY + timedelta(days=100))
    late = slate(catalog, MAY)
    assert Slate.objects.get() == late


def test_reading_an_answer_by_its_id_reads_each_partition_by_its_index(catalog: Catalog) -> None:
    made = slate(catalog, MAY)
    slate(catalog, JUNE)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT * FROM recommender_slate WHERE request_id = %s", [made.request_id])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Seq Scan" not in plan


@pytest.mark.django_db(transaction=True)
def test_first_answers_of_a_month_that_come_at_once_are_all_kept(catalog: Catalog) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {MAY_PARTITION}")
    made = all_at_once(6, lambda number: slate(catalog, MAY - timedelta(hours=number)).request_id)
    assert set(Slate.objects.values_list("request_id", flat=True)) == set(made)
    assert rows_in(MAY_PARTITION) == 6
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {MAY_PARTITION}")
    maintain_partitions(now=timezone.now())
