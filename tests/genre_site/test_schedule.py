"""What the beat sends, and when."""

from __future__ import annotations

import importlib

import pytest
from celery import current_app
from django.conf import settings

from tests.genre_site.test_settings import PRODUCTION, python

CODE = "from genre_site.celery import app; print(app.timezone, app.conf.beat_schedule.get('train-ranking-models'))"


@pytest.mark.parametrize("name", sorted(settings.CELERY_BEAT_SCHEDULE))
def test_every_scheduled_task_is_there(name: str) -> None:
    importlib.import_module("recommender.tasks")
    assert settings.CELERY_BEAT_SCHEDULE[name]["task"] in current_app.tasks


def test_rankings_are_trained_at_three_unless_another_hour_is_set() -> None:
    assert "UTC {'task': 'recommender.tasks.train_ranking_models', 'schedule': <crontab: 0 3 * * *" in scheduled()


def test_hour_is_one_of_the_sites_time_zone() -> None:
    told = scheduled(GENRE_TRAINING_HOUR="23", GENRE_TIME_ZONE="Asia/Shanghai")
    assert told.startswith("Asia/Shanghai {")
    assert "<crontab: 0 23 * * *" in told


def test_rankings_are_never_trained_by_night_where_that_is_set() -> None:
    assert scheduled(GENRE_TRAINING_HOUR="never").strip() == "UTC None"


@pytest.mark.parametrize("hour", ["24", "-1", "3:30", "03"])
def test_hour_that_no_day_has_is_refused(hour: str) -> None:
    result = python(CODE, PRODUCTION | {"GENRE_TRAINING_HOUR": hour})
    assert f"GENRE_TRAINING_HOUR='{hour}' is not known: write one of 0, 1, " in result.stderr


@pytest.mark.parametrize(("asked", "is_scheduled"), [({}, True), ({"GENRE_TRAIN_AFTER_ERASURE": "0"}, False)])
def test_erased_people_are_looked_for_every_hour_unless_that_is_left_to_the_night(
    asked: dict[str, str], is_scheduled: bool
) -> None:
    told = scheduled(CODE.replace("train-ranking-models", "train-after-erasures"), **asked)
    assert ("recommender.tasks.train_after_erasures" in told and "3600.0" in told) is is_scheduled


def scheduled(code: str = CODE, **environment: str) -> str:
    result = python(code, PRODUCTION | environment)
    assert result.returncode == 0, result.stderr
    return result.stdout
