"""An answer made again: equal where nothing changed, and else it is said what did."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from catalog.models import Catalog, Item
from recommender.engine.history import HistoryEvent
from recommender.models import Slate
from recommender.selectors.filter_language import parse_filter
from recommender.selectors.pools import Boost
from recommender.services.answers import Answer, find_slate
from recommender.services.recommending import recommend
from recommender.services.replaying import Replay, replay
from recommender.services.similar import similar_items
from recommender.services.wishes import Wishes
from tests.conftest import act
from tests.recommender.services.arranging import WORDS, Plane
from tests.recommender.services.reading import shown
from tests.recommender.trained import Clusters, configure, like, train_again, train_clusters
from users.models import Profile

WISHES = Wishes(
    condition=parse_filter("not categories/any(c: c eq 'harbour')"),
    boosts=[Boost(parse_filter("id eq 'orbit-3'"), 0.5)],
    explain=True,
)


def replayed(answer: Answer) -> Replay:
    slate = find_slate(answer.request_id)
    assert slate is not None
    return replay(slate, language="en")


def causes(said: Replay) -> list[str]:
    return [cause.code for cause in said.causes]


@pytest.fixture
def made(catalog: Catalog) -> Clusters:
    return train_clusters(catalog)


@pytest.fixture
def eater(made: Clusters, alice: Profile) -> Profile:
    like(made.catalog, [(alice, item) for item in made.items["kitchen"][:5]])
    return alice


class TestEqual:
    @pytest.mark.parametrize("wishes", [Wishes(), WISHES], ids=["plain", "wishes"])
    @pytest.mark.parametrize("statement", ["", "butter and dough"])
    def test_personal_answer(self, made: Clusters, eater: Profile, wishes: Wishes, statement: str) -> None:
        for _turn in ("computed", "cached"):
            given = recommend(catalog=made.catalog, profile=eater, statement=statement, wishes=wishes, k=8)
            said = replayed(given)
            assert (said.computed, said.equal, said.differences, said.causes) == (True, True, [], [])
            assert [result.item_id for result in said.results] == shown(given)
            assert [result.reason for result in said.results] == [result.reason for result in given.results]

    def test_what_the_person_did_later_does_not_count(self, made: Clusters, eater: Profile) -> None:
        given = recommend(catalog=made.catalog, profile=eater, k=8)
        for item in [*made.items["orbit"][:4], *(Item.objects.filter(external_id__in=shown(given)[:2]))]:
            act(eater, item)
        assert shown(recommend(catalog=made.catalog, profile=eater, k=8)) != shown(given)
        assert replayed(given).equal

    def test_own_words_of_then_count(self, made: Clusters, eater: Profile) -> None:
        eater.statement = "sailor and anchor"
        eater.save()
        given = recommend(catalog=made.catalog, profile=eater, k=8)
        Profile.objects.filter(pk=eater.pk).update(statement="rocket")
        assert replayed(given).equal

    def test_chance_is_drawn_again(self, made: Clusters, eater: Profile) -> None:
        configure(made.catalog, {"exploration": {"rate": 0.5}})
        lists = [recommend(catalog=made.catalog, profile=eater, k=8) for _ in range(4)]
        assert len({tuple(shown(answer)) for answer in lists}) > 1
        assert all(replayed(answer).equal for answer in lists)

    def test_settings_of_then_count(self, made: Clusters, eater: Profile) -> None:
        given = recommend(catalog=made.catalog, profile=eater, k=8)
        configure(made.catalog, {"diversity": {"per_category": 1, "fill": False}})
        assert replayed(given).equal

    def test_popular_and_similar_and_anonymous_and_continued_answers(self, made: Clusters, eater: Profile) -> None:
        history = [HistoryEvent(made.items["orbit"][0].pk, "like", None, None)]
        first = recommend(catalog=made.catalog, profile=eater, k=5)
        answers = [
            recommend(catalog=made.catalog, k=5),
            similar_items(item=made.items["orbit"][0], k=5, wishes=WISHES),
            recommend(catalog=made.catalog, wishes=Wishes(events=history, excluded_ids=[made.items["orbit"][1].pk])),
            recommend(catalog=made.catalog, profile=eater, k=5, wishes=Wishes(after=[first.request_id])),
        ]
        assert [replayed(answer).equal for answer in answers] == [True] * 4

    def test_by_texts_alone(self, plane: Plane, alice: Profile) -> None:
        for place in range(12):
            plane.item(f"item-{place}", 1, place % 4, place % 3)
        act(alice, plane.catalog.items.get(external_id="item-1"))
        given = recommend(catalog=plane.catalog, profile=alice, statement=WORDS, k=5)
        act(alice, plane.catalog.items.get(external_id="item-7"))
        assert replayed(given).equal


class TestDifferent:
    def test_history_was_taken_back(self, made: Clusters, eater: Profile) -> None:
        given = recommend(catalog=made.catalog, profile=eater, k=8)
        newest = eater.interactions.order_by("-pk").first()
        assert newest is not None
        newest.delete()
        said = replayed(given)
        assert (said.computed, said.equal) == (True, False)
        assert {"history_changed", "seen_changed"} <= set(causes(said))

    def test_item_that_was_shown_is_hidden_or_gone(self, made: Clusters, eater: Profile) -> None:
        given = recommend(catalog=made.catalog, profile=eater, k=8)
        first, second = shown(given)[:2]
        Item.objects.filter(external_id=first).update(hidden=True)
        Item.objects.get(external_id=second).delete()
        said = replayed(given)
        assert not said.equal
        assert "items_gone" in causes(said)
        difference = said.differences[0]
        assert (difference.rank, difference.given, difference.again) == (1, first, shown(given)[2])
        assert difference.given_score == given.results[0].score

    def test_new_item_is_named_as_a_cause(self, plane: Plane, alice: Profile) -> None:
        act(alice, plane.item("liked", 0, 1))
        plane.item("near", 0, 1, 1)
        given = recommend(catalog=plane.catalog, profile=alice)
        plane.item("nearer", 0, 1, 0.1)
        said = replayed(given)
        assert [(one.rank, one.given, one.again) for one in said.differences] == [
            (1, "near", "nearer"),
            (2, None, "near"),
        ]
        assert causes(said) == ["items_changed"]

    def test_version_is_gone(self, made: Clusters, eater: Profile) -> None:
        given = recommend(catalog=made.catalog, profile=eater, k=8)
        like(made.catalog, [(eater, item) for item in made.items["orbit"]])
        train_again(made.catalog)
        assert replayed(given).equal
        made.trained.delete()
        said = replayed(given)
        assert not said.equal
        assert "model_version_gone" in causes(said)

    def test_counted_popularity_moves_on(self, plane: Plane, alice: Profile, bob: Profile) -> None:
        first, second = plane.item("first"), plane.item("second")
        act(alice, first)
        given = recommend(catalog=plane.catalog)
        act(alice, second)
        act(bob, second)
        said = replayed(given)
        assert not said.equal
        assert causes(said) == ["counted_anew"]


class TestImpossible:
    @pytest.mark.parametrize(
        ("change", "code"),
        [
            (lambda slate: Slate.objects.update(config=None), "configuration_gone"),
            (lambda slate: Slate.objects.update(made_from={}), "wishes_not_kept"),
            (lambda slate: Slate.objects.update(wishes={"excluded_count": 5}), "wishes_not_kept"),
            (
                lambda slate: Profile.objects.filter(pk=slate.profile_id).update(personalise=False),
                "personalisation_off",
            ),
        ],
    )
    def test_it_is_said_why(self, made: Clusters, eater: Profile, change: Callable[[Slate], object], code: str) -> None:
        given = recommend(catalog=made.catalog, profile=eater, k=8)
        change(Slate.objects.get())
        said = replayed(given)
        assert (said.computed, said.equal, causes(said), said.results) == (False, False, [code], ())

    def test_item_that_a_list_is_like_is_gone(self, made: Clusters) -> None:
        given = similar_items(item=made.items["orbit"][0])
        made.items["orbit"][0].delete()
        assert causes(replayed(given)) == ["item_gone"]
