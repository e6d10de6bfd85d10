"""What a training is free to choose, and what it searches through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from recommender.engine.implicit_factors import ImplicitSettings


@dataclass(frozen=True)
class Hyperparameters:
    """Everything that validation picks, or that a deployment fixes.

    Attributes:
        presence: worth of having met an item, 0..1 (`Evidence.graded`).
        item_power, user_power: a and b of the normalised matrix.
        side_weight: alpha of the text rows in CEASE; 0 is plain EASE.
        ridge: lambda, in mean squared column lengths.
        rank: dimensions of the collaborative block at most.
        factor_dimension, unobserved_weight, regularisation: of the implicit factors.
        factors_weight, text_weight: block weights beside the collaborative block's 1.
        half_life_interactions: recency by rank; None is none.
        text_dimension, lexical_dimension: of the text block, and of its lexical half.
        map_ridge: of the map from text for new items.
        prior, prior_half: of the popularity prior, w(n) = prior (half / (n + half))^2 for a history of n items.
    """

    presence: float = 0.3
    item_power: float = 0.25
    user_power: float = 0.2
    side_weight: float = 0.8
    ridge: float = 28.0
    rank: int = 384
    factor_dimension: int = 64
    unobserved_weight: float = 0.3
    regularisation: float = 0.01
    factors_weight: float = 0.4
    text_weight: float = 0.1
    half_life_interactions: float | None = None
    text_dimension: int = 384
    lexical_dimension: int = 256
    map_ridge: float = 0.3
    prior: float = 2.5
    prior_half: float = 5.0

    @property
    def implicit(self) -> ImplicitSettings:
        return ImplicitSettings(self.factor_dimension, self.unobserved_weight, self.regularisation)

    def with_values(self, **values: Any) -> Hyperparameters:
        return replace(self, **values)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Hyperparameters:
        """Unknown names, of another version of GENRE, are passed over; missing ones have their default."""
        known = {name: value for name, value in values.items() if name in cls.__dataclass_fields__}
        return cls(**known)


# The grids, searched one after another, each with the best of what came before.
MATRIX_GRID = (
    {"presence": 0.05, "item_power": 0.0, "user_power": 0.0},
    {"presence": 0.3, "item_power": 0.0, "user_power": 0.0},
    {"presence": 0.05, "item_power": 0.25, "user_power": 0.2},
    {"presence": 0.3, "item_power": 0.25, "user_power": 0.2},
    {"presence": 0.5, "item_power": 0.1, "user_power": 0.1},
)
RIDGE_GRID = (7.0, 14.0, 28.0, 56.0)
SIDE_GRID = (0.0, 0.4, 0.8, 1.4)
RANK_GRID = (256, 512)
REGULARISATION_GRID = (0.006, 0.01, 0.016)
# From the simplest to what forgets most.
HALF_LIFE_GRID = (None, 80.0, 20.0, 5.0)
FACTORS_GRID = (0.0, 0.2, 0.4, 0.8)
# Never nothing: texts are what new items are found by, which a validation on known items cannot see.
TEXT_GRID = (0.1, 0.2, 0.4, 0.8, 1.6)
MAP_RIDGE_GRID = (0.03, 0.1, 0.3, 1.0, 10.0)
PRIOR_GRID = ((2.5, 5.0), (6.0, 5.0), (6.0, 10.0), (10.0, 5.0), (10.0, 10.0), (15.0, 6.0))
