"""Everything that recommendations are made of and leave behind."""

from recommender.models.configuration import Scenario, ScoringConfig
from recommender.models.embeddings import EmbeddingJob, EmbeddingSpace, ItemEmbedding
from recommender.models.evaluations import EvaluationRun
from recommender.models.interactions import Interaction, InteractionKind
from recommender.models.interests import InterestCache, ProfileVector
from recommender.models.ranking_models import RankingArtifact, RankingModel, RankingVector
from recommender.models.slates import Slate

__all__ = [
    "EmbeddingJob",
    "EmbeddingSpace",
    "EvaluationRun",
    "Interaction",
    "InteractionKind",
    "InterestCache",
    "ItemEmbedding",
    "ProfileVector",
    "RankingArtifact",
    "RankingModel",
    "RankingVector",
    "Scenario",
    "ScoringConfig",
    "Slate",
]
