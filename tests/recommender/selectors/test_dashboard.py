"""What an operator sees first: days counted where people are, out of indexes, and what waits to be embedded."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from django.db import connection
from django.db.models import Model
from django.utils import timezone

from catalog.models import Catalog, Item
from recommender.models import EmbeddingSpace, Interaction, Slate
from recommender.selectors.bounded_counts import BY_PERIOD
from recommender.selectors.dashboard import DAYS, backlogs, daily_counts
from recommender.services.recommending import recommend
from recommender.services.slates import maintain_partitions
from tests.conftest import MakeItem, act, embed_all
from tests.recommender.admin.conftest import fail
from users.models import Profile

TODAY = date(2026, 3, 31)


def at(day: date, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))


def test_thirty_days_end_today(catalog: Catalog, make_item: MakeItem) -> None:
    for name, moment in {
        "before": at(TODAY - timedelta(days=30), 23),
        "first": at(TODAY - timedelta(days=29), 0),
        "today": at(TODAY, 9),
        "late": at(TODAY, 23),
    }.items():
        Item.objects.filter(pk=make_item(name).pk).update(created_at=moment)

    days = daily_counts(Item, today=TODAY)

    assert len(days) == DAYS
    assert {day.day: day.count.value for day in days if day.count.value} == {TODAY - timedelta(days=29): 1, TODAY: 2}


def test_days_are_those_of_the_time_zone(catalog: Catalog, make_item: MakeItem) -> None:
    with timezone.override("Asia/Shanghai"):
        Item.objects.filter(pk=make_item("item").pk).update(created_at=at(TODAY, 1))
        assert daily_counts(Item, today=TODAY)[-1].count.value == 1
    with timezone.override("UTC"):
        assert daily_counts(Item, today=TODAY)[-2].count.value == 1


def test_everything_that_comes_in_is_counted(catalog: Catalog, alice: Profile, make_item: MakeItem) -> None:
    act(alice, make_item("one"))
    act(alice, make_item("two"))
    recommend(catalog=catalog, profile=alice)
    today = timezone.localdate()
    counted = {model: daily_counts(model, today=today)[-1].count.value for model in (Interaction, Slate, Item, Profile)}
    assert counted == {Interaction: 2, Slate: 1, Item: 2, Profile: 1}


@pytest.mark.django_db
@pytest.mark.parametrize("model", [Interaction, Slate, Item, Profile])
def test_a_day_is_found_by_an_index(model: type[Model]) -> None:
    maintain_partitions(now=timezone.now())
    today = timezone.localdate()
    sql = BY_PERIOD.format(table=connection.ops.quote_name(model._meta.db_table))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {sql}", [[at(today, 0)], [at(today, 23)], 10])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Seq Scan" not in plan
    assert "created_at" in plan


def test_backlog_of_each_space_that_is_kept_up_to_date(
    space: EmbeddingSpace, other_catalog: Catalog, make_item: MakeItem
) -> None:
    EmbeddingSpace.objects.create(catalog=space.catalog, name="never asked for", backend="hashing", dimension=8)
    make_item("done")
    embed_all(space)
    ill = make_item("ill")
    make_item("waiting")
    fail(space, ill)

    found = {backlog.space.catalog.slug: (backlog.waiting.value, backlog.failed.value) for backlog in backlogs()}

    assert found == {"films": (1, 1), "dishes": (0, 0)}
