"""Small catalogues with made-up vectors, for what holds in every joint space."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.engine.implicit_factors import ImplicitSettings
from recommender.engine.interest import FloatArray
from recommender.engine.joint_interest import JointItem
from recommender.engine.joint_space import BLOCKS, Block, JointSpace, fit_joint_space

SETTINGS = ImplicitSettings(dimension=2, unobserved_weight=0.2, regularisation=0.05, frequency_power=0.5)


@dataclass(frozen=True)
class JointCatalogue:
    """n items with ids 100, 101, ...: natural vectors by block, the space made of them, stored vectors and gains."""

    natural: dict[Block, FloatArray]
    space: JointSpace
    stored: FloatArray
    gains: FloatArray

    @property
    def item_ids(self) -> list[int]:
        return [100 + row for row in range(len(self.stored))]

    @property
    def items(self) -> dict[int, JointItem]:
        rows = zip(self.item_ids, self.stored, self.gains, strict=True)
        return {item_id: JointItem(vector, float(gain)) for item_id, vector, gain in rows}

    def joined(self) -> FloatArray:
        return np.hstack([self.natural[block] for block in BLOCKS])


def joint_catalogue(
    seed: int = 0, *, items: int = 12, collaborative: int = 3, text: int = 4, constant: Block | None = None
) -> JointCatalogue:
    """Random vectors of unlike lengths and means; one block may say the same of every item."""
    rng = np.random.default_rng(seed)
    natural = {
        Block.COLLABORATIVE: rng.normal(0.02, 0.05, (items, collaborative)),
        Block.FACTORS: rng.normal(0.3, 0.4, (items, SETTINGS.dimension)),
        Block.TEXT: rng.normal(-0.2, 1.0, (items, text)),
    }
    counts = rng.integers(0, 50, items).astype(np.float64)
    if constant is Block.POPULARITY:
        counts[:] = 7.0
    elif constant is not None:
        natural[constant][:] = natural[constant][0]
    factors = natural[Block.FACTORS]
    space = fit_joint_space(
        natural,
        factor_gram=SETTINGS.unobserved_weight * factors.T @ factors,
        factor_settings=SETTINGS,
        factor_items=items,
        counts=counts,
    )
    natural[Block.POPULARITY] = space.popularity_score(counts)[:, None]
    stored, too_long = space.stored(np.hstack([natural[block] for block in BLOCKS]))
    assert too_long == 0
    return JointCatalogue(natural, space, stored, rng.uniform(0.3, 0.9, items))
