"""Multilingual USE as a sentence-transformers module, so that tools which take a SentenceTransformer can use it.

    SentenceTransformer(modules=[UniversalSentenceEncoderModule()], device="cpu")

It imports torch, so nothing in GENRE imports it: the encoder itself is called directly. `modules.json` of a saved
model names the class by this module's path, and since the class is not part of sentence-transformers, loading wants
`trust_remote_code=True`; it then runs this module and nothing from the folder.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from sentence_transformers.base.modules.input_module import InputModule

from recommender.embeddings.backends.multilingual_use import DIMENSION
from recommender.embeddings.registry import shared_encoder
from recommender.embeddings.texts import clean_text


class UniversalSentenceEncoderModule(InputModule):
    """First and only module of a SentenceTransformer. Holds no weights: each process makes its own encoder."""

    save_in_root = False
    config_keys = ["threads"]

    def __init__(self, threads: int | None = None) -> None:
        """threads: as in `MultilingualUseEncoder`."""
        super().__init__()  # type: ignore[no-untyped-call]  # sentence-transformers leaves it untyped
        self.threads = threads

    def preprocess(
        self, inputs: Sequence[Any], prompt: str | None = None, task: str | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        """`task` ("query", "document") picks a route in models that have several; this one has the same for all."""
        if kwargs:
            raise TypeError(f"multilingual USE takes no {', '.join(sorted(kwargs))}")
        return {"texts": [clean_text((prompt or "") + text) for text in inputs]}

    def forward(self, features: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        if kwargs:
            raise TypeError(f"multilingual USE takes no {', '.join(sorted(kwargs))}")
        texts: list[str] = features["texts"]
        encoder = shared_encoder("multilingual-use", threads=self.threads)
        vectors = encoder.encode(texts, prompt="", batch_size=max(len(texts), 1))
        return features | {"sentence_embedding": torch.from_numpy(vectors)}

    def get_embedding_dimension(self) -> int:
        return DIMENSION

    def save(self, output_path: str, *args: Any, safe_serialization: bool = True, **kwargs: Any) -> None:
        """Write the configuration; the weights stay in their package."""
        self.save_config(output_path)
