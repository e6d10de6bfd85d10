"""Catalogues whose vectors are chosen by hand, so that scores can be worked out on paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog.models import Catalog, Item
from recommender.embeddings.batching import encode_query
from recommender.engine.settings import ScoringSettings
from recommender.models import EmbeddingSpace, ItemEmbedding, ScoringConfig
from recommender.services.embedding import encoder_of
from recommender.services.interactions import record_interaction
from recommender.services.scoring_configs import activate, create_version
from recommender.services.spaces import change_recipe
from users.models import Profile

# What people say in these tests. Its vector is the first axis, so that what it adds to a score is known.
WORDS = "quiet piano music"
DIMENSION = 8
# Stored vectors have half precision.
TOLERANCE = 2e-3


@dataclass(frozen=True)
class Plane:
    """A catalog whose items stand where a test puts them; coordinate 0 points to WORDS, the others are free."""

    catalog: Catalog
    space: EmbeddingSpace
    axes: NDArray[np.float64]

    def item(self, external_id: str, *coordinates: float, **fields: Any) -> Item:
        """A new item; without coordinates it has no embedding yet."""
        fields = {"title": external_id.replace("-", " "), **fields}
        item = Item.objects.create(catalog=self.catalog, external_id=external_id, **fields)
        if coordinates:
            self.place(item, *coordinates)
        return item

    def place(self, item: Item, *coordinates: float) -> None:
        vector = np.array(coordinates) @ self.axes[: len(coordinates)]
        ItemEmbedding.objects.create(
            catalog=self.catalog,
            space=self.space,
            item=item,
            vector=vector / np.linalg.norm(vector),
            content_hash=item.content_hash,
            recipe_hash=self.space.recipe_hash,
        )

    def configure(self, settings: dict[str, Any], *, scenario: str = "home") -> ScoringConfig:
        """Make the settings, by section and field, the scenario's active version."""
        version = create_version(
            scenario=self.catalog.scenarios.get(name=scenario), settings=ScoringSettings.model_validate(settings)
        )
        activate(version)
        return version


def open_plane(catalog: Catalog) -> Plane:
    space = catalog.embedding_spaces.get()
    change_recipe(space, dimension=DIMENSION)
    words = encode_query(encoder_of(space), space.recipe, WORDS).astype(np.float64)
    orthonormal, _ = np.linalg.qr(np.column_stack([words, np.eye(DIMENSION)]))
    axes = orthonormal.T[:DIMENSION]
    axes[0] = words / np.linalg.norm(words)
    return Plane(catalog, space, axes)


def everybody_likes(catalog: Catalog, item: Item, *, times: int = 1, kind: str = "like", at: datetime) -> None:
    """Make an item popular with people who do not matter otherwise."""
    for number in range(times):
        profile, _ = Profile.objects.get_or_create(catalog=catalog, external_id=f"somebody-{number}")
        record_interaction(profile=profile, item=item, kind=kind, occurred_at=at)
