"""A list that is narrowed to kinds of items for one answer."""

from __future__ import annotations

import pytest

from recommender.exceptions import InvalidRequest
from recommender.services.recommending import recommend
from recommender.services.wishes import Wishes
from tests.conftest import act
from tests.recommender.services.arranging import Plane
from tests.recommender.services.reading import shown
from users.models import Profile


@pytest.fixture(autouse=True)
def _works(plane: Plane, alice: Profile) -> None:
    for number, kind in enumerate(["film", "book", "game", ""]):
        plane.item(f"{kind or 'other'}-near", 0, 1, 0.1 * number, kind=kind)
        plane.item(f"{kind or 'other'}-far", 0, 0.1 * number, 1, kind=kind)
    act(alice, plane.item("liked", 0, 1, kind="film"))


@pytest.mark.parametrize("known", [True, False])
def test_other_kinds_are_left_out(plane: Plane, alice: Profile, known: bool) -> None:
    profile = alice if known else None
    answer = recommend(catalog=plane.catalog, profile=profile, wishes=Wishes(kinds=["book", "game"]))
    assert sorted(shown(answer)) == ["book-far", "book-near", "game-far", "game-near"]
    if known:
        assert shown(answer)[:2] == ["book-near", "game-near"]


def test_kinds_that_the_configuration_forbids_stay_out(plane: Plane, alice: Profile) -> None:
    plane.configure({"filters": {"kinds": ["film", "book"]}})
    allowed = Wishes(kinds=["book", "game"])
    assert shown(recommend(catalog=plane.catalog, profile=alice, wishes=allowed)) == ["book-near", "book-far"]
    with pytest.raises(InvalidRequest):
        recommend(catalog=plane.catalog, profile=alice, wishes=Wishes(kinds=["game"]))


def test_unknown_kind_has_nothing(plane: Plane, alice: Profile) -> None:
    assert shown(recommend(catalog=plane.catalog, profile=alice, wishes=Wishes(kinds=["opera"]))) == []
