"""The rest of a list: what was shown does not come again, and nobody's list is gone on with by another."""

from __future__ import annotations

import uuid

import pytest

from catalog.models import Catalog, Item
from recommender.exceptions import InvalidRequest, NotInCatalog
from recommender.services.answers import Answer
from recommender.services.continuing import LONGEST_CHAIN, continue_list
from recommender.services.feed import FIRST_ROW_LENGTH
from recommender.services.recommending import recommend
from recommender.services.similar import similar_items
from tests.conftest import act
from tests.recommender.services.arranging import Plane
from tests.recommender.services.reading import shown
from users.models import Profile


@pytest.fixture
def works(plane: Plane) -> list[Item]:
    return [plane.item(f"item-{number:02}", 0, 1, number) for number in range(30)]


def continued(plane: Plane, profile: Profile | None, *after: Answer) -> Answer:
    return continue_list(
        catalog=plane.catalog, profile=profile, after=[answer.request_id for answer in after], language="en"
    )


def test_whole_list_comes_in_pieces_in_its_order(plane: Plane, works: list[Item], alice: Profile) -> None:
    act(alice, works[0])
    whole = shown(recommend(catalog=plane.catalog, profile=alice, k=29))

    first = recommend(catalog=plane.catalog, profile=alice, k=FIRST_ROW_LENGTH)
    second = continued(plane, alice, first)
    third = continued(plane, alice, first, second)

    assert [*shown(first), *shown(second), *shown(third)] == whole
    assert [len(answer.results) for answer in (first, second, third)] == [12, 12, 5]
    assert shown(continued(plane, alice, first, second, third)) == []


def test_what_impersonal_answers_showed_is_left_out_too(plane: Plane, works: list[Item], alice: Profile) -> None:
    act(alice, works[0])
    popular, similar = recommend(catalog=plane.catalog, k=5), similar_items(item=works[1], k=5)
    found = shown(continued(plane, alice, popular, similar))
    assert not set(found) & {*shown(popular), *shown(similar)}


def test_another_persons_list_is_as_if_it_were_not_there(
    plane: Plane, works: list[Item], alice: Profile, bob: Profile, other_catalog: Catalog
) -> None:
    of_bob = recommend(catalog=plane.catalog, profile=bob)
    elsewhere = recommend(catalog=other_catalog)
    for profile in (alice, None):
        own = recommend(catalog=plane.catalog, profile=profile)
        for foreign in (of_bob, elsewhere):
            with pytest.raises(NotInCatalog):
                continued(plane, profile, own, foreign)
    with pytest.raises(NotInCatalog):
        continue_list(catalog=plane.catalog, profile=alice, after=[uuid.uuid4()], language="en")


def test_chain_has_an_end(plane: Plane, alice: Profile) -> None:
    with pytest.raises(InvalidRequest):
        continue_list(
            catalog=plane.catalog,
            profile=alice,
            after=[uuid.uuid4() for _ in range(LONGEST_CHAIN + 1)],
            language="en",
        )
