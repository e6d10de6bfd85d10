"""Messages that ask for what is done already are dropped, and a silent broker is left alone for a moment."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from kombu.exceptions import OperationalError

from recommender import tasks
from recommender.models import EmbeddingSpace
from recommender.services import messages
from recommender.services.messages import LatestStarts, Pause
from recommender.tasks import embed_batch, embed_stale_items, send_nudge
from tests.conftest import MakeItem


class Clock:
    now = 1000.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "time", lambda: clock.now)
    monkeypatch.setattr(time, "monotonic", lambda: clock.now)
    return clock


class TestLatestStarts:
    def test_work_that_began_after_the_message_covers_it(self, clock: Clock) -> None:
        starts = LatestStarts()
        assert not starts.covers("look", 990.0)
        assert starts.covers("look", 999.0)

    def test_message_that_was_sent_after_the_start_is_obeyed(self, clock: Clock) -> None:
        starts = LatestStarts()
        starts.covers("look", 990.0)
        clock.now = 1002.0
        assert not starts.covers("look", 1001.0)

    def test_other_work_covers_nothing(self, clock: Clock) -> None:
        starts = LatestStarts()
        starts.covers("space 1", 990.0)
        assert not starts.covers("space 2", 990.0)

    def test_clock_that_was_set_back_silences_nothing(self, clock: Clock) -> None:
        starts = LatestStarts()
        starts.covers("look", 990.0)
        clock.now = 500.0
        assert not starts.covers("look", 499.0)

    def test_two_chains_become_one_and_never_none(self, clock: Clock) -> None:
        starts, queue, alive = LatestStarts(), [990.0, 991.0, 992.0], []
        for _ in range(20):
            clock.now += 1.0
            if not starts.covers("space 1", queue.pop(0)):
                queue.append(clock.now + 0.5)
            alive.append(len(queue))
        assert alive[:2] == [3, 2]
        assert alive[2:] == [1] * 18


class TestPause:
    def test_pause_ends_by_itself(self, clock: Clock) -> None:
        pause = Pause()
        assert not pause
        pause.begin()
        assert pause
        clock.now += messages.PAUSE_SECONDS
        assert not pause


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Names of the tasks whose messages went out; none reaches a broker."""
    names: list[str] = []
    for task in (embed_stale_items, embed_batch):
        monkeypatch.setattr(task, "apply_async", lambda _name=task.__name__, **_: names.append(_name))
    monkeypatch.setattr(tasks, "latest_starts", LatestStarts())
    tasks.pause.end()
    yield names
    tasks.pause.end()


@pytest.mark.django_db
class TestTasks:
    def test_task_embeds_until_nothing_is_left_and_fills_the_space(
        self, sent: list[str], make_item: MakeItem, space: EmbeddingSpace
    ) -> None:
        make_item("quiet-piano")
        embed_stale_items()
        embed_batch(space.pk, time.time())
        assert sent == ["embed_batch"]
        space.refresh_from_db()
        assert (space.state, space.embeddings.count()) == (EmbeddingSpace.State.FILLED, 1)

    def test_task_that_took_long_hands_the_rest_on(
        self, sent: list[str], make_item: MakeItem, space: EmbeddingSpace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tasks, "HAND_ON_SECONDS", 0.0)
        make_item("quiet-piano")
        embed_stale_items()
        embed_batch(space.pk, time.time())
        assert sent == ["embed_batch"] * 2
        embed_batch(space.pk, time.time())
        assert sent == ["embed_batch"] * 2
        space.refresh_from_db()
        assert space.state == EmbeddingSpace.State.FILLED

    def test_second_chain_ends(
        self, sent: list[str], make_item: MakeItem, space: EmbeddingSpace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tasks, "HAND_ON_SECONDS", 0.0)
        make_item("quiet-piano")
        before = time.time()
        embed_stale_items()
        embed_batch(space.pk, before)
        make_item("loud-guitars")
        embed_batch(space.pk, before)
        assert sent == ["embed_batch"] * 2
        assert space.embeddings.count() == 1

    def test_nudge_from_before_the_last_look_is_dropped_and_a_periodic_look_never(
        self, sent: list[str], make_item: MakeItem, space: EmbeddingSpace
    ) -> None:
        make_item("quiet-piano")
        before = time.time()
        embed_stale_items(before)
        embed_stale_items(before)
        assert sent == ["embed_batch"]
        embed_stale_items()
        assert sent == ["embed_batch"] * 2

    def test_look_without_stale_items_sends_nothing(self, sent: list[str], space: EmbeddingSpace) -> None:
        embed_stale_items()
        assert sent == []

    @pytest.mark.parametrize("error", [OperationalError("no route"), ConnectionRefusedError()])
    def test_broker_that_did_not_answer_is_asked_again_after_a_pause(
        self, sent: list[str], monkeypatch: pytest.MonkeyPatch, clock: Clock, error: Exception
    ) -> None:
        tried: list[float] = []

        def refuse(**_: object) -> None:
            tried.append(clock.now)
            raise error

        monkeypatch.setattr(embed_stale_items, "apply_async", refuse)
        assert (send_nudge(), send_nudge()) == (False, False)
        clock.now += messages.PAUSE_SECONDS
        assert not send_nudge()
        assert tried == [1000.0, 1000.0 + messages.PAUSE_SECONDS]
