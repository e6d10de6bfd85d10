"""Everything that recommendations are made of and leave behind."""

from recommender.models.configuration import Scenario, ScoringConfig
from recommender.models.embeddings import EmbeddingJob, EmbeddingSpace, ItemEmbedding
from recommender.models.interactions import Interaction, InteractionKind
from recommender.models.slates import Slate

__all__ = [
    "EmbeddingJob",
    "EmbeddingSpace",
    "Interaction",
    "InteractionKind",
    "ItemEmbedding",
    "Scenario",
    "ScoringConfig",
    "Slate",
]
