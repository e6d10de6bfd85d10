"""What a training learns of planted tastes, and that it learns with parts missing."""

from __future__ import annotations

import warnings
from dataclasses import fields, replace

import numpy as np
import pytest

from recommender.engine.evidence import Events, IntArray, collapse_events
from recommender.engine.hyperparameters import Hyperparameters
from recommender.engine.interest import FloatArray
from recommender.engine.joint_interest import BlockWeights, joint_scores
from recommender.engine.joint_space import BLOCKS, Block
from recommender.engine.training import (
    NewItemSettings,
    TrainedRanking,
    TrainingData,
    fit_factors,
    train,
    unit_rows,
)
from tests.recommender.engine.planted_catalogues import (
    DISLIKE,
    LIKE,
    RATING,
    RULES,
    PlantedCatalogue,
    interest_in,
    likes,
    planted_catalogue,
    scores_for,
)

CHOSEN = Hyperparameters(rank=24, factor_dimension=6, text_dimension=12, lexical_dimension=6, ridge=3.0)
COLLABORATIVE = BlockWeights(collaborative=1.0, factors=0.0, text=0.0, prior=0.0)
FACTORS = BlockWeights(collaborative=0.0, factors=1.0, text=0.0, prior=0.0)
TEXT = BlockWeights(collaborative=0.0, factors=0.0, text=1.0, prior=0.0)
ALL = BlockWeights(collaborative=1.0, factors=0.4, text=0.1, prior=0.0)


def trained_on(
    data: TrainingData, chosen: Hyperparameters = CHOSEN, new_items: NewItemSettings | None = None, *, seed: int = 0
) -> TrainedRanking:
    return train(data, chosen, new_items or NewItemSettings(), rng=np.random.default_rng(seed))


@pytest.fixture(scope="module")
def planted() -> PlantedCatalogue:
    return planted_catalogue()


@pytest.fixture(scope="module")
def trained(planted: PlantedCatalogue) -> TrainedRanking:
    return trained_on(planted.data)


@pytest.mark.parametrize(
    "weights", [COLLABORATIVE, FACTORS, TEXT, ALL], ids=["collaborative", "factors", "text", "all"]
)
def test_every_block_shows_people_their_own_group_first(
    planted: PlantedCatalogue, trained: TrainedRanking, weights: BlockWeights
) -> None:
    for group in range(3):
        own = np.flatnonzero(planted.item_groups == group)
        scores = scores_for(trained, own[:3].tolist(), weights)
        best = np.argsort(-scores)[: len(own) - 3]
        assert (planted.item_groups[best] == group).mean() >= 0.85


def test_held_out_likes_are_found_by_people_of_their_group(planted: PlantedCatalogue) -> None:
    # Everybody's newest like is held back; of those in their own group, nearly all come among the group's items.
    events = planted.data.events
    last = {user: row for row, user in enumerate(events.users.tolist())}
    held = np.zeros(len(events), dtype=bool)
    held[list(last.values())] = True
    trained = trained_on(replace(planted.data, events=events.take(~held)))
    ranks = []
    for user, row in last.items():
        item = int(events.items[row])
        if planted.item_groups[item] == planted.user_groups[user]:
            history = events.items[~held & (events.users == user)].tolist()
            scores = scores_for(trained, history, ALL)
            ranks.append(int((scores > scores[item]).sum()))
    # Six of the group's twelve are left to show, among 29.
    assert len(ranks) > 40
    assert np.mean(np.array(ranks) < 6) > 0.9


def closed_form(data: TrainingData, chosen: Hyperparameters, features: FloatArray) -> tuple[FloatArray, FloatArray]:
    """EASE with texts as further rows, by an inverse in double precision; and what its columns are scaled by."""
    likes_of = np.zeros((data.user_count, data.item_count))
    likes_of[data.events.users, data.events.items] = 1.0
    by_item = likes_of.sum(axis=0) ** -chosen.item_power
    matrix = (likes_of.sum(axis=1, keepdims=True) ** -chosen.user_power) * likes_of * by_item
    matrix /= np.sqrt((matrix**2).sum() / data.item_count)
    stacked = np.vstack([matrix, chosen.side_weight * unit_rows(features).T])
    inverse = np.linalg.inv(stacked.T @ stacked + chosen.ridge * np.eye(data.item_count))
    return np.eye(data.item_count) - inverse / np.diag(inverse), by_item


@pytest.mark.parametrize("item_power", [0.0, 0.25, 0.7])
def test_collaborative_scores_are_those_of_the_closed_form(item_power: float) -> None:
    # Through decomposition, scales, centring and padding: for what a person does not have, x B up to one unit and one
    # origin. Exchanged sources and targets, or lost item scales, would not be.
    planted = planted_catalogue(1)
    chosen = replace(CHOSEN, rank=100, item_power=item_power, side_weight=0.7)
    trained = trained_on(planted.data, chosen, NewItemSettings(hand_over=0.0))
    assert trained.counts.min() >= 1
    weights, by_item = closed_form(planted.data, chosen, trained.text.features)
    for user in range(0, 60, 7):
        history = planted.data.events.items[planted.data.events.users == user]
        unseen = np.setdiff1d(np.arange(planted.data.item_count), history)
        interest = interest_in(trained, history.tolist(), COLLABORATIVE)
        found = joint_scores(interest, trained.vectors).parts["collaborative"][unseen]
        expected = (by_item[history] @ weights[history])[unseen]
        assert np.corrcoef(found, expected)[0, 1] > 1 - 1e-6
        swapped = (weights[:, history] @ by_item[history])[unseen]
        assert np.corrcoef(found, swapped)[0, 1] < 1 - 1e-4


def test_new_item_is_found_by_the_people_whose_taste_it_describes() -> None:
    planted = planted_catalogue(2, new_items=2)
    trained = trained_on(planted.data)
    new = np.flatnonzero(trained.counts == 0)
    assert set(new.tolist()) >= set(range(36, 42))
    for group in range(3):
        history = np.flatnonzero(planted.item_groups == group)[:4].tolist()
        mine = (trained.counts == 0) & (planted.item_groups == group)
        for weights in (COLLABORATIVE, FACTORS):
            scores = scores_for(trained, history, weights)
            assert scores[mine].min() > scores[planted.item_groups != group].max()


def test_without_gain_a_new_item_is_nowhere_in_the_collaborative_block() -> None:
    planted = planted_catalogue(2, new_items=2)
    silent = trained_on(planted.data, new_items=NewItemSettings(gain=0.0))
    natural = silent.space.natural(silent.vectors, Block.COLLABORATIVE)
    assert natural[silent.counts == 0] == pytest.approx(0.0, abs=1e-9)
    assert np.abs(natural[silent.counts > 0]).max() > 0.1


def test_learned_vectors_take_over_as_interactions_arrive() -> None:
    planted = planted_catalogue(2, new_items=1)
    learned, mixed = (
        trained_on(planted.data, new_items=NewItemSettings(gain=1.5, hand_over=kappa)) for kappa in (0.0, 4.0)
    )
    predicted = 1.5 * mixed.text_map.predict(unit_rows(mixed.text.features))
    share = mixed.counts / (mixed.counts + 4.0)
    assert mixed.learned == pytest.approx(share)
    assert learned.learned.tolist() == (learned.counts > 0).astype(float).tolist()
    start = 0
    for block in (Block.COLLABORATIVE, Block.FACTORS):
        before, after = (one.space.natural(one.vectors, block) for one in (learned, mixed))
        of_text = predicted[:, start : start + before.shape[1]]
        start += before.shape[1]
        assert after == pytest.approx(share[:, None] * before + (1 - share[:, None]) * of_text, abs=1e-6)


def test_counts_and_popularity_are_of_pairs_that_speak_for_an_item() -> None:
    rows = [(0, 0, LIKE), (1, 0, LIKE), (2, 0, LIKE), (0, 1, LIKE), (1, 2, DISLIKE), (2, 1, RATING)]
    events = Events(
        np.array([row[0] for row in rows]),
        np.array([row[1] for row in rows]),
        np.array([RULES.index(row[2]) for row in rows]),
        np.array([1.0] * 6),
    )
    trained = trained_on(TrainingData(3, events, RULES, np.eye(4), ["a", "b", "c", "d"]))
    # A poor rating of the second says that it was met; the third was refused.
    assert trained.counts.tolist() == [3.0, 2.0, 0.0, 0.0]
    logs = np.log([4.0, 3.0, 1.0, 1.0])
    assert trained.popularity == pytest.approx(logs / np.log(4.0))
    assert trained.popularity_scores == pytest.approx((logs - logs.mean()) / logs.std())
    stored = trained.space.natural(trained.vectors, Block.POPULARITY)[:, 0]
    assert stored == pytest.approx(trained.popularity_scores)


def test_columns_belong_to_the_items_in_order(trained: TrainedRanking, planted: PlantedCatalogue) -> None:
    count = planted.data.item_count
    for name in ("source_gains", "counts", "popularity", "popularity_scores", "learned"):
        assert getattr(trained, name).shape == (count,)
    assert trained.vectors.shape == (count, trained.space.dimension)
    assert trained.too_long == 0
    assert np.linalg.norm(trained.vectors, axis=1) == pytest.approx(np.full(count, trained.space.longest))


def test_order_of_the_items_does_not_matter(planted: PlantedCatalogue) -> None:
    data = planted.data
    order = np.random.default_rng(5).permutation(data.item_count)
    places = np.argsort(order)
    events = replace(data.events, items=places[data.events.items])
    turned = replace(data, events=events, encoded=data.encoded[order], texts=[data.texts[row] for row in order])
    first, second = trained_on(data), trained_on(turned)
    history = [0, 1, 2]
    for weights in (COLLABORATIVE, TEXT):
        straight = scores_for(first, history, weights)
        mixed = scores_for(second, places[history].tolist(), weights)[places]
        unseen = np.isfinite(straight)
        assert mixed[unseen] == pytest.approx(straight[unseen], abs=1e-3)


def test_same_data_and_generator_give_the_same_version(planted: PlantedCatalogue, trained: TrainedRanking) -> None:
    again, other = trained_on(planted.data), trained_on(planted.data, seed=1)
    assert np.array_equal(again.vectors, trained.vectors)
    assert np.array_equal(again.source_gains, trained.source_gains)
    # The generator is for the implicit factors' start alone.
    for block in BLOCKS:
        same = np.allclose(other.space.natural(other.vectors, block), trained.space.natural(trained.vectors, block))
        assert same == (block is not Block.FACTORS)


def test_pairs_that_weigh_nothing_leave_the_implicit_factors_as_they_are() -> None:
    # Having met is worth nothing here, so poor ratings are unobserved: they lengthen nobody's history either.
    chosen = CHOSEN.with_values(presence=0.0)
    liked = likes([(user, item) for user in range(6) for item in range(user % 2, 8, 2)])
    poor = Events(np.arange(6), np.full(6, 8), np.full(6, RULES.index(RATING)), np.ones(6))
    both = Events(*(np.concatenate(pair) for pair in zip(columns_of(liked), columns_of(poor), strict=True)))
    without, beside = (
        fit_factors(collapse_events(events, RULES), (6, 9), chosen, rng=np.random.default_rng(0)).items
        for events in (liked, both)
    )
    assert np.abs(without).max() > 0.1
    assert beside == pytest.approx(without, abs=1e-6)


def columns_of(events: Events) -> tuple[IntArray, IntArray, IntArray, FloatArray]:
    return events.users, events.items, events.kinds, events.values


SERVED_LATER = {"factors_weight", "text_weight", "half_life_interactions", "prior", "prior_half"}
CHANGED: dict[str, float | int] = {
    "presence": 0.9,
    "item_power": 0.6,
    "user_power": 0.9,
    "side_weight": 0.0,
    "ridge": 30.0,
    "rank": 3,
    "factor_dimension": 3,
    "unobserved_weight": 0.9,
    "regularisation": 0.3,
    "text_dimension": 3,
    "lexical_dimension": 2,
    "map_ridge": 50.0,
}


def test_every_hyperparameter_of_a_training_is_tried_below() -> None:
    assert {field.name for field in fields(Hyperparameters)} == SERVED_LATER | CHANGED.keys()


@pytest.mark.parametrize(("name", "value"), CHANGED.items())
def test_every_hyperparameter_changes_the_vectors(name: str, value: float) -> None:
    planted = planted_catalogue(3, items=6, people=8, likes_each=4, new_items=1)
    rated = replace(
        planted.data.events,
        kinds=np.full(len(planted.data.events), RULES.index(RATING)),
        values=np.resize([5.0, 3.5, 2.0], len(planted.data.events)),
    )
    data = replace(planted.data, events=rated)
    before, after = trained_on(data), trained_on(data, CHOSEN.with_values(**{name: value}))
    different = before.vectors.shape != after.vectors.shape or not np.allclose(before.vectors, after.vectors, atol=1e-3)
    assert different


NOBODY = likes([])


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(planted_catalogue().without_events(), id="no interactions"),
        pytest.param(planted_catalogue().without_texts(), id="no texts"),
        pytest.param(replace(planted_catalogue().data, encoded=np.zeros((36, 0))), id="no encoder"),
        pytest.param(replace(planted_catalogue().data, texts=[""] * 36), id="nothing lexical"),
        pytest.param(TrainingData(0, NOBODY, RULES, np.zeros((5, 4)), [""] * 5), id="neither"),
        pytest.param(TrainingData(0, NOBODY, (), np.zeros((5, 0)), [""] * 5), id="neither, nor kinds, nor encoder"),
        pytest.param(TrainingData(1, likes([(0, 0)]), RULES, np.eye(1, 4), ["soy sauce"]), id="one item"),
        pytest.param(TrainingData(1, likes([(0, 0)]), RULES, np.zeros((1, 0)), [""]), id="one item without text"),
        pytest.param(TrainingData(0, NOBODY, RULES, np.eye(1, 4), ["soy sauce"]), id="one item that nobody has"),
        pytest.param(
            TrainingData(25, likes([(0, row) for row in range(25)]), RULES, np.eye(25), [""] * 25), id="equals"
        ),
        pytest.param(TrainingData(0, NOBODY, RULES, np.zeros((0, 4)), []), id="no items"),
        pytest.param(TrainingData(0, NOBODY, (), np.zeros((0, 0)), []), id="nothing at all"),
    ],
)
def test_training_with_parts_missing_gives_vectors_that_can_be_stored(data: TrainingData) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        trained = trained_on(data)
    assert trained.vectors.shape == (data.item_count, trained.space.dimension)
    assert np.isfinite(trained.vectors.astype(np.float16)).all()
    lengths = np.linalg.norm(trained.vectors, axis=1)
    assert lengths == pytest.approx(np.full(data.item_count, trained.space.longest))
    assert np.isfinite(trained.source_gains).all()
    assert ((trained.popularity >= 0) & (trained.popularity <= 1)).all()


def test_without_interactions_the_texts_rank() -> None:
    planted = planted_catalogue()
    trained = trained_on(planted.without_events())
    scores = scores_for(trained, [0, 1, 2], ALL)
    assert set(np.argsort(-scores)[:9].tolist()) == set(range(3, 12))


def test_without_texts_the_interactions_rank() -> None:
    planted = planted_catalogue()
    trained = trained_on(planted.without_texts())
    assert trained.text.projection.dimension == 0
    scores = scores_for(trained, [0, 1, 2], COLLABORATIVE)
    assert (planted.item_groups[np.argsort(-scores)[:6]] == 0).all()


def test_items_without_a_vector_are_found_by_their_words() -> None:
    planted = planted_catalogue()
    encoded = planted.data.encoded.copy()
    encoded[[3, 15, 27]] = 0.0
    trained = trained_on(replace(planted.data, encoded=encoded))
    scores = scores_for(trained, [0, 1, 2], TEXT)
    assert scores[3] > max(scores[15], scores[27]) + 0.5


def test_words_find_their_group() -> None:
    planted = planted_catalogue()
    trained = trained_on(planted.data)
    words = trained.text.projection.of_words(np.eye(8)[1], trained.text.lexical.transform(["strawberry cake"])[0])
    interest = interest_in(trained, [], TEXT, statement=words)
    scores = joint_scores(interest, trained.vectors).total
    assert set(np.argsort(-scores)[:12].tolist()) == set(range(12, 24))


def test_unit_rows_leave_zeros() -> None:
    assert unit_rows(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist() == [[0.6, 0.8], [0.0, 0.0]]
    assert unit_rows(np.zeros((2, 0))).shape == (2, 0)
