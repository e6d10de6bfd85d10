"""Texts encoded once for all systems of an evaluation, as the space of a new catalog encodes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.conf import settings

from recommender.embeddings.batching import encode_in_batches, encode_items
from recommender.embeddings.recipe import EmbeddingRecipe
from recommender.embeddings.registry import BACKENDS, shared_encoder
from recommender.embeddings.vectors import Vectors
from recommender.evaluation.dataset import FloatArray


@dataclass(frozen=True)
class EncodedTexts:
    """Vectors (n, d) of the items' texts, of length 1 and not centred, and the recipe that made them."""

    recipe: EmbeddingRecipe
    vectors: Vectors

    @classmethod
    def of(cls, item_texts: Sequence[str]) -> EncodedTexts:
        """By the default encoder; raises EmbeddingError where it cannot be had."""
        recipe = _default_recipe()
        encoder = shared_encoder(recipe.backend, recipe.model, recipe.revision, recipe.dimension)
        return cls(recipe, encode_items(encoder, recipe, item_texts))

    @property
    def wide_vectors(self) -> FloatArray:
        return self.vectors.astype(np.float64)

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """(c, d) vectors of other texts, as the words of people are encoded."""
        recipe = self.recipe
        encoder = shared_encoder(recipe.backend, recipe.model, recipe.revision, recipe.dimension)
        vectors = encode_in_batches(
            encoder, texts, prefix=recipe.query_prefix, dimension=recipe.dimension, normalize=recipe.normalize
        )
        return vectors.astype(np.float64)


def _default_recipe() -> EmbeddingRecipe:
    name = settings.GENRE_DEFAULT_ENCODER
    return EmbeddingRecipe(backend=name, model=BACKENDS[name].default_model, dimension=BACKENDS[name].dimension)
