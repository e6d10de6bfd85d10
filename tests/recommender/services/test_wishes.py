"""What a request wishes of its list: filters and boosts are exact on every way that a list is made."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from catalog.models import Catalog, Item
from recommender.engine.history import HistoryEvent
from recommender.exceptions import InvalidRequest
from recommender.models import Slate
from recommender.selectors import joint_vectors, nearest
from recommender.selectors.filter_language import parse_filter
from recommender.selectors.pools import Boost
from recommender.services.answers import Answer
from recommender.services.recommending import recommend
from recommender.services.similar import similar_items
from recommender.services.wishes import MOST_BOOSTS, MOST_KEPT_IDS, Wishes, kept_whole, wishes_from
from tests.conftest import act
from tests.recommender.services.arranging import Plane
from tests.recommender.services.reading import shown
from tests.recommender.trained import Clusters, like, train_clusters
from users.models import Profile

# Fewer candidates than there are items: what is lifted comes from outside of the window.
NARROW = {"blocks": {"newcomer_popularity": 0.0}, "diversity": {"candidates": 20}}
Ask = Callable[[Wishes, int], Answer]
OVERLAPPING = [
    Boost(parse_filter("categories/any(c: c eq 'kitchen')"), 0.4),
    Boost(parse_filter("attributes/even eq true"), 0.3),
    Boost(parse_filter("attributes/number lt 6 and not categories/any(c: c eq 'orbit')"), 9.0),
    Boost(parse_filter("id in ('orbit-1', 'harbour-2')"), -5.0),
]


def boost(text: str, by: float) -> Boost:
    return Boost(parse_filter(text), by)


@pytest.fixture(params=["trained", "texts", "popular"])
def way(request: pytest.FixtureRequest, catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Asks for a list of 48 items on one of the ways, with indexes used however few rows there are."""
    made = train_clusters(catalog, train=request.param == "trained", settings=NARROW)
    monkeypatch.setattr(joint_vectors, "EXACT_ROWS", 0)
    monkeypatch.setattr(nearest, "EXACT_ROWS", 0)
    for item in catalog.items.all():
        number = int(item.external_id.split("-")[1])
        Item.objects.filter(pk=item.pk).update(attributes={"number": number, "even": number % 2 == 0})
    profile = None
    if request.param != "popular":
        profile = Profile.objects.create(catalog=catalog, external_id="eater")
        like(catalog, [(profile, made.items["kitchen"][0]), (profile, made.items["orbit"][0])])
    return lambda wishes, k: recommend(catalog=catalog, profile=profile, wishes=wishes, k=k)


class TestFilter:
    @pytest.mark.parametrize(
        "text", ["attributes/number ge 12", "categories/any(c: c eq 'harbour')", "not (attributes/even eq true)"]
    )
    def test_list_is_the_whole_list_without_what_the_filter_leaves_out(self, way: Ask, text: str) -> None:
        condition = parse_filter(text)
        chosen = set(Item.objects.filter(condition.q()).values_list("external_id", flat=True))
        expected = [name for name in shown(way(Wishes(), 48)) if name in chosen]
        assert shown(way(Wishes(condition=condition), 48)) == expected
        assert shown(way(Wishes(condition=condition), 5)) == expected[:5]

    def test_nothing_fits(self, way: Ask) -> None:
        assert shown(way(Wishes(condition=parse_filter("kind eq 'opera'")), 5)) == []


class TestBoost:
    @pytest.mark.parametrize("boosts", [OVERLAPPING, OVERLAPPING[:1], OVERLAPPING[3:]])
    def test_first_ones_are_those_of_highest_score_with_boosts(self, way: Ask, boosts: Sequence[Boost]) -> None:
        """Worked out by hand from the whole list: 5 of 48 cannot be right by luck."""
        added = dict.fromkeys(Item.objects.values_list("external_id", flat=True), 0.0)
        for one in boosts:
            for name in Item.objects.filter(one.condition.q()).values_list("external_id", flat=True):
                added[name] += one.by
        plain = {result.item_id: result.score for result in way(Wishes(), 48).results}
        ids = dict(Item.objects.values_list("external_id", "pk"))
        expected = sorted(plain, key=lambda name: (-(plain[name] + added[name]), ids[name]))

        answer = way(Wishes(boosts=boosts), 5)

        assert shown(answer) == expected[:5]
        for result in answer.results:
            assert result.score == pytest.approx(plain[result.item_id] + added[result.item_id], abs=1e-9)
            assert sum(result.parts.values()) == pytest.approx(result.score, abs=1e-9)
            assert result.parts.get("boost", 0.0) == pytest.approx(added[result.item_id])

    def test_boost_that_outweighs_all_else_is_the_reason(self, way: Ask) -> None:
        lifted, *others = way(Wishes(boosts=[boost("id eq 'harbour-9'", 10.0)]), 3).results
        assert (lifted.item_id, lifted.reason) == ("harbour-9", "Put forward here.")
        assert "Put forward here." not in {other.reason for other in others}

    def test_filter_holds_for_boosted_items_too(self, way: Ask) -> None:
        small, even = parse_filter("attributes/number lt 3"), boost("attributes/even eq true", 5.0)
        found = [name.split("-")[1] for name in shown(way(Wishes(condition=small, boosts=[even]), 9))]
        assert set(found) == {"0", "1", "2"}
        assert found == sorted(found, key=lambda number: number == "1")

    @pytest.mark.parametrize("by", [10.5, -11.0, float("nan"), float("inf")])
    def test_too_large_a_boost_is_refused(self, by: float) -> None:
        with pytest.raises(InvalidRequest):
            Wishes(boosts=[boost("id eq 'a'", by)])

    def test_too_many_are_refused(self) -> None:
        with pytest.raises(InvalidRequest, match="at most 10"):
            Wishes(boosts=[boost("id eq 'a'", 1.0)] * (MOST_BOOSTS + 1))


def test_boost_of_similar_items_is_a_part_beside_the_likeness(catalog: Catalog) -> None:
    made = train_clusters(catalog)
    item = made.items["orbit"][0]
    wishes = Wishes(boosts=[boost("id eq 'kitchen-3'", 10.0)], condition=parse_filter("id ne 'orbit-1'"))
    first, *others = similar_items(item=item, k=40, wishes=wishes).results
    assert (first.item_id, first.parts["boost"], first.reason) == ("kitchen-3", 10.0, "Put forward here.")
    assert first.score == pytest.approx(first.parts["similarity"] + 10.0)
    assert "orbit-1" not in {other.item_id for other in others}


class TestHistory:
    @pytest.fixture
    def made(self, catalog: Catalog) -> Clusters:
        return train_clusters(catalog)

    def test_anonymous_history_ranks_as_the_same_history_of_a_profile(self, made: Clusters, alice: Profile) -> None:
        liked = made.items["kitchen"][:3]
        like(made.catalog, [(alice, item) for item in liked])
        events = [HistoryEvent(item.pk, "like", None, None) for item in reversed(liked)]

        own = recommend(catalog=made.catalog, profile=alice, k=10)
        anonymous = recommend(catalog=made.catalog, wishes=Wishes(events=events), k=10)

        assert shown(anonymous) == shown(own)
        assert anonymous.basis == own.basis == "history"

    def test_it_replaces_the_history_of_the_profile(self, made: Clusters, alice: Profile) -> None:
        like(made.catalog, [(alice, item) for item in made.items["kitchen"][:3]])
        events = [HistoryEvent(item.pk, "like", None, None) for item in made.items["orbit"][:3]]
        answer = recommend(catalog=made.catalog, profile=alice, wishes=Wishes(events=events), k=5)
        assert {made.cluster_of(name) for name in shown(answer)} == {"orbit"}

    def test_what_it_holds_does_not_come_back_nor_what_the_profile_has_seen(
        self, made: Clusters, alice: Profile
    ) -> None:
        seen, met = made.items["orbit"][1], made.items["orbit"][2]
        act(alice, seen, "view")
        events = [HistoryEvent(met.pk, "like", None, None)]
        found = shown(recommend(catalog=made.catalog, profile=alice, wishes=Wishes(events=events), k=48))
        assert not {seen.external_id, met.external_id} & set(found)
        assert len(found) == 46

    def test_disliked_item_of_it_does_not_return_where_seen_ones_may(self, plane: Plane) -> None:
        plane.configure({"seen": {"policy": "always"}})
        liked, disliked, taken_back = (plane.item(name, 0, 1, place) for place, name in enumerate("abc"))
        events = [
            HistoryEvent(taken_back.pk, "like", None, None),
            HistoryEvent(liked.pk, "like", None, None),
            HistoryEvent(disliked.pk, "dislike", None, None),
            HistoryEvent(taken_back.pk, "dislike", None, None),
        ]
        found = shown(recommend(catalog=plane.catalog, wishes=Wishes(events=events)))
        assert set(found) == {"a", "c"}

    def test_empty_history_is_nothing_known(self, made: Clusters, alice: Profile) -> None:
        like(made.catalog, [(alice, item) for item in made.items["kitchen"][:3]])
        answer = recommend(catalog=made.catalog, profile=alice, wishes=Wishes(events=[]), k=5)
        assert answer.basis == "popular"


class TestEvidence:
    def test_largest_shares_of_the_history_stand_beside_each_result(self, catalog: Catalog, alice: Profile) -> None:
        made = train_clusters(catalog)
        like(catalog, [(alice, item) for item in [*made.items["kitchen"][:8], made.items["orbit"][0]]])
        answer = recommend(catalog=catalog, profile=alice, wishes=Wishes(explain=True), k=3)
        for result in answer.results:
            evidence = result.evidence or []
            amounts = [abs(one.amount) for one in evidence]
            assert len(evidence) == 5
            assert amounts == sorted(amounts, reverse=True)
            assert evidence[0].title == evidence[0].item_id.replace("-", " ")
            assert f"“{evidence[0].title}”" in result.reason

    def test_shares_of_a_short_history_add_up_to_what_it_says(self, plane: Plane, alice: Profile) -> None:
        for place in range(3):
            act(alice, plane.item(f"liked-{place}", 0, 1, place))
        plane.item("near", 0, 1, 1, 1)
        (result,) = recommend(catalog=plane.catalog, profile=alice, wishes=Wishes(explain=True)).results
        assert len(result.evidence or []) == 3
        assert sum(one.amount for one in result.evidence or []) == pytest.approx(result.parts["history"], abs=1e-9)

    def test_none_where_it_is_not_asked_for(self, plane: Plane, alice: Profile) -> None:
        act(alice, plane.item("liked", 0, 1))
        plane.item("near", 0, 1, 1)
        (result,) = recommend(catalog=plane.catalog, profile=alice).results
        assert result.evidence is None
        assert "evidence" not in result.as_dict()
        assert "evidence" not in Slate.objects.get().results[0]


class TestLog:
    def test_wishes_come_back_from_their_json(self) -> None:
        wishes = Wishes(
            kinds=["film"],
            condition=parse_filter("title eq 'O''Hara'"),
            boosts=[boost("kind eq 'film'", -1.5)],
            excluded_ids=[3, 7],
            within=[1, 2],
            events=[
                HistoryEvent(5, "rating", 4.0, datetime(2026, 1, 2, tzinfo=UTC)),
                HistoryEvent(6, "view", None, None),
            ],
            after=[uuid.uuid4()],
            explain=True,
        )
        kept = json.loads(json.dumps(wishes.as_json()))
        assert wishes_from(kept) == wishes
        assert kept_whole(kept)

    def test_nothing_wished_takes_no_room(self) -> None:
        assert Wishes().as_json() == {}
        assert replace(Wishes(), events=[]).as_json() == {"history": []}
        assert wishes_from({"history": []}).events == []

    def test_long_and_private_lists_are_counted_and_not_kept(self) -> None:
        long = Wishes(excluded_ids=range(MOST_KEPT_IDS + 1)).as_json()
        private = Wishes(excluded_ids=[1], private_ids=[2, 3]).as_json()
        assert long == {"excluded_count": MOST_KEPT_IDS + 1}
        assert private == {"excluded": [1], "excluded_count": 3}
        assert not kept_whole(long)
        assert not kept_whole(private)

    def test_slate_keeps_wishes_and_the_state_of_the_history(self, plane: Plane, alice: Profile) -> None:
        interaction = act(alice, plane.item("liked", 0, 1))
        plane.item("near", 0, 1, 1)
        recommend(catalog=plane.catalog, profile=alice, statement="  words ", wishes=Wishes(kinds=["", "film"]))
        slate = Slate.objects.get()
        assert slate.wishes == {"kinds": ["", "film"], "statement": "words"}
        assert slate.made_from["until"] == interaction.pk
        assert slate.made_from["kept_away"].startswith("1:")
        assert slate.made_from["history"].startswith("1:")
        recommend(catalog=plane.catalog)
        assert Slate.objects.get(profile=None).made_from == {}
