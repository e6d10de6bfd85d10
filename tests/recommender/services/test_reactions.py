"""Reactions: recorded once, taken back, and with the answer that they came from where it was the person's."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from catalog.models import Catalog, Item
from recommender.exceptions import InvalidRequest, NotInCatalog
from recommender.models import EmbeddingSpace, Interaction
from recommender.selectors.reactions import reactions_to
from recommender.services.answers import Answer
from recommender.services.reactions import like_all, react, take_back
from recommender.services.recommending import recommend
from tests.conftest import MakeItem, act
from users.models import Profile

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def film(space: EmbeddingSpace, make_item: MakeItem) -> Item:
    return make_item("film")


def said(profile: Profile, item: Item) -> frozenset[str]:
    return reactions_to(profile, [item.pk]).get(item.pk, frozenset())


def test_reaction_is_there_once_however_often_it_is_said(alice: Profile, film: Item) -> None:
    for _ in range(2):
        react(profile=alice, item=film, kind="like")
    assert Interaction.objects.filter(profile=alice).count() == 1
    assert said(alice, film) == {"like"}


def test_latest_opinion_holds_and_saving_is_none(alice: Profile, film: Item) -> None:
    for kind in ("like", "save", "dislike"):
        react(profile=alice, item=film, kind=kind)
    assert said(alice, film) == {"dislike", "save"}


def test_taking_back_an_opinion_brings_the_one_before(alice: Profile, film: Item) -> None:
    react(profile=alice, item=film, kind="like")
    react(profile=alice, item=film, kind="dislike")
    take_back(profile=alice, item=film, kind="dislike")
    assert said(alice, film) == {"like"}


def test_taking_back_touches_nobody_else(alice: Profile, bob: Profile, film: Item, make_item: MakeItem) -> None:
    other = make_item("other")
    for profile, item in ((alice, film), (alice, other), (bob, film)):
        react(profile=profile, item=item, kind="like")
    take_back(profile=alice, item=film, kind="like")
    assert said(alice, film) == set()
    assert said(alice, other) == said(bob, film) == {"like"}


@pytest.mark.parametrize("kind", ["view", "rating", "", "LIKE"])
def test_only_the_four_reactions_can_be_said(alice: Profile, film: Item, kind: str) -> None:
    with pytest.raises(InvalidRequest):
        react(profile=alice, item=film, kind=kind)
    with pytest.raises(InvalidRequest):
        take_back(profile=alice, item=film, kind=kind)
    assert not Interaction.objects.exists()


class TestWhereItCameFrom:
    @pytest.fixture
    def answers(self, catalog: Catalog, film: Item, alice: Profile, bob: Profile) -> dict[str, Answer]:
        return {
            "alice": recommend(catalog=catalog, profile=alice),
            "bob": recommend(catalog=catalog, profile=bob),
            "nobody": recommend(catalog=catalog),
        }

    @pytest.mark.parametrize(("whose", "is_kept"), [("alice", True), ("nobody", True), ("bob", False)])
    def test_is_kept_unless_it_is_anothers(
        self, alice: Profile, film: Item, answers: dict[str, Answer], whose: str, is_kept: bool
    ) -> None:
        slate_id = answers[whose].request_id
        react(profile=alice, item=film, kind="like", slate_id=slate_id)
        assert Interaction.objects.get().slate_id == (slate_id if is_kept else None)

    def test_is_not_kept_from_another_catalog(self, alice: Profile, film: Item, other_catalog: Catalog) -> None:
        elsewhere = recommend(catalog=other_catalog)
        react(profile=alice, item=film, kind="like", slate_id=elsewhere.request_id)
        assert Interaction.objects.get().slate_id is None


class TestManyLikes:
    def test_are_recorded_where_they_are_new(self, alice: Profile, make_item: MakeItem) -> None:
        items = [make_item(f"film-{number}") for number in range(4)]
        act(alice, items[0])
        act(alice, items[1], kind="dislike", occurred_at=datetime(2020, 1, 1, tzinfo=UTC))

        assert like_all(profile=alice, items=items, now=NOW) == 3

        assert [said(alice, item) for item in items] == [{"like"}] * 4
        assert Interaction.objects.filter(kind__name="like", occurred_at=NOW).count() == 3

    def test_of_another_catalog_are_refused_together(self, alice: Profile, film: Item, other_catalog: Catalog) -> None:
        soup = Item.objects.create(catalog=other_catalog, external_id="soup", title="Soup")
        with pytest.raises(InvalidRequest):
            like_all(profile=alice, items=[film, soup])
        assert not Interaction.objects.exists()

    def test_need_the_kind(self, alice: Profile, film: Item, catalog: Catalog) -> None:
        catalog.interaction_kinds.filter(name="like").delete()
        with pytest.raises(NotInCatalog):
            like_all(profile=alice, items=[film])

    @pytest.mark.parametrize("count", [2, 30])
    def test_cost_no_more_queries_than_one(
        self, alice: Profile, make_item: MakeItem, count: int, django_assert_num_queries: object
    ) -> None:
        items = [make_item(f"film-{number}") for number in range(count)]
        # Two of them are the savepoint's.
        with django_assert_num_queries(5):  # type: ignore[operator]  # a fixture without a public type
            like_all(profile=alice, items=items)
