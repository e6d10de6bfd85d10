"""Five simulated people get lists that fit, from the default encoder, before anything was trained and after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from catalog.models import Catalog, Item
from recommender.models import Interaction
from recommender.services.answers import Answer
from recommender.services.recommending import recommend
from recommender.services.training import train_catalog
from tests.conftest import embed_all
from users.models import Profile

# Who, and the categories of what they like: three of people written by hand, two of people that simulate.py moves.
TASTES = {
    "sim-space-reader": {"Science fiction"},
    "sim-quiet-listener": {"Classical", "Piano", "Ambient"},
    "sim-night-reader": {"Suspense", "Horror", "Crime"},
    "sim-history-teacher": {"History", "War"},
    "sim-board-night": {"Board game", "Strategy"},
}
LENGTH, FITTING = 10, 6


@dataclass(frozen=True)
class Lists:
    """What everybody of TASTES was shown, under (trained?, who); and what they had done before."""

    answers: dict[tuple[bool, str], Answer]
    categories: dict[str, set[str]]
    seen: dict[str, set[str]]


@pytest.fixture(scope="module")
def lists(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Lists]:
    """Loaded, embedded and trained once for the whole module, since that is what takes the time."""
    with (
        django_db_blocker.unblock(),
        override_settings(GENRE_DEFAULT_ENCODER="multilingual-use"),
        transaction.atomic(),
    ):
        call_command("load_showcase", verbosity=0)
        catalog = Catalog.objects.get(slug="showcase")
        embed_all(catalog.embedding_spaces.get())
        untrained = _answers(catalog)
        train_catalog(catalog)
        trained = _answers(catalog)
        yield Lists(
            answers={
                **{(False, who): answer for who, answer in untrained.items()},
                **{(True, who): answer for who, answer in trained.items()},
            },
            categories={item.external_id: set(item.categories) for item in Item.objects.filter(catalog=catalog)},
            seen={who: _seen_by(catalog, who) for who in TASTES},
        )
        transaction.set_rollback(True)


def _answers(catalog: Catalog) -> dict[str, Answer]:
    people = Profile.objects.filter(catalog=catalog, external_id__in=TASTES)
    return {
        person.external_id: recommend(catalog=catalog, profile=person, k=LENGTH, language=person.language)
        for person in people
    }


def _seen_by(catalog: Catalog, who: str) -> set[str]:
    done = Interaction.objects.filter(catalog=catalog, profile__external_id=who)
    return set(done.values_list("item__external_id", flat=True))


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
