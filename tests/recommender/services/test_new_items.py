"""New items and changed texts in a trained version: who is recommended them, and what stays of what was learned."""

from __future__ import annotations

import numpy as np
import pytest

from catalog.models import Catalog, Item
from recommender.engine.joint_space import Block
from recommender.engine.training import unit_rows
from recommender.models import ItemEmbedding, RankingModel, RankingVector, ScoringConfig
from recommender.selectors.joint_models import joint_space_of, text_model_of
from recommender.selectors.joint_vectors import vectors_of
from recommender.services.embedding import embed_next_batch
from recommender.services.embedding_queue import queue_stale_items
from recommender.services.new_items import new_item_settings, place_items
from recommender.services.recommending import recommend
from recommender.services.scoring_configs import activate
from recommender.services.spaces import change_recipe
from tests.conftest import embed_all
from tests.recommender.trained import (
    INTEREST_ALONE,
    WORDS,
    WORDS_A_TEXT,
    Clusters,
    configure,
    like,
    make_newcomer,
    train_again,
    train_clusters,
)
from users.models import Profile

# Stored vectors have half precision, and their blocks are a few units long.
TOLERANCE = 5e-3


@pytest.fixture
def made(catalog: Catalog) -> Clusters:
    return train_clusters(catalog)


def rank_of(item: Item, profile: Profile) -> int:
    """Where an item stands among all that a person could be shown, from 1."""
    answer = recommend(catalog=item.catalog, profile=profile, k=200)
    return [result.item_id for result in answer.results].index(item.external_id) + 1


def stored(model: RankingModel, item: Item) -> RankingVector:
    return model.vectors.get(item=item)


class TestNewItem:
    def test_is_recommended_to_its_clusters_people_once_it_is_embedded_and_to_no_others(self, made: Clusters) -> None:
        item = make_newcomer(made.catalog, "kitchen")
        embed_all(made.space)

        for name, people in made.people.items():
            ranks = [rank_of(item, profile) for profile in people]
            # Of nine that each has left in the own cluster.
            assert max(ranks) <= 3 if name == "kitchen" else min(ranks) > 3

    def test_is_not_recommended_without_gain_and_weight_of_texts(self, made: Clusters) -> None:
        configure(made.catalog, {"blocks": {**INTEREST_ALONE["blocks"], "text": 0.0}, "new_items": {"gain": 0.0}})
        item = make_newcomer(made.catalog, "kitchen")
        embed_all(made.space)

        # Of forty.
        assert min(rank_of(item, profile) for profile in made.people["kitchen"]) > 30

    def test_stands_where_its_text_predicts_and_is_as_popular_as_the_least_popular(self, made: Clusters) -> None:
        model = made.trained
        configure(made.catalog, {"new_items": {"gain": 0.7}})
        item = make_newcomer(made.catalog, "harbour")
        embed_all(made.space)

        row = stored(model, item)
        space = joint_space_of(model)
        vector = vectors_of(model, [item.pk])
        units = unit_rows(space.natural(vector, Block.TEXT))
        width = space.dimensions[0]
        predicted = 0.7 * text_model_of(model).text_map.predict(units)[0]
        np.testing.assert_allclose(space.natural(vector, Block.COLLABORATIVE)[0], predicted[:width], atol=TOLERANCE)
        np.testing.assert_allclose(space.natural(vector, Block.FACTORS)[0], predicted[width:], atol=TOLERANCE)
        least = min(model.vectors.exclude(item=item).values_list("popularity_score", flat=True))
        assert space.natural(vector, Block.POPULARITY)[0, 0] == pytest.approx(least, abs=TOLERANCE)
        assert (row.learned, row.source_gain, row.popularity, row.popularity_score) == (0.0, 1.0, 0.0, least)

    def test_has_the_popularity_of_nobody_where_others_are_hardly_more_popular(self, made: Clusters) -> None:
        unmet = [make_newcomer(made.catalog, "orbit", f"unmet-{number}") for number in range(2)]
        embed_all(made.space)
        model = train_again(made.catalog)
        item = make_newcomer(made.catalog, "harbour")
        embed_all(made.space)

        nobodys = float(joint_space_of(model).popularity_score(np.zeros(1))[0])
        for each in (*unmet, item):
            assert stored(model, each).popularity_score == pytest.approx(nobodys, rel=1e-6)

    def test_gives_way_to_what_is_learned_as_people_meet_it(self, made: Clusters) -> None:
        item = make_newcomer(made.catalog, "orbit")
        embed_all(made.space)
        shares = [stored(made.trained, item).learned]
        people = list(made.people["orbit"])
        for first, last in ((0, 2), (2, 8)):
            like(made.catalog, [(profile, item) for profile in people[first:last]])
            shares.append(stored(train_again(made.catalog), item).learned)

        # n / (n + kappa), kappa being 1.
        np.testing.assert_allclose(shares, [0.0, 2 / 3, 8 / 9], rtol=1e-6)

    def test_that_points_farther_than_the_space_reaches_is_shortened_and_counted(
        self, made: Clusters, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        model, other = made.trained, make_newcomer(made.catalog, "harbour", "other")
        text_map = text_model_of(model).text_map
        monkeypatch.setattr(type(text_map), "predict", lambda self, units: 100 * (units @ self.coefficients[:-1]))
        item = make_newcomer(made.catalog, "kitchen")
        embed_all(made.space)

        model.refresh_from_db()
        assert model.figures["shortened_vectors"] == 2
        assert place_items(model, [item.pk, other.pk]) == 0
        space = joint_space_of(model)
        for vector in vectors_of(model, [item.pk, other.pk]):
            assert np.linalg.norm(vector) == pytest.approx(space.longest, rel=1e-3)
            assert vector[-1] == pytest.approx(0.0, abs=0.05)

    def test_without_an_embedding_is_passed_over(self, made: Clusters) -> None:
        item = make_newcomer(made.catalog, "orbit")
        assert place_items(made.trained, [item.pk]) == 0
        assert not RankingVector.objects.filter(item=item).exists()

    def test_is_placed_once(self, made: Clusters) -> None:
        item = make_newcomer(made.catalog, "orbit")
        embed_all(made.space)
        assert place_items(made.trained, [item.pk, item.pk]) == 0

    def test_of_another_catalog_is_not_placed(self, made: Clusters, other_catalog: Catalog) -> None:
        stranger = make_newcomer(other_catalog, "orbit")
        embed_all(other_catalog.embedding_spaces.get())
        assert place_items(made.trained, [stranger.pk]) == 0

    def test_vectors_of_another_length_place_nothing(self, made: Clusters) -> None:
        change_recipe(made.space, dimension=64)
        item = make_newcomer(made.catalog, "orbit")
        queue_stale_items(made.space)
        embed_next_batch(made.space.pk)
        assert len(ItemEmbedding.objects.get(item=item).vector) == 64
        assert not RankingVector.objects.filter(item=item).exists()

    def test_enters_a_version_without_a_space_by_its_words(self, made: Clusters) -> None:
        made.catalog.embedding_spaces.update(serving=False)
        model = train_again(made.catalog)
        item = make_newcomer(made.catalog, "kitchen")
        assert model.space is None
        assert place_items(model, [item.pk]) == 1

        people = made.people
        assert max(rank_of(item, profile) for profile in people["kitchen"]) <= 3
        assert min(rank_of(item, profile) for profile in people["orbit"]) > 3


class TestChangedText:
    def move(self, item: Item, cluster: str) -> None:
        """Describe an item as another cluster's items are."""
        Item.objects.filter(pk=item.pk).update(
            title=f"{cluster} 99", description=" ".join(WORDS[cluster][:WORDS_A_TEXT]), categories=[cluster]
        )

    def test_of_an_item_that_nobody_met_moves_it_as_a_whole(self, made: Clusters) -> None:
        item = make_newcomer(made.catalog, "kitchen")
        embed_all(made.space)
        self.move(item, "harbour")
        embed_all(made.space)

        assert max(rank_of(item, profile) for profile in made.people["harbour"]) <= 3
        assert min(rank_of(item, profile) for profile in made.people["kitchen"]) > 3

    def test_of_an_item_that_many_met_leaves_it_with_its_people(self, made: Clusters) -> None:
        item = made.items["kitchen"][0]
        self.move(item, "harbour")
        embed_all(made.space)

        met = item.interactions.values_list("profile_id", flat=True)
        ranks = {
            name: [rank_of(item, profile) for profile in people if profile.pk not in met]
            for name, people in made.people.items()
        }
        assert max(ranks["kitchen"]) <= 8 < min(ranks["harbour"])

    def test_exchanges_the_text_block_and_the_predicted_share_of_the_others(self, made: Clusters) -> None:
        model, item = made.trained, made.items["kitchen"][0]
        space, text = joint_space_of(model), text_model_of(model)
        row, before = stored(model, item), vectors_of(model, [item.pk])
        self.move(item, "harbour")
        embed_all(made.space)

        changed, after = stored(model, item), vectors_of(model, [item.pk])
        texts = [space.natural(vector, Block.TEXT) for vector in (before, after)]
        assert np.linalg.norm(texts[1] - texts[0]) > 0.5 * np.linalg.norm(texts[0])
        predicted = [1.5 * text.text_map.predict(unit_rows(features))[0] for features in texts]
        width = space.dimensions[0]
        expected = (1 - row.learned) * (predicted[1] - predicted[0])
        for block, part in ((Block.COLLABORATIVE, slice(0, width)), (Block.FACTORS, slice(width, None))):
            moved = space.natural(after, block)[0] - space.natural(before, block)[0]
            np.testing.assert_allclose(moved, expected[part], atol=TOLERANCE)
        kept = ("learned", "source_gain", "popularity", "popularity_score")
        assert [getattr(changed, name) for name in kept] == [getattr(row, name) for name in kept]
        assert 0.8 < row.learned < 1


class TestSettings:
    def test_are_those_of_the_home_scenarios_active_configuration(self, catalog: Catalog) -> None:
        assert new_item_settings(catalog.pk).gain == 1.5
        configure(catalog, {"new_items": {"gain": 0.25, "hand_over": 3.0}})
        settings = new_item_settings(catalog.pk)
        assert (settings.gain, settings.hand_over) == (0.25, 3.0)

    def test_that_cannot_be_read_are_the_defaults(self, catalog: Catalog) -> None:
        scenario = catalog.scenarios.get(name="home")
        config = ScoringConfig.objects.create(catalog=catalog, scenario=scenario, version=2, settings={"colour": 1})
        activate(config)
        assert new_item_settings(catalog.pk).gain == 1.5
