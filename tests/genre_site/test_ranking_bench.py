"""./run bench ranking: an enlarged catalogue is like the trained one; a look at every row is no use of the index."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.enlarging import drift, enlarge, first_parents
from benchmarks.ranking_index_use import index_only, index_use
from benchmarks.ranking_target import Target
from catalog.models import Catalog
from recommender.engine.implicit_factors import ImplicitSettings
from recommender.engine.joint_space import Block, JointSpace, fit_joint_space
from recommender.engine.training import unit_rows
from recommender.services.ranking_rows import RankingRows
from tests.recommender.services.ranking_versions import activated, nearest, ranking_rows, some_items

TRAINED, ENLARGED = 300, 3_000


@pytest.fixture(scope="module")
def trained() -> tuple[JointSpace, RankingRows]:
    """Popular items have longer collaborative vectors, as trained ones do."""
    rng = np.random.default_rng(0)
    counts = np.floor(rng.pareto(1.0, TRAINED) * 3)
    blocks = {
        Block.COLLABORATIVE: rng.standard_normal((TRAINED, 6)) * np.log1p(counts + 1)[:, None],
        Block.FACTORS: rng.standard_normal((TRAINED, 3)),
        Block.TEXT: rng.standard_normal((TRAINED, 5)),
    }
    space = fit_joint_space(
        blocks, factor_gram=np.eye(3), factor_settings=ImplicitSettings(3), factor_items=TRAINED, counts=counts
    )
    scores = space.popularity_score(counts)
    vectors, _ = space.stored(np.hstack([*blocks.values(), scores[:, None]]))
    return space, RankingRows(
        np.arange(1, TRAINED + 1),
        vectors.astype(np.float32),
        source_gains=rng.uniform(0.1, 1.0, TRAINED).astype(np.float32),
        popularity=(np.log1p(counts) / np.log1p(counts.max())).astype(np.float32),
        popularity_scores=scores.astype(np.float32),
        learned=(counts / (counts + 1)).astype(np.float32),
    )


def enlarged(space: JointSpace, rows: RankingRows, seed: int = 1) -> RankingRows:
    rng = np.random.default_rng(seed)
    parents = first_parents(TRAINED, ENLARGED, rng)
    return enlarge(space, rows, parents, np.arange(1, ENLARGED + 1), rng)


def test_trained_items_stay_and_new_ones_are_new(trained: tuple[JointSpace, RankingRows]) -> None:
    made = enlarged(*trained)

    assert len(made) == ENLARGED
    assert np.array_equal(made.vectors[:TRAINED], trained[1].vectors)
    assert len(np.unique(made.vectors, axis=0)) == ENLARGED


def test_norms_and_covariances_stay_as_they_were(trained: tuple[JointSpace, RankingRows]) -> None:
    space, rows = trained

    made = enlarged(space, rows)

    assert np.allclose(np.linalg.norm(made.vectors, axis=1), space.longest, rtol=1e-4)
    for block, found in drift(space, rows, made).items():
        assert abs(found.variance) < 0.05, block
        assert found.covariance < 0.15, block


def test_popularity_stays_as_it_was(trained: tuple[JointSpace, RankingRows]) -> None:
    made = enlarged(*trained)

    shares = np.linspace(0.1, 0.9, 5)
    assert np.allclose(np.quantile(made.popularity, shares), np.quantile(trained[1].popularity, shares), atol=0.05)
    assert made.popularity.min() >= 0
    assert made.popularity.max() <= 1


def test_each_trained_item_has_as_many_children_as_any_other() -> None:
    parents = first_parents(4, 4 + 4 * 3 + 2, np.random.default_rng(0))

    assert sorted(np.bincount(parents, minlength=4)) == [3, 3, 4, 4]


def test_the_same_seed_enlarges_alike(trained: tuple[JointSpace, RankingRows]) -> None:
    assert np.array_equal(enlarged(*trained).vectors, enlarged(*trained).vectors)
    assert not np.array_equal(enlarged(*trained).vectors, enlarged(*trained, seed=2).vectors)


@pytest.mark.alone
@pytest.mark.django_db(transaction=True)
def test_a_query_that_looks_at_every_row_is_not_counted_as_one_through_the_index() -> None:
    catalog = Catalog.objects.create(slug="films", name="Films")
    model = activated(catalog, ranking_rows(some_items(catalog, 40)))

    with index_use(model) as free:
        nearest(model, [1.0, 0.0, 0.0, 0.0])
    with index_only(), index_use(model) as pinned:
        nearest(model, [1.0, 0.0, 0.0, 0.0])

    assert (free.share_of(1), pinned.share_of(1)) == (0.0, 1.0)


def test_a_target_says_which_side_of_its_bound_is_met() -> None:
    met = Target("recall", 0.995, 0.99, at_least=True)
    missed = Target("ratio", 2.51, 2.5, remark=" - but only 0% went through the index")

    assert met.line() == "recall: 0.995 (target: at least 0.99: met)"
    assert missed.line() == "ratio: 2.51 (target: at most 2.5: missed) - but only 0% went through the index"


def test_a_new_item_is_as_near_to_its_parent_as_trained_items_are_to_their_neighbours(
    trained: tuple[JointSpace, RankingRows],
) -> None:
    """Nearer ones would be copies, and fill the lists of those who like their parents."""
    space, rows = trained
    rng = np.random.default_rng(1)
    parents = first_parents(TRAINED, ENLARGED, rng)
    made = enlarge(space, rows, parents, np.arange(1, ENLARGED + 1), rng)
    columns = space.columns(Block.TEXT)

    old = unit_rows(rows.vectors[:, columns].astype(np.float64))
    new = unit_rows(made.vectors[TRAINED:, columns].astype(np.float64))
    among_trained = old @ old.T - 2 * np.eye(TRAINED)
    to_parent = (new * old[parents]).sum(axis=1)

    assert abs(np.median(to_parent) - np.median(among_trained.max(axis=1))) < 0.1
