"""What all encoders of GENRE have in common around their models: arguments, cleaning, shapes, normalisation."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np

from recommender.embeddings.batching import DEFAULT_BATCH_SIZE
from recommender.embeddings.texts import clean_text
from recommender.embeddings.vectors import Vectors, normalize_rows


class TextEncoder(ABC):
    """An `Encoder` that knows its dimension and takes any text (see `clean_text`), the empty one included.

    Safe to call from several threads. Its model is loaded at the first use, in the process that uses it.
    """

    @abstractmethod
    def load(self) -> None:
        """Load the model now, for a worker that would rather fail at its start.

        Raises: EncoderUnavailable with the reason; UnsupportedRecipe when the model is not what was asked for.
        """

    @abstractmethod
    def get_embedding_dimension(self) -> int:
        """d; may load the model."""

    @abstractmethod
    def _encode_texts(self, texts: list[str], *, prompt: str | None, batch_size: int) -> Vectors:
        """(n, d) for one or more clean texts, not normalised beyond what the model does itself."""

    def encode(
        self,
        inputs: str | Sequence[str],
        *,
        prompt: str | None = None,
        batch_size: int = DEFAULT_BATCH_SIZE,
        normalize_embeddings: bool = False,
    ) -> Vectors:
        """Embed one text or many; see `Encoder.encode`.

        Raises: ValueError for a batch size below 1, TypeError for an input that is not a text, EncoderUnavailable,
            VectorsRejected when normalising what has no direction.
        """
        if batch_size < 1:
            raise ValueError(f"batch_size must be 1 or more, not {batch_size}")
        texts = [clean_text(text) for text in ([inputs] if isinstance(inputs, str) else inputs)]
        if not texts:
            return np.empty((0, self.get_embedding_dimension()), dtype=np.float32)
        vectors = self._encode_texts(
            texts, prompt=None if prompt is None else clean_text(prompt), batch_size=batch_size
        )
        if normalize_embeddings:
            vectors = normalize_rows(vectors)
        return vectors[0] if isinstance(inputs, str) else vectors


def threads_for(text_count: int, threads: int | None) -> int:
    """Threads for a call: as configured, else one for a single text and all processors for more.

    One text is too little work to share: threads that wait for their part spin, and on a busy machine such a query
    takes 20 to 50 times as long.
    """
    if threads is not None:
        return threads
    return 1 if text_count == 1 else _available_processors()


def _available_processors() -> int:
    # A container or taskset may allow fewer than the machine has; macOS cannot tell.
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
