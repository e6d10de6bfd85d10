"""No request is answered from a history that is not the person's, whoever else is at work."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from catalog.models import Catalog, Item
from recommender.engine.settings import ScoringSettings
from recommender.models import InterestCache
from recommender.selectors.histories import newest_history
from recommender.services.interactions import remove_interaction
from recommender.services.joint_interests import joint_interest_of
from tests.conftest import act
from tests.recommender.services.elsewhere import elsewhere, waiting_for_nobody
from tests.recommender.services.together import all_at_once
from tests.recommender.trained import FIRST_DAY, Clusters, train_clusters
from users.models import Profile

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE_AT_ONCE, ITEMS_EACH = 4, 6


@pytest.fixture
def made(catalog: Catalog) -> Clusters:
    return train_clusters(catalog, items_each=8, people_each=4, likes_each=4)


@pytest.fixture
def alice(made: Clusters) -> Profile:
    profile = Profile.objects.create(catalog=made.catalog, external_id="alice")
    act(profile, made.items["kitchen"][0])
    return profile


def items_of_interest(made: Clusters, profile: Profile) -> set[int]:
    interest = joint_interest_of(
        made.trained, made.space, profile=profile, events=None, statement="", settings=ScoringSettings()
    ).interest
    return set() if interest is None else {weight.item_id for weight in interest.weights}


def is_cached(profile: Profile) -> bool:
    return InterestCache.objects.filter(profile=profile).exists()


def test_interaction_that_is_committed_after_the_interest_was_stored(made: Clusters, alice: Profile) -> None:
    first, later = made.items["kitchen"][0], made.items["orbit"][0]
    with elsewhere(lambda: act(alice, later)) as other:
        # Its trigger ran before there was a row, and will not run again.
        assert items_of_interest(made, alice) == {first.pk}
        assert is_cached(alice)
        other.commit()
    assert is_cached(alice)
    assert items_of_interest(made, alice) == {first.pk, later.pk}


def test_removal_that_is_committed_after_the_interest_was_stored(made: Clusters, alice: Profile) -> None:
    kept, removed = made.items["kitchen"][0], act(alice, made.items["orbit"][0])
    with elsewhere(lambda: remove_interaction(removed)) as other:
        assert items_of_interest(made, alice) == {kept.pk, removed.item_id}
        other.commit()
    assert items_of_interest(made, alice) == {kept.pk}


def test_interaction_beside_an_import_that_does_not_end_well(made: Clusters, alice: Profile) -> None:
    first, later = made.items["kitchen"][0], made.items["orbit"][0]
    items_of_interest(made, alice)
    with elsewhere(lambda: act(alice, made.items["harbour"][0])) as other, waiting_for_nobody():
        act(alice, later)
        other.roll_back()
    # Dropped by one, who thought better of it, and passed over by the other.
    assert is_cached(alice)
    assert items_of_interest(made, alice) == {first.pk, later.pk}


def test_answer_beside_somebody_who_drops_the_row(made: Clusters, alice: Profile) -> None:
    first = made.items["kitchen"][0]
    items_of_interest(made, alice)
    with elsewhere(lambda: act(alice, made.items["harbour"][0])), waiting_for_nobody():
        assert items_of_interest(made, alice) == {first.pk}
        # Computed again beside the row that is being dropped, which cannot be replaced before it is gone.
        act(alice, made.items["orbit"][0])
        assert items_of_interest(made, alice) == {first.pk, made.items["orbit"][0].pk}


def test_answer_beside_somebody_who_changes_the_profile(made: Clusters, alice: Profile) -> None:
    profiles = Profile.objects.filter(pk=alice.pk)
    with elsewhere(lambda: profiles.update(name="Alice")), waiting_for_nobody():
        assert items_of_interest(made, alice) == {made.items["kitchen"][0].pk}
    assert not is_cached(alice)
    items_of_interest(made, alice)
    assert is_cached(alice)


def test_pausing_waits_for_nobody_and_leaves_nothing(made: Clusters, alice: Profile) -> None:
    items_of_interest(made, alice)
    with waiting_for_nobody():
        Profile.objects.filter(pk=alice.pk).update(personalise=False)
    assert not is_cached(alice)


def test_each_interaction_is_in_the_answer_that_follows_it(made: Clusters, alice: Profile) -> None:
    """Several devices of one person: what each has just done is known, whatever the others drop and store."""
    pool = [item for items in made.items.values() for item in items]

    def use(number: int) -> list[Item]:
        unknown = []
        for step in range(ITEMS_EACH):
            item = pool[number * ITEMS_EACH + step]
            recorded = act(alice, item, occurred_at=FIRST_DAY + timedelta(days=number, minutes=step))
            if item.pk not in items_of_interest(made, alice):
                unknown.append(item)
            if step % 2:
                remove_interaction(recorded)
                if item.pk in items_of_interest(made, alice):
                    unknown.append(item)
        return unknown

    assert all_at_once(PEOPLE_AT_ONCE, use) == [[]] * PEOPLE_AT_ONCE
    assert items_of_interest(made, alice) == {event.item_id for event in newest_history(alice.pk, length=200).events}
    assert is_cached(alice)


def test_an_import_drops_the_rows_of_everybody_in_it_by_one_statement(made: Clusters) -> None:
    people = [person for persons in made.people.values() for person in persons]
    for person in people:
        items_of_interest(made, person)
    assert InterestCache.objects.count() == len(people)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO recommender_interaction (catalog_id, profile_id, item_id, kind_id, occurred_at) "
            "SELECT profile.catalog_id, profile.id, %s, kind.id, now() FROM users_profile profile "
            "JOIN recommender_interactionkind kind USING (catalog_id) WHERE kind.name = 'save' AND profile.id <> %s",
            [made.items["orbit"][0].pk, people[0].pk],
        )
        assert cursor.rowcount == len(people) - 1
    assert list(InterestCache.objects.values_list("profile_id", flat=True)) == [people[0].pk]
