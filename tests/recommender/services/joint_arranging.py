"""A trained version whose vectors are chosen by hand: each block has two axes, and items stand on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from django.utils import timezone
from numpy.typing import NDArray

from catalog.models import Item
from recommender.engine.hyperparameters import Hyperparameters
from recommender.engine.implicit_factors import ImplicitSettings
from recommender.engine.joint_space import Block, fit_joint_space
from recommender.engine.model_arrays import pack, prefixed
from recommender.engine.text_features import TextProjection
from recommender.models import RankingModel
from recommender.selectors.joint_models import SPACE_ARTIFACT, TEXT_ARTIFACT
from recommender.services.ranking_models import (
    activate_model,
    begin_version,
    finish_version,
    store_artifacts,
    write_vectors,
)
from recommender.services.ranking_rows import RankingRows
from tests.recommender.services.arranging import DIMENSION, Plane

IMPLICIT = ImplicitSettings(dimension=2, unobserved_weight=0.1, regularisation=0.01)


@dataclass(frozen=True)
class Place:
    """Where an item stands in each block, how many interactions it has, and how much of it was learned."""

    collaborative: tuple[float, float] = (0.0, 0.0)
    factors: tuple[float, float] = (0.0, 0.0)
    text: tuple[float, float] = (0.0, 0.0)
    count: float = 1.0
    learned: float = 1.0


def train_by_hand(plane: Plane, places: Mapping[str, Place], **chosen: float) -> RankingModel:
    """An active version of new items at the given places; words (WORDS) point along the text block's first axis."""
    items = {name: Item.objects.create(catalog=plane.catalog, external_id=name, title=name) for name in places}
    blocks = {
        Block.COLLABORATIVE: np.array([place.collaborative for place in places.values()]),
        Block.FACTORS: np.array([place.factors for place in places.values()]),
        Block.TEXT: np.array([place.text for place in places.values()]),
    }
    counts = np.array([place.count for place in places.values()])
    factors = blocks[Block.FACTORS]
    space = fit_joint_space(
        blocks,
        factor_gram=IMPLICIT.unobserved_weight * factors.T @ factors,
        factor_settings=IMPLICIT,
        factor_items=len(items),
        counts=counts,
    )
    scores = space.popularity_score(counts)
    vectors, _ = space.stored(np.hstack([*blocks.values(), scores[:, None]]))
    model = begin_version(catalog=plane.catalog, space=plane.space, learned_from=timezone.now())
    write_vectors(
        model,
        RankingRows(
            item_ids=np.array([item.pk for item in items.values()]),
            vectors=vectors.astype(np.float32),
            source_gains=np.ones(len(items), dtype=np.float32),
            popularity=(np.log1p(counts) / np.log1p(counts).max()).astype(np.float32),
            popularity_scores=scores.astype(np.float32),
            learned=np.array([place.learned for place in places.values()], dtype=np.float32),
        ),
    )
    store_artifacts(model, {SPACE_ARTIFACT: pack(space.as_arrays()), TEXT_ARTIFACT: _texts(plane)})
    hyperparameters = Hyperparameters(factors_weight=0.0, text_weight=0.0, presence=0.0).with_values(**chosen)
    finish_version(model, hyperparameters=hyperparameters.as_dict(), figures={}, interaction_count=int(counts.sum()))
    activate_model(model)
    return model


def _texts(plane: Plane) -> bytes:
    """Words project on the plane's first two axes; nothing lexical."""
    projection = TextProjection(np.zeros(DIMENSION), np.zeros(0), 1.0, 1.0, plane.axes[:2].T)
    lexical: dict[str, NDArray[np.generic]] = {
        "vocabulary": np.frombuffer(b"[]", dtype=np.uint8),
        "weights": np.zeros(0),
        "directions": np.zeros((0, 0)),
    }
    return pack(
        {
            **prefixed("projection", projection.as_arrays()),
            **prefixed("lexical", lexical),
            "map": np.zeros((3, 4), dtype=np.float32),
        }
    )
