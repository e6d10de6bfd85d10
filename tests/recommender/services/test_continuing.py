"""The rest of a list: what was shown does not come again, and nobody's list is gone on with by another."""

from __future__ import annotations

import uuid

import pytest

from catalog.models import Catalog, Item
from recommender.engine.history import HistoryEvent
from recommender.exceptions import InvalidRequest, NotInCatalog
from recommender.models import Slate
from recommender.selectors.filter_language import parse_filter
from recommender.selectors.pools import Boost
from recommender.services.answers import LONGEST_CHAIN, Answer
from recommender.services.continuing import continue_answer, continue_list
from recommender.services.feed import FIRST_ROW_LENGTH
from recommender.services.recommending import recommend
from recommender.services.similar import similar_items
from recommender.services.wishes import Wishes
from tests.conftest import act
from tests.recommender.services.arranging import WORDS, Plane
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


class TestByToken:
    def test_list_goes_on_with_the_same_wishes(self, plane: Plane, works: list[Item], alice: Profile) -> None:
        act(alice, works[0])
        wishes = Wishes(
            condition=parse_filter("id lt 'item-22'"),
            boosts=[Boost(parse_filter("endswith(id, '3')"), 1.0)],
            excluded_ids=[works[5].pk],
        )
        whole = shown(recommend(catalog=plane.catalog, profile=alice, wishes=wishes, k=20))
        assert whole[:2] == ["item-03", "item-13"]

        answer = recommend(catalog=plane.catalog, profile=alice, wishes=wishes, k=6)
        pieces = [*shown(answer)]
        while answer.next:
            answer = continue_answer(catalog=plane.catalog, token=answer.next, language="en")
            pieces += shown(answer)

        assert pieces == whole
        assert len(answer.results) < 6

    def test_words_and_an_anonymous_history_count_again(self, plane: Plane, works: list[Item]) -> None:
        wishes = Wishes(events=[HistoryEvent(works[7].pk, "like", None, None)])
        first = recommend(catalog=plane.catalog, statement=WORDS, wishes=wishes, k=5)
        second = continue_answer(catalog=plane.catalog, token=str(first.next), language="en", k=7, explain=True)
        whole = shown(recommend(catalog=plane.catalog, statement=WORDS, wishes=wishes, k=12))
        assert [*shown(first), *shown(second)] == whole
        assert second.basis == first.basis == "history+statement"
        assert second.results[0].evidence

    def test_list_that_ended_has_no_next(self, plane: Plane, works: list[Item]) -> None:
        assert recommend(catalog=plane.catalog, k=31).next is None
        assert recommend(catalog=plane.catalog, k=29).next is not None
        assert similar_items(item=works[0], k=3).next is None

    @pytest.mark.parametrize("token", ["", "x", "0" * 32, "00000000000000000000000000000000:forged", "\x00", "字"])
    def test_token_that_nobody_gave_is_refused(self, plane: Plane, token: str) -> None:
        with pytest.raises(InvalidRequest):
            continue_answer(catalog=plane.catalog, token=token, language="en")

    def test_it_opens_no_list_of_another_catalog_or_person(
        self, plane: Plane, works: list[Item], alice: Profile, bob: Profile, other_catalog: Catalog
    ) -> None:
        token = str(recommend(catalog=plane.catalog, profile=alice, k=3).next)
        for catalog, only in ((other_catalog, None), (plane.catalog, [bob.pk]), (plane.catalog, [])):
            with pytest.raises(NotInCatalog):
                continue_answer(catalog=catalog, token=token, language="en", only=only)
        assert continue_answer(catalog=plane.catalog, token=token, language="en", only=[alice.pk]).results

    def test_answer_that_is_no_longer_kept_is_not_found(self, plane: Plane, works: list[Item]) -> None:
        token = str(recommend(catalog=plane.catalog, k=3).next)
        Slate.objects.all().delete()
        with pytest.raises(NotInCatalog):
            continue_answer(catalog=plane.catalog, token=token, language="en")
