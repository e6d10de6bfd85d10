"""The one encoder protocol: the part of sentence-transformers' `encode` that GENRE calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from recommender.embeddings.vectors import Vectors


class Encoder(Protocol):
    """Anything that turns texts into vectors; a plain `SentenceTransformer` (6.2) is one as it stands.

    Only arguments that every encoder honours are here. `prompt_name` is left out because prefixes belong to
    the recipe, `convert_to_numpy` because vectors are always numpy arrays, `show_progress_bar` because progress
    is counted in items, by the caller.
    """

    def encode(
        self,
        inputs: str | Sequence[str],
        *,
        prompt: str | None = None,
        batch_size: int = 32,
        normalize_embeddings: bool = False,
    ) -> Vectors:
        """Embed one text or many.

        Args:
            inputs: a text, or n of them.
            prompt: put before each text; "" is none, None is the model's own default where it has one.
            batch_size: most texts computed in one step, 1 or more; bounds the working memory.
            normalize_embeddings: scale each vector to length 1.
        Returns: float32, (d,) for a text, (n, d) in the order of the texts for a sequence.
        """
        ...

    def get_embedding_dimension(self) -> int | None:
        """d, or None where the model cannot tell before it has encoded."""
        ...
