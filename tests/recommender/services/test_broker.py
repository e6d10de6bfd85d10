"""Whether the broker answers."""

from __future__ import annotations

import pytest
from celery import Celery

from recommender.services import broker
from recommender.services.broker import broker_answers


@pytest.mark.parametrize(
    ("address", "answers"),
    [("memory://", True), ("redis://127.0.0.1:1/", False), ("redis+socket:///nowhere/at/all.sock", False)],
)
def test_a_broker_that_is_away_is_no_error(monkeypatch: pytest.MonkeyPatch, address: str, answers: bool) -> None:
    monkeypatch.setattr(broker, "current_app", Celery(broker=address, set_as_current=False))
    assert broker_answers(0.5) is answers
