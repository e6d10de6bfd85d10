"""A person's two lists side by side: each is what its version would answer, and nothing is left behind."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from catalog.models import Catalog
from recommender.engine.settings import ScoringSettings
from recommender.models import ScoringConfig, Slate
from recommender.selectors.configuration import active_config
from recommender.services.answers import Basis
from recommender.services.previewing import Move, Preview, PreviewedList, preview
from recommender.services.recommending import recommend
from recommender.services.scoring_configs import create_version
from tests.conftest import MakeItem, MakeProfile, act
from tests.recommender.trained import INTEREST_ALONE, Clusters, train_clusters
from users.models import Profile

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def version(catalog: Catalog, **sections: Any) -> ScoringConfig:
    scenario = catalog.scenarios.get(name="home")
    return create_version(scenario=scenario, settings=ScoringSettings.model_validate(sections))


def tried(profile: Profile, config: ScoringConfig) -> Preview:
    active = active_config(profile.catalog_id, "home")
    return preview(profile=profile, active=active, tried=config, language="en", moment=NOW)


def rows(made: PreviewedList) -> list[tuple[str, Move, int | None]]:
    return [(item.item_id, item.move, item.other_rank) for item in made.items]


class TestTrained:
    @pytest.fixture
    def made(self, catalog: Catalog) -> Clusters:
        return train_clusters(catalog, items_each=10, people_each=10, likes_each=6)

    @pytest.fixture
    def alice(self, made: Clusters) -> Profile:
        profile = Profile.objects.create(catalog=made.catalog, external_id="alice")
        for number, item in enumerate([*made.items["kitchen"][:3], made.items["orbit"][0]]):
            act(profile, item, occurred_at=datetime(2026, 5, 1, 12, number, tzinfo=UTC))
        return profile

    @pytest.mark.parametrize(
        "sections",
        [
            {"result_list": {"length": 6}},
            {**INTEREST_ALONE, "diversity": {"relevance": 0.4}},
            {"seen": {"policy": "always"}, "interest": {"history_length": 1}},
            {"filters": {"categories": ["orbit"]}},
        ],
    )
    def test_lists_are_those_that_each_version_answers_with(
        self, made: Clusters, alice: Profile, sections: dict[str, Any]
    ) -> None:
        config = version(made.catalog, **sections)
        shown = tried(alice, config)
        assert not Slate.objects.exists()
        for one, by in ((shown.now, None), (shown.tried, config)):
            answer = recommend(catalog=made.catalog, profile=alice, config=by, now=NOW)
            assert [(item.rank, item.item_id, item.title, item.reason) for item in one.items] == [
                (result.rank, result.item_id, result.title, result.reason) for result in answer.results
            ]
            assert [item.score for item in one.items] == pytest.approx([result.score for result in answer.results])
            assert one.basis == answer.basis

    def test_every_item_is_where_the_other_list_says_it_is(self, made: Clusters, alice: Profile) -> None:
        shown = tried(alice, version(made.catalog, **INTEREST_ALONE, diversity={"relevance": 0.3}))
        ranks = {item.item_id: item.rank for item in shown.now.items}
        moves = {item.move for item in shown.tried.items}
        for item in shown.tried.items:
            former = ranks.get(item.item_id)
            expected = Move.NEW if former is None else Move.SAME if former == item.rank else None
            if expected is not None:
                assert item.move is expected
            elif former is not None:
                assert item.move is (Move.UP if item.rank < former else Move.DOWN)
                assert item.steps == abs(former - item.rank)
        assert len(moves) > 1
        assert shown.changed == sum(item.move is not Move.SAME for item in shown.tried.items)

    def test_what_is_left_to_chance_is_left_out(self, made: Clusters, alice: Profile) -> None:
        shown = tried(alice, version(made.catalog, **INTEREST_ALONE, exploration={"rate": 0.5}))
        assert shown.changed == 0


class TestPopular:
    @pytest.fixture
    def nobody(self, make_item: MakeItem, make_profile: MakeProfile) -> Profile:
        """Of whom nothing is known, where the first is liked by three, the second by two, the third by one."""
        for count, name in ((3, "first"), (2, "second"), (1, "third")):
            item = make_item(name)
            for number in range(count):
                act(make_profile(f"{name}-{number}"), item)
        return make_profile("nobody")

    def test_shorter_list_lets_items_drop_out_and_tells_their_places(self, catalog: Catalog, nobody: Profile) -> None:
        shown = tried(nobody, version(catalog, result_list={"length": 2}))
        assert rows(shown.now) == [("first", Move.SAME, 1), ("second", Move.SAME, 2), ("third", Move.GONE, 3)]
        assert rows(shown.tried) == [("first", Move.SAME, 1), ("second", Move.SAME, 2)]
        assert shown.now.basis == shown.tried.basis == Basis.POPULAR

    def test_reasons_are_kept_back_where_a_version_gives_none(self, catalog: Catalog, nobody: Profile) -> None:
        shown = tried(nobody, version(catalog, result_list={"explanations": False}))
        assert {item.reason for item in shown.now.items} == {"Popular with others."}
        assert {item.reason for item in shown.tried.items} == {""}

    def test_version_that_cannot_be_read_is_tried_as_the_defaults_and_says_so(
        self, catalog: Catalog, nobody: Profile
    ) -> None:
        scenario = catalog.scenarios.get(name="home")
        unreadable = ScoringConfig.objects.create(catalog=catalog, scenario=scenario, version=2, settings={"mood": 1})
        shown = tried(nobody, unreadable)
        assert [notice.code for notice in shown.tried.notices] == ["configuration_invalid"]
        assert shown.changed == 0
