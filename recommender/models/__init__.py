"""Everything that recommendations are made of and leave behind."""

from recommender.models.api_keys import ApiKey, Scope, StoredAnswer
from recommender.models.configuration import Scenario, ScoringConfig
from recommender.models.embeddings import EmbeddingJob, EmbeddingSpace, ItemEmbedding
from recommender.models.evaluations import EvaluationRun
from recommender.models.feedback import LaterFeedback
from recommender.models.import_jobs import ImportChunk, ImportJob
from recommender.models.interactions import Interaction, InteractionKind
from recommender.models.interests import InterestCache, ProfileVector
from recommender.models.ranking_models import RankingArtifact, RankingModel, RankingVector
from recommender.models.slates import Slate

__all__ = [
    "ApiKey",
    "EmbeddingJob",
    "EmbeddingSpace",
    "EvaluationRun",
    "ImportChunk",
    "ImportJob",
    "Interaction",
    "InteractionKind",
    "InterestCache",
    "ItemEmbedding",
    "LaterFeedback",
    "ProfileVector",
    "RankingArtifact",
    "RankingModel",
    "RankingVector",
    "Scenario",
    "Scope",
    "ScoringConfig",
    "Slate",
    "StoredAnswer",
]
