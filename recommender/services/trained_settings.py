"""What settings that are left to the training come to, by the version that answers."""

from __future__ import annotations

from recommender.selectors.joint_models import hyperparameters_of
from recommender.selectors.ranking_models import active_model


def trained_values(catalog_id: int) -> dict[str, float | None]:
    """By the names of the settings; None where the training chose none. Empty before the first; one query."""
    model = active_model(catalog_id)
    if model is None:
        return {}
    chosen = hyperparameters_of(model)
    return {
        "interest.half_life_interactions": chosen.half_life_interactions,
        "blocks.factors": chosen.factors_weight,
        "blocks.text": chosen.text_weight,
        "blocks.newcomer_popularity": chosen.prior,
        "blocks.newcomer_interactions": chosen.prior_half,
    }
