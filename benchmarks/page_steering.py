"""What an operator has done before the admin has something to show: a version, another space, a list."""

from __future__ import annotations

from typing import Any

from catalog.models import Catalog
from recommender.engine.settings import ScoringSettings
from recommender.models import EmbeddingSpace, Scenario, ScoringConfig
from recommender.services.embedding import embed_next_batch
from recommender.services.embedding_queue import queue_stale_items
from recommender.services.recommending import recommend
from recommender.services.scoring_configs import create_version
from recommender.views.visitors import simulated_profiles

SPACE, DIMENSION = "letters", 128
NOTE = "More variety: three of a category at most, and own words count less"
CHANGES: dict[str, dict[str, float]] = {"blocks": {"statement": 0.3}, "diversity": {"per_category": 3}}


def steer(catalog: Catalog) -> None:
    """Twice is as good as once."""
    home = Scenario.objects.get(catalog=catalog, name=Scenario.HOME)
    active = ScoringConfig.objects.get(scenario=home, state=ScoringConfig.State.ACTIVE)
    if not ScoringConfig.objects.filter(scenario=home, note=NOTE).exists():
        settings: dict[str, Any] = {**active.settings}
        for section, values in CHANGES.items():
            settings[section] = {**settings.get(section, {}), **values}
        create_version(scenario=home, settings=ScoringSettings.model_validate(settings), note=NOTE)
    space, _made = EmbeddingSpace.objects.get_or_create(
        catalog=catalog, name=SPACE, defaults={"backend": "hashing", "dimension": DIMENSION}
    )
    queue_stale_items(space)
    while embed_next_batch(space.pk).claimed:
        pass
    if person := simulated_profiles(catalog).first():
        recommend(catalog=catalog, profile=person)
