"""Without this interaction: the other list is the one that the person gets once it is really gone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from catalog.models import Catalog
from recommender.exceptions import InvalidRequest, NotInCatalog
from recommender.models import Interaction, InterestCache, Slate
from recommender.services.answers import Basis, Result
from recommender.services.counterfactuals import Change, Counterfactual, Standing, without
from recommender.services.recommending import recommend
from tests.conftest import act
from tests.recommender.services.statements import statements
from tests.recommender.trained import Clusters, configure, train_clusters
from users.models import Profile

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def made(catalog: Catalog) -> Clusters:
    return train_clusters(catalog, items_each=10, people_each=10, likes_each=6)


@pytest.fixture
def alice(made: Clusters) -> Profile:
    """Likes four things to eat and one in space."""
    return interested(made)


def interested(made: Clusters) -> Profile:
    profile = Profile.objects.create(catalog=made.catalog, external_id="alice")
    for number, item in enumerate([*made.items["kitchen"][:4], made.items["orbit"][0]]):
        act(profile, item, occurred_at=datetime(2026, 5, 1, 12, number, tzinfo=UTC))
    return profile


def acted_on(profile: Profile, external_id: str) -> Interaction:
    return profile.interactions.get(item__external_id=external_id)


def as_listed(said: Counterfactual, which: str) -> list[tuple[int, str, float, dict[str, float], str]]:
    """One of the two lists, as far as it is shown."""
    standings = [(change.item_id, getattr(change, which)) for change in said.changes]
    rows = [
        (standing.rank, item_id, standing.score, dict(standing.parts), standing.reason)
        for item_id, standing in standings
        if standing is not None and standing.rank <= said.length
    ]
    return sorted(rows)


def expect_list(said: Counterfactual, which: str, results: list[Result]) -> None:
    listed = as_listed(said, which)
    assert [row[:2] for row in listed] == [(result.rank, result.item_id) for result in results]
    assert [row[4] for row in listed] == [result.reason for result in results]
    for row, result in zip(listed, results, strict=True):
        assert row[2] == pytest.approx(result.score, abs=1e-9)
        assert row[3] == pytest.approx(dict(result.parts), abs=1e-9)


def answer(made: Clusters, profile: Profile, k: int = 5) -> list[Result]:
    return list(recommend(catalog=made.catalog, profile=profile, k=k, now=NOW).results)


SECTIONS: dict[str, dict[str, Any]] = {
    "default": {},
    "seen items return": {"seen": {"policy": "always"}},
    "later": {"seen": {"policy": "after_days", "after_days": 10}},
    "diverse": {"diversity": {"relevance": 0.5}},
    "limited": {"diversity": {"per_category": 2, "fill": False}},
    "calibrated": {"diversity": {"calibration": 0.8}},
    "boosted": {"boosts": {"new_items": 2.0}},
    "minimum": {"result_list": {"minimum_score": 1.0}},
    "short history": {"interest": {"history_length": 3}},
    "popular newcomers": {"blocks": {"newcomer_popularity": 2.5}},
}


class TestTrained:
    @pytest.mark.parametrize("sections", SECTIONS.values(), ids=SECTIONS.keys())
    def test_lists_are_those_of_before_and_after_a_removal(
        self, made: Clusters, alice: Profile, sections: dict[str, Any]
    ) -> None:
        configure(made.catalog, sections)
        removed = acted_on(alice, "orbit-0")
        said = without(profile=alice, interaction_ids=[removed.pk], k=5, now=NOW)
        expect_list(said, "before", answer(made, alice))
        removed.delete()
        expect_list(said, "after", answer(made, alice))

    def test_all_that_was_done_with_an_item(self, made: Clusters, alice: Profile) -> None:
        space = made.items["orbit"][0]
        act(alice, space, "view", occurred_at=NOW)
        said = without(profile=alice, item_ids=[space.pk], k=5, now=NOW)
        assert [one.kind for one in said.left_out] == ["like", "view"]
        assert {one.item_id for one in said.left_out} == {"orbit-0"}
        alice.interactions.filter(item=space).delete()
        expect_list(said, "after", answer(made, alice))

    def test_item_that_was_seen_by_it_alone_may_come_back(self, made: Clusters, alice: Profile) -> None:
        said = without(profile=alice, item_ids=[made.items["kitchen"][0].pk], k=10, now=NOW)
        back = next(change for change in said.changes if change.item_id == "kitchen-0")
        assert back.before is None
        assert back.after is not None
        assert back in said.entering

    def test_item_that_was_seen_otherwise_too_does_not(self, made: Clusters, alice: Profile) -> None:
        act(alice, made.items["kitchen"][0], "view", occurred_at=NOW)
        said = without(profile=alice, interaction_ids=[acted_on_like(alice, "kitchen-0").pk], k=10, now=NOW)
        assert "kitchen-0" not in {change.item_id for change in said.changes}

    def test_what_leaves_says_where_it_went(self, made: Clusters) -> None:
        bob = Profile.objects.create(catalog=made.catalog, external_id="bob")
        act(bob, made.items["orbit"][0], occurred_at=NOW)
        act(bob, made.items["harbour"][0], "view", occurred_at=NOW)
        said = without(profile=bob, item_ids=[made.items["orbit"][0].pk], k=5, now=NOW)
        assert said.leaving
        assert [change.item_id for change in said.leaving] == [
            change.item_id for change in said.changes if change.after is None or change.after.rank > 5
        ]
        gone = said.leaving[0]
        assert gone.after is not None
        assert gone.after.rank > 5
        assert len(said.leaving) == len(said.entering)
        assert [change.after.rank for change in said.entering if change.after] == sorted(
            change.after.rank for change in said.entering if change.after
        )

    def test_parts_of_the_change_add_up_to_it(self, made: Clusters, alice: Profile) -> None:
        said = without(profile=alice, item_ids=[made.items["kitchen"][1].pk], k=8, now=NOW)
        both = [change for change in said.changes if change.score_change is not None]
        assert both
        for change in both:
            assert sum(change.parts_change.values()) == pytest.approx(change.score_change, abs=1e-9)
        assert any(abs(change.score_change or 0) > 1e-3 for change in both)

    def test_is_not_a_term_taken_off(self, made: Clusters, alice: Profile) -> None:
        """Taking off what the interaction adds would leave every other item of the history as loud as it was."""
        removed = acted_on(alice, "orbit-0")
        said = without(profile=alice, interaction_ids=[removed.pk], k=5, now=NOW)
        kitchen = [change for change in said.changes if change.item_id.startswith("kitchen") and change.parts_change]
        assert any(change.parts_change["collaborative"] > 1e-3 for change in kitchen)

    def test_what_others_see_stays_as_it_is(self, made: Clusters, alice: Profile) -> None:
        """The trend counts an interaction that is only thought away."""
        configure(made.catalog, {"seen": {"policy": "always"}, "boosts": {"trending": 1.0}})
        recent = act(alice, made.items["orbit"][0], "save", occurred_at=NOW)
        said = without(profile=alice, interaction_ids=[recent.pk], k=20, now=NOW)
        change = next(change for change in said.changes if change.item_id == "orbit-0")
        assert change.before is not None
        assert change.before.parts["trending"] == 1.0
        assert change.parts_change["trending"] == 0.0
        assert change.parts_change["text"] != 0

    def test_reasons_do_not_name_what_is_thought_away(self, made: Clusters, alice: Profile) -> None:
        before = answer(made, alice, k=3)
        named = {item.title: item for item in made.items["kitchen"] if f"“{item.title}”" in before[0].reason}
        (item,) = named.values()
        said = without(profile=alice, item_ids=[item.pk], k=3, now=NOW)
        first = said.changes[0]
        assert first.before is not None
        assert item.title in first.before.reason
        assert all(change.after is None or item.title not in change.after.reason for change in said.changes)

    def test_nothing_left_is_the_popular_list(self, made: Clusters, alice: Profile) -> None:
        said = without(profile=alice, interaction_ids=alice.interactions.values_list("pk", flat=True), k=4, now=NOW)
        assert (said.basis_before, said.basis_after) == (Basis.HISTORY, Basis.POPULAR)
        alice.interactions.all().delete()
        expect_list(said, "after", answer(made, alice, k=4))

    def test_own_words_remain(self, made: Clusters, alice: Profile) -> None:
        alice.statement = "sailor anchor tide"
        alice.save()
        said = without(profile=alice, interaction_ids=alice.interactions.values_list("pk", flat=True), k=4, now=NOW)
        assert (said.basis_before, said.basis_after) == (Basis.HISTORY_AND_STATEMENT, Basis.STATEMENT)
        alice.interactions.all().delete()
        expect_list(said, "after", answer(made, alice, k=4))

    def test_personalisation_paused_makes_no_difference(self, made: Clusters, alice: Profile) -> None:
        """Beside the item itself, which was not seen then."""
        alice.personalise = False
        alice.save()
        said = without(profile=alice, interaction_ids=[acted_on(alice, "orbit-0").pk], k=4, now=NOW)
        assert (said.basis_before, said.basis_after) == (Basis.POPULAR, Basis.POPULAR)
        assert {change.item_id for change in said.entering} <= {"orbit-0"}

    def test_chance_is_left_out(self, made: Clusters, alice: Profile) -> None:
        configure(made.catalog, {"exploration": {"rate": 0.5}, "blocks": {"newcomer_popularity": 0.0}})
        removed = acted_on(alice, "orbit-0")
        said = [without(profile=alice, interaction_ids=[removed.pk], k=8, now=NOW) for _ in range(3)]
        assert said[0] == said[1] == said[2]
        configure(made.catalog, {"blocks": {"newcomer_popularity": 0.0}})
        expect_list(said[0], "before", answer(made, alice, k=8))


def acted_on_like(profile: Profile, external_id: str) -> Interaction:
    return profile.interactions.get(item__external_id=external_id, kind__name="like")


class TestUntrained:
    @pytest.fixture
    def made(self, catalog: Catalog) -> Clusters:
        return train_clusters(catalog, items_each=8, people_each=3, likes_each=4, train=False)

    @pytest.mark.parametrize("name", ["default", "seen items return", "diverse"])
    def test_lists_are_those_of_before_and_after_a_removal(self, made: Clusters, alice: Profile, name: str) -> None:
        configure(made.catalog, SECTIONS[name])
        removed = acted_on(alice, "orbit-0")
        said = without(profile=alice, interaction_ids=[removed.pk], k=5, now=NOW)
        assert said.model_version is None
        expect_list(said, "before", answer(made, alice))
        removed.delete()
        expect_list(said, "after", answer(made, alice))


class TestRefused:
    def test_nothing_to_leave_out(self, made: Clusters, alice: Profile) -> None:
        with pytest.raises(InvalidRequest):
            without(profile=alice)

    def test_somebody_elses_interaction(self, made: Clusters, alice: Profile) -> None:
        other = made.people["orbit"][0].interactions.first()
        assert other is not None
        with pytest.raises(NotInCatalog, match=str(other.pk)):
            without(profile=alice, interaction_ids=[other.pk])

    def test_item_that_the_person_did_nothing_with(self, made: Clusters, alice: Profile) -> None:
        with pytest.raises(NotInCatalog):
            without(profile=alice, item_ids=[made.items["harbour"][0].pk])

    @pytest.mark.parametrize("k", [0, 201])
    def test_length_out_of_range(self, made: Clusters, alice: Profile, k: int) -> None:
        with pytest.raises(InvalidRequest):
            without(profile=alice, item_ids=[made.items["orbit"][0].pk], k=k)


class TestLeavesNoTrace:
    def test_nothing_is_written(self, made: Clusters, alice: Profile) -> None:
        before = list(Interaction.objects.order_by("pk").values())
        sent = statements(lambda: without(profile=alice, item_ids=[made.items["orbit"][0].pk], now=NOW))
        assert list(Interaction.objects.order_by("pk").values()) == before
        assert not Slate.objects.exists()
        assert not InterestCache.objects.exists()
        assert not [query for query in sent if query.lstrip().startswith(("INSERT", "UPDATE", "DELETE"))]

    def test_costs_as_many_queries_for_any_history(self, made: Clusters, alice: Profile) -> None:
        first = acted_on(alice, "orbit-0").pk
        without(profile=alice, interaction_ids=[first], k=2, now=NOW)
        few = statements(lambda: without(profile=alice, interaction_ids=[first], k=2, now=NOW))
        for item in [*made.items["harbour"], *made.items["kitchen"][4:8]]:
            act(alice, item, "view")
        everything = list(alice.interactions.exclude(item__external_id="kitchen-0").values_list("pk", flat=True))
        many = statements(lambda: without(profile=alice, interaction_ids=everything, k=9, now=NOW))
        assert len(few) == len(many) <= 22


def test_changes_by_hand() -> None:
    before = Standing(2, 1.5, {"collaborative": 1.0, "text": 0.5}, "")
    after = Standing(4, 1.0, {"collaborative": 0.7, "popularity": 0.3}, "")
    change = Change("a", "A", before, after)
    assert change.score_change == -0.5
    assert change.parts_change == pytest.approx({"collaborative": -0.3, "popularity": 0.3, "text": -0.5})
    gone, come = Change("b", "B", before, None), Change("c", "C", None, Standing(3, 1.0, {}, ""))
    assert (gone.score_change, gone.parts_change) == (None, {})
    said = Counterfactual([], 3, Basis.HISTORY, Basis.HISTORY, [change, gone, come])
    assert [one.item_id for one in said.leaving] == ["a", "b"]
    assert [one.item_id for one in said.entering] == ["c"]
    assert said.as_dict()["leaving"] == ["a", "b"]
