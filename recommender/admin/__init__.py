"""The admin's pages of everything that recommendations are made of and leave behind."""

from recommender.admin import (
    catalogs,
    configuration,
    embeddings,
    evaluations,
    interactions,
    ranking_models,
    slates,
)

__all__ = ["catalogs", "configuration", "embeddings", "evaluations", "interactions", "ranking_models", "slates"]
