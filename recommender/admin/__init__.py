"""The admin's pages of everything that recommendations are made of and leave behind."""

from recommender.admin import configuration, embeddings, interactions, slates

__all__ = ["configuration", "embeddings", "interactions", "slates"]
