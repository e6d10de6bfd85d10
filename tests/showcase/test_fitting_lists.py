"""Five simulated people get lists that fit, from the default encoder, before anything was trained and after."""

from __future__ import annotations

import pytest

from tests.showcase.conftest import LENGTH, Lists

pytestmark = pytest.mark.django_db

# Who, and the categories of what they like: three of people written by hand, two of people that simulate.py moves.
TASTES = {
    "sim-space-reader": {"Science fiction"},
    "sim-quiet-listener": {"Classical", "Piano", "Ambient"},
    "sim-night-reader": {"Suspense", "Horror", "Crime"},
    "sim-history-teacher": {"History", "War"},
    "sim-board-night": {"Board game", "Strategy"},
}
FITTING = 6


@pytest.mark.parametrize("who", TASTES)
@pytest.mark.parametrize("trained", [False, True], ids=["untrained", "trained"])
class TestListOfAPerson:
    def test_most_of_it_is_in_the_categories_of_their_taste(self, lists: Lists, trained: bool, who: str) -> None:
        shown = [result.item_id for result in lists.answers[trained, who].results]
        assert len(shown) == LENGTH
        fitting = [item_id for item_id in shown if lists.categories[item_id] & TASTES[who]]
        assert len(fitting) >= FITTING, shown

    def test_nothing_that_they_know_returns(self, lists: Lists, trained: bool, who: str) -> None:
        shown = {result.item_id for result in lists.answers[trained, who].results}
        assert lists.seen[who]
        assert shown & lists.seen[who] == set()

    def test_every_work_has_a_reason(self, lists: Lists, trained: bool, who: str) -> None:
        assert [result.item_id for result in lists.answers[trained, who].results if not result.reason] == []


def test_training_changes_what_people_are_shown(lists: Lists) -> None:
    """Else the trained half of these tests would only repeat the other."""
    for who in TASTES:
        before, after = (
            [result.item_id for result in lists.answers[trained, who].results] for trained in (False, True)
        )
        assert before != after
