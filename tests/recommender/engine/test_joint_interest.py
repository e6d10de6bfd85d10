"""U(u) by blocks: two items worked out by hand, and what each weight does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from recommender.engine.history import ItemWeight
from recommender.engine.implicit_factors import ImplicitSettings
from recommender.engine.interest import FloatArray
from recommender.engine.joint_interest import (
    LOWEST_POPULARITY_WEIGHT,
    BlockWeights,
    JointInterest,
    JointItem,
    joint_interest,
    joint_scores,
)
from recommender.engine.joint_space import BLOCKS, Block, fit_joint_space
from tests.recommender.engine.joint_catalogues import JointCatalogue, joint_catalogue

CATALOGUE = joint_catalogue(7, items=20)
WEIGHTS = BlockWeights(collaborative=1.0, factors=0.4, text=0.3, statement=0.8)
STATEMENT = np.array([0.5, -1.0, 2.0, 0.1])


def liked(item_id: int, weight: float = 1.0, evidence: float | None = None) -> ItemWeight:
    return ItemWeight(item_id, weight, "like", weight if evidence is None else evidence)


HISTORY = (liked(104), liked(101, 0.5, 0.8), liked(109, -0.4, 0.3), liked(113, -0.5))


def interest_of(
    *history: ItemWeight,
    statement: FloatArray | None = None,
    share: float = 0.5,
    weights: BlockWeights = WEIGHTS,
    catalogue: JointCatalogue = CATALOGUE,
) -> JointInterest | None:
    return joint_interest(
        catalogue.space, history, catalogue.items, statement, block_weights=weights, statement_share=share
    )


def clear(interest: JointInterest | None) -> JointInterest:
    assert interest is not None
    return interest


def parts_of(interest: JointInterest, catalogue: JointCatalogue = CATALOGUE) -> dict[str, FloatArray]:
    return joint_scores(interest, catalogue.stored).parts


def deviations(interest: JointInterest) -> dict[str, float]:
    return {name: float(part.std()) for name, part in parts_of(interest).items()}


def test_two_items_by_hand() -> None:
    # Collaborative targets (1, 0) and (3, 0), factors 0 and 2, texts (0, 3) and (0, -5), popularity -1 and 1; what a
    # block says of two items is one number up for the second and down for the first.
    settings = ImplicitSettings(dimension=1, unobserved_weight=0.5, regularisation=0.1)
    blocks = {
        Block.COLLABORATIVE: np.array([[1.0, 0.0], [3.0, 0.0]]),
        Block.FACTORS: np.array([[0.0], [2.0]]),
        Block.TEXT: np.array([[0.0, 3.0], [0.0, -5.0]]),
    }
    counts = np.array([0.0, np.e**2 - 1.0])
    space = fit_joint_space(
        blocks, factor_gram=np.array([[2.0]]), factor_settings=settings, factor_items=2, counts=counts
    )
    stored, _ = space.stored(np.hstack([*blocks.values(), space.popularity_score(counts)[:, None]]))
    items = {1: JointItem(stored[0], 0.5), 2: JointItem(stored[1], 0.25)}
    # The second item is liked. C = .25 (3, 0) deviates by .75, so U has (1, 0) there.
    # F = 2 / (2 + 4 + .1 (1 + .5 * 2)) > 0 deviates by itself, so U has .4.
    # T = (0, -1) deviates by 4, and texts are stored six quarters as long: U has .1/4 / (6/4) = .1/6.
    # One item of history: prior 2.5 * (5/6)^2.
    interest = clear(joint_interest(space, [liked(2)], items, None, block_weights=BlockWeights(), statement_share=0.5))
    assert interest.vector == pytest.approx([1.0, 0.0, 0.4, 0.0, -0.1 / 6, 2.5 * (5 / 6) ** 2, 0.0])
    scores = joint_scores(interest, stored)
    assert {name: part.tolist() for name, part in scores.parts.items()} == {
        "collaborative": pytest.approx([-1.0, 1.0]),
        "factors": pytest.approx([-0.4, 0.4]),
        "text": pytest.approx([-0.1, 0.1]),
        "popularity": pytest.approx([-2.5 * (5 / 6) ** 2, 2.5 * (5 / 6) ** 2]),
    }
    assert scores.total == pytest.approx([-3.2361111, 3.2361111])
    assert scores.by_item == pytest.approx(np.array([[-1.1], [1.1]]))


def test_each_blocks_scores_deviate_by_its_weight() -> None:
    found = deviations(clear(interest_of(*HISTORY)))
    # Two likes, and one that was met: three items speak for something. 2.5 * 5/8.
    expected = {"collaborative": 1.0, "factors": 0.4, "text": 0.3, "popularity": 2.5 * (5 / 8) ** 2}
    assert found == {name: pytest.approx(value) for name, value in expected.items()}


@pytest.mark.parametrize("share", [0.25, 0.5, 0.9])
def test_words_have_their_share_and_the_history_the_rest(share: float) -> None:
    found = deviations(clear(interest_of(*HISTORY, statement=STATEMENT, share=share)))
    # The words count as 20 items of history: 2.5 * 5/28.
    expected = {
        "collaborative": 1 - share,
        "factors": (1 - share) * 0.4,
        "text": (1 - share) * 0.3,
        "statement": share * 0.8,
        "popularity": 2.5 * (5 / 28) ** 2,
    }
    assert found == {name: pytest.approx(value) for name, value in expected.items()}


def test_words_alone_have_everything() -> None:
    interest = clear(interest_of(statement=STATEMENT, share=0.3))
    assert not interest.has_history
    assert interest.has_statement
    found = deviations(interest)
    assert found == {"statement": pytest.approx(0.8), "popularity": pytest.approx(2.5 * (5 / 25) ** 2)}


def test_share_of_one_silences_the_history() -> None:
    alone = clear(interest_of(statement=STATEMENT, share=1.0))
    interest = clear(interest_of(*HISTORY, statement=STATEMENT, share=1.0))
    assert not interest.has_history
    space = CATALOGUE.space
    assert interest.vector[space.columns(Block.TEXT)] == pytest.approx(alone.vector[space.columns(Block.TEXT)])
    assert not interest.vector[space.columns(Block.COLLABORATIVE)].any()
    assert joint_scores(interest, CATALOGUE.stored).by_item.shape == (20, 0)


@pytest.mark.parametrize(
    ("weights", "share"),
    [
        pytest.param(WEIGHTS, 0.0, id="share of zero"),
        pytest.param(replace(WEIGHTS, statement=0.0), 0.5, id="weight of zero"),
    ],
)
def test_words_that_count_nothing_change_nothing(weights: BlockWeights, share: float) -> None:
    without = clear(interest_of(*HISTORY, weights=weights, share=share))
    interest = clear(interest_of(*HISTORY, statement=STATEMENT, weights=weights, share=share))
    assert interest.vector == pytest.approx(without.vector)
    assert not interest.has_statement
    assert interest_of(statement=STATEMENT, weights=weights, share=share) is None


def test_words_that_say_nothing_leave_the_history_whole() -> None:
    silent = clear(interest_of(*HISTORY, statement=np.zeros(4)))
    assert silent.vector == pytest.approx(clear(interest_of(*HISTORY)).vector)
    assert not silent.has_statement
    assert interest_of(statement=np.zeros(4)) is None


@pytest.mark.parametrize("zero", ["collaborative", "factors", "text"])
def test_weight_of_zero_silences_one_block_alone(zero: str) -> None:
    usual = parts_of(clear(interest_of(*HISTORY)))
    parts = parts_of(clear(interest_of(*HISTORY, weights=replace(WEIGHTS, **{zero: 0.0}))))
    for name, part in parts.items():
        assert part == pytest.approx(np.zeros(20) if name == zero else usual[name])


def test_every_weight_of_zero_leaves_no_interest() -> None:
    nothing = BlockWeights(collaborative=0.0, factors=0.0, text=0.0, statement=0.0, popularity=1.0)
    assert interest_of(*HISTORY, statement=STATEMENT, weights=nothing) is None


def test_nothing_known_is_no_interest() -> None:
    assert interest_of() is None
    assert interest_of(liked(999)) is None
    assert interest_of(liked(101, 0.0)) is None


@pytest.mark.parametrize("block", [Block.COLLABORATIVE, Block.FACTORS, Block.TEXT])
def test_block_that_cannot_tell_items_apart_adds_nothing(block: Block) -> None:
    catalogue = joint_catalogue(2, items=25, constant=block)
    interest = clear(interest_of(*HISTORY, catalogue=catalogue))
    parts = parts_of(interest, catalogue)
    assert parts.pop(block.value) == pytest.approx(np.zeros(25), abs=1e-12)
    assert all(part.std() > 0.1 for part in parts.values())


@pytest.mark.parametrize(
    ("count", "weights", "expected"),
    [
        pytest.param(1, BlockWeights(), 2.5 * (5 / 6) ** 2, id="newcomer"),
        pytest.param(5, BlockWeights(), 0.625, id="a quarter is left"),
        pytest.param(15, BlockWeights(), 2.5 / 16, id="a sixteenth is left"),
        pytest.param(5, BlockWeights(prior=4.0), 1.0, id="prior"),
        pytest.param(5, BlockWeights(prior_half=15.0), 2.5 * (15 / 20) ** 2, id="falls more slowly"),
        pytest.param(5, BlockWeights(popularity=0.5), 1.125, id="for everybody"),
        pytest.param(5, BlockWeights(popularity=-0.2, prior=0.0), -0.2, id="against the crowd"),
        pytest.param(5, BlockWeights(popularity=-2.0), -0.3, id="never below"),
        pytest.param(5, BlockWeights(popularity=0.0, prior=0.0), 0.0, id="not at all"),
    ],
)
def test_popularity_falls_with_what_is_known(count: int, weights: BlockWeights, expected: float) -> None:
    interest = clear(interest_of(*(liked(100 + row) for row in range(count)), weights=weights))
    assert interest.prior == pytest.approx(expected)
    # Popularity is in deviations, as everything is.
    assert parts_of(interest)["popularity"] == pytest.approx(expected * CATALOGUE.natural[Block.POPULARITY][:, 0])


def test_popularity_never_counts_less_than_its_lowest() -> None:
    assert LOWEST_POPULARITY_WEIGHT == -0.3


def test_dislikes_do_not_make_a_person_known() -> None:
    liking = clear(interest_of(liked(101)))
    beside = clear(interest_of(liked(101), liked(102, -0.5), liked(103, -0.5)))
    assert beside.prior == pytest.approx(liking.prior)


def test_words_count_as_so_many_items() -> None:
    weights = replace(WEIGHTS, words_count_as=5.0)
    assert clear(interest_of(statement=STATEMENT, weights=weights)).prior == pytest.approx(0.625)
    assert clear(interest_of(liked(101), statement=STATEMENT, weights=weights)).prior == pytest.approx(
        2.5 * (5 / 11) ** 2
    )


def test_disliked_item_and_its_like_fall() -> None:
    only_text = BlockWeights(collaborative=0.0, factors=0.0, text=1.0, prior=0.0)
    catalogue = joint_catalogue(5, items=20)
    # Items 3 and 4 read the same.
    catalogue.natural[Block.TEXT][4] = catalogue.natural[Block.TEXT][3]
    stored, _ = catalogue.space.stored(catalogue.joined())
    catalogue = replace(catalogue, stored=stored)
    before = joint_scores(clear(interest_of(liked(101), weights=only_text, catalogue=catalogue)), stored).total
    disliking = interest_of(liked(101), liked(103, -1.0), weights=only_text, catalogue=catalogue)
    after = joint_scores(clear(disliking), stored).total
    assert after[3] < before[3] - 0.5
    assert after[4] == pytest.approx(after[3])


def test_implicit_factors_do_not_hear_dislikes() -> None:
    only_factors = BlockWeights(collaborative=0.0, factors=1.0, text=0.0)
    columns = CATALOGUE.space.columns(Block.FACTORS)
    liking = clear(interest_of(liked(101), liked(102, 0.5), weights=only_factors))
    beside = clear(interest_of(liked(101), liked(102, 0.5), liked(103, -1.0), weights=only_factors))
    assert beside.vector[columns] == pytest.approx(liking.vector[columns])


def test_dislikes_alone_give_no_interest() -> None:
    assert interest_of(liked(101, -0.5), liked(102, -1.0)) is None


def test_dislikes_beside_words_alone_leave_shapes_whole() -> None:
    interest = clear(interest_of(liked(101, -0.5), statement=STATEMENT))
    scores = joint_scores(interest, CATALOGUE.stored)
    assert scores.by_item.shape == (20, len(interest.weights))
    assert scores.total == pytest.approx(CATALOGUE.stored @ interest.vector, abs=1e-9)


def test_met_but_not_liked_is_evidence_and_no_taste() -> None:
    # A poor rating: the collaborative models read that it was met, the text block that it was not liked.
    met = clear(interest_of(ItemWeight(101, -0.5, "rating", 0.3)))
    also = clear(interest_of(ItemWeight(101, 0.5, "rating", 0.3)))
    space = CATALOGUE.space
    for block, sign in ((Block.COLLABORATIVE, 1), (Block.FACTORS, 1), (Block.TEXT, -1)):
        columns = space.columns(block)
        assert met.vector[columns] == pytest.approx(sign * also.vector[columns])


def test_equal_like_and_dislike_of_one_text_cancel() -> None:
    catalogue = joint_catalogue(5, items=20)
    catalogue.natural[Block.TEXT][4] = 0.5 * catalogue.natural[Block.TEXT][3]
    stored, _ = catalogue.space.stored(catalogue.joined())
    catalogue = replace(catalogue, stored=stored)
    only_text = BlockWeights(collaborative=0.0, factors=0.0, text=1.0)
    # Texts count by direction: the one half as long is no quieter.
    assert interest_of(liked(103), liked(104, -1.0), weights=only_text, catalogue=catalogue) is None


def test_item_without_text_features_has_no_taste() -> None:
    catalogue = joint_catalogue(5, items=20)
    catalogue.natural[Block.TEXT][3] = 0.0
    stored, _ = catalogue.space.stored(catalogue.joined())
    catalogue = replace(catalogue, stored=stored)
    interest = clear(interest_of(liked(103), catalogue=catalogue))
    assert interest.text == pytest.approx(np.zeros((1, 4)))
    assert parts_of(interest, catalogue)["collaborative"].std() == pytest.approx(1.0)


@pytest.mark.parametrize("factor", [1e-9, 1e-3, 1e3])
def test_faded_history_still_has_its_direction(factor: float) -> None:
    weights = replace(WEIGHTS, factors=0.0)
    usual = clear(interest_of(*HISTORY, weights=weights))
    faded = [replace(one, weight=factor * one.weight, evidence=factor * one.evidence) for one in HISTORY]
    assert clear(interest_of(*faded, weights=weights)).vector == pytest.approx(usual.vector)


def test_source_gains_weigh_the_items_of_the_history() -> None:
    columns = CATALOGUE.space.columns(Block.COLLABORATIVE)
    items = CATALOGUE.items
    doubled = {**items, 101: replace(items[101], source_gain=2 * items[101].source_gain)}

    def collaborative(history: list[ItemWeight], known: dict[int, JointItem]) -> FloatArray:
        interest = joint_interest(CATALOGUE.space, history, known, None, block_weights=WEIGHTS, statement_share=0.0)
        return clear(interest).vector[columns]

    louder = collaborative([liked(101, 1.0, 2.0), liked(102)], items)
    assert collaborative([liked(101), liked(102)], doubled) == pytest.approx(louder)
    assert collaborative([liked(101), liked(102)], items) != pytest.approx(louder)


def test_item_of_the_history_adds_nothing_to_its_own_score() -> None:
    interest = clear(interest_of(*HISTORY, statement=STATEMENT))
    plain = joint_scores(interest, CATALOGUE.stored)
    returning = joint_scores(interest, CATALOGUE.stored, CATALOGUE.item_ids)
    for row, item_id in enumerate(CATALOGUE.item_ids):
        places = [place for place, weight in enumerate(HISTORY) if weight.item_id == item_id]
        own = sum(plain.by_item[row, place] for place in places)
        assert returning.total[row] == pytest.approx(plain.total[row] - own, abs=1e-12)
        assert all(returning.by_item[row, place] == 0.0 for place in places)
    assert abs(plain.by_item[4, 0]) > 0.1


def test_share_of_an_item_is_what_its_source_adds() -> None:
    weights = replace(WEIGHTS, text=0.0)
    interest = clear(interest_of(*HISTORY, weights=weights))
    scores = joint_scores(interest, CATALOGUE.stored)
    targets = CATALOGUE.natural[Block.COLLABORATIVE]
    evidence = np.array([one.evidence for one in HISTORY])
    rows = np.array([one.item_id - 100 for one in HISTORY])
    sources = targets[rows] * (CATALOGUE.gains[rows] * evidence)[:, None]
    products = (targets - targets.mean(axis=0)) @ sources.T
    assert scores.by_item == pytest.approx(products / products.sum(axis=1).std(), abs=1e-9)


def test_factors_are_the_persons_place_among_them() -> None:
    interest = clear(interest_of(*HISTORY))
    factors = CATALOGUE.natural[Block.FACTORS]
    settings = CATALOGUE.space.factor_settings
    chosen = factors[[4, 1, 9]]
    confidences = np.array([1.0, 0.8, 0.3])
    # Three items speak for something, of twenty: ridge .05 (3 + .2 * 20)^.5.
    system = 0.2 * factors.T @ factors + (chosen.T * confidences) @ chosen + 0.05 * np.sqrt(7.0) * np.eye(2)
    assert (settings.unobserved_weight, settings.regularisation, settings.frequency_power) == (0.2, 0.05, 0.5)
    scores = factors @ np.linalg.solve(system, chosen.T @ confidences)
    assert parts_of(interest)["factors"] == pytest.approx(0.4 * (scores - scores.mean()) / scores.std(), abs=1e-9)


def test_no_candidates_have_no_scores() -> None:
    scores = joint_scores(clear(interest_of(*HISTORY)), np.zeros((0, CATALOGUE.space.dimension)), [])
    assert scores.total.shape == (0,)
    assert scores.by_item.shape == (0, 4)


def test_vector_has_nothing_in_the_place_of_the_pad() -> None:
    interest = clear(interest_of(*HISTORY, statement=STATEMENT))
    assert interest.vector.shape == (CATALOGUE.space.dimension,)
    assert interest.vector[-1] == 0.0
    assert sum(CATALOGUE.space.dimensions) == CATALOGUE.space.columns(BLOCKS[-1]).stop == len(interest.vector) - 1
