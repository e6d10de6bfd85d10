"""The showcase as a visitor finds it: loaded, embedded by the default encoder, and later trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from benchmarks.picks_measuring import Picked, category_picks, lists_after, welcome_picks
from catalog.models import Catalog, Item
from recommender.models import Interaction
from recommender.services.answers import Answer
from recommender.services.recommending import recommend
from recommender.services.training import train_catalog
from tests.conftest import embed_all
from users.models import Profile

LENGTH = 10


@dataclass(frozen=True)
class Lists:
    """What people were shown, before (False) and after (True) the training.

    `answers` by trained or not, and who; `after_picks` and `after_welcome` by trained or not: what newcomers got after
    five picks in each large category, and in each group of the welcome page. `seen`: what everybody had done before.
    """

    answers: Mapping[tuple[bool, str], Answer]
    after_picks: Mapping[bool, Sequence[Picked]]
    after_welcome: Mapping[bool, Sequence[Picked]]
    categories: Mapping[str, set[str]]
    seen: Mapping[str, set[str]]


@pytest.fixture(scope="package")
def lists(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Lists:
    """Made once for all tests that ask for it, since loading and training are what takes the time.

    Nothing of it stays in the database, where other tests load the showcase themselves.
    """
    with (
        django_db_blocker.unblock(),
        override_settings(GENRE_DEFAULT_ENCODER="multilingual-use"),
        transaction.atomic(),
    ):
        call_command("load_showcase", verbosity=0)
        catalog = Catalog.objects.get(slug="showcase")
        embed_all(catalog.embedding_spaces.get())
        answers: dict[tuple[bool, str], Answer] = {}
        after_picks: dict[bool, list[Picked]] = {}
        after_welcome: dict[bool, list[Picked]] = {}
        for trained in (False, True):
            if trained:
                train_catalog(catalog)
            answers |= {(trained, who): answer for who, answer in _answers(catalog).items()}
            after_picks[trained] = list(lists_after(catalog, category_picks(catalog)))
            after_welcome[trained] = list(lists_after(catalog, welcome_picks(catalog)))
        made = Lists(
            answers=answers,
            after_picks=after_picks,
            after_welcome=after_welcome,
            categories={item.external_id: set(item.categories) for item in Item.objects.filter(catalog=catalog)},
            seen=_seen(catalog),
        )
        transaction.set_rollback(True)
    return made


def _answers(catalog: Catalog) -> dict[str, Answer]:
    return {
        person.external_id: recommend(catalog=catalog, profile=person, k=LENGTH, language=person.language)
        for person in Profile.objects.filter(catalog=catalog)
    }


def _seen(catalog: Catalog) -> dict[str, set[str]]:
    seen: dict[str, set[str]] = {}
    done = Interaction.objects.filter(catalog=catalog).values_list("profile__external_id", "item__external_id")
    for who, item_id in done:
        seen.setdefault(who, set()).add(item_id)
    return seen
