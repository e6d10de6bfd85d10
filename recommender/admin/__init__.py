"""The admin's pages of everything that recommendations are made of and leave behind."""

from recommender.admin import (
    api_keys,
    catalogs,
    configuration,
    embedding_jobs,
    embeddings,
    evaluations,
    interactions,
    items,
    people,
    ranking_models,
    slates,
)

__all__ = [
    "api_keys",
    "catalogs",
    "configuration",
    "embedding_jobs",
    "embeddings",
    "evaluations",
    "interactions",
    "items",
    "people",
    "ranking_models",
    "slates",
]
