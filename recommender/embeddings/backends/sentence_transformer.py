"""Any sentence-transformers model: from a folder, from a package that carries its weights, or from Hugging Face."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from recommender.embeddings.backends.model_location import ModelLocation, locate_model
from recommender.embeddings.backends.text_encoder import TextEncoder, threads_for
from recommender.embeddings.exceptions import EncoderUnavailable, UnsupportedRecipe
from recommender.embeddings.vectors import Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

DEFAULT_MODEL = "sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2"
DEFAULT_DIMENSION = 384


class SentenceTransformerEncoder(TextEncoder):
    """A `SentenceTransformer` that is loaded late, never runs code from a model's folder, and says what went wrong.

    torch does not survive a fork: a child of a process that has encoded hangs. Make and use it in the process that
    needs it (`registry.shared_encoder` does), and encode nothing in a parent. One call computes at a time: tokenizers
    of transformers cannot be shared while they work, and torch's number of threads belongs to the process.
    """

    def __init__(
        self,
        model: str = DEFAULT_MODEL,
        revision: str = "",
        dimension: int | None = None,
        *,
        threads: int | None = None,
    ) -> None:
        """
        Args:
            model: see `locate_model`; "" means the default.
            revision: see `locate_model`.
            dimension: what the model must have; None takes what it has.
            threads: of torch for every call, 1 or more; None is one for a single text, all processors for more.
        Raises: ValueError for threads below 1. What is wrong with the model shows when it is loaded.
        """
        if threads is not None and threads < 1:
            raise ValueError(f"threads must be 1 or more, not {threads}")
        self._model_name = model or DEFAULT_MODEL
        self._revision = revision
        self._dimension = dimension
        self._threads = threads
        self._lock = Lock()
        self._model: SentenceTransformer | None = None

    def load(self) -> None:
        with self._lock:
            self._loaded()

    def get_embedding_dimension(self) -> int:
        with self._lock:
            return _dimension_of(self._loaded(), self._model_name)

    def _encode_texts(self, texts: list[str], *, prompt: str | None, batch_size: int) -> Vectors:
        with self._lock:
            model = self._loaded()
            with _torch_threads(threads_for(len(texts), self._threads)):
                # The prompt goes to the model, which may leave it out of its pooling (Instructor models do).
                encoded = model.encode(texts, prompt=prompt, batch_size=batch_size, show_progress_bar=False)
        return np.asarray(encoded, dtype=np.float32)

    def _loaded(self) -> SentenceTransformer:
        """The model; the caller holds the lock."""
        if self._model is None:
            location = locate_model(self._model_name, self._revision)
            model = _load_model(location, self._model_name)
            found = _dimension_of(model, self._model_name)
            if self._dimension not in (None, found):
                raise UnsupportedRecipe(
                    f"the model {self._model_name!r} has {found} dimensions, the recipe says {self._dimension}"
                )
            self._model = model
        return self._model


def _load_model(location: ModelLocation, name: str) -> SentenceTransformer:
    # Imported here: torch takes some 15 seconds and 350 MB, which processes that use another encoder never pay.
    from httpx2 import HTTPError  # noqa: PLC0415 - huggingface_hub's client; some of its errors pass through
    from huggingface_hub.errors import EntryNotFoundError, RevisionResolutionError  # noqa: PLC0415
    from safetensors import SafetensorError  # noqa: PLC0415
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415

    try:
        return SentenceTransformer(
            location.path_or_id,
            revision=location.revision,
            # A model that lies here is not worth a question to the network, which might be slow to say no.
            local_files_only=location.local,
            trust_remote_code=False,
        )
    except (
        OSError,
        ValueError,
        TypeError,
        KeyError,
        RuntimeError,
        ImportError,
        SafetensorError,
        EntryNotFoundError,
        RevisionResolutionError,
        HTTPError,
    ) as error:
        reason = " ".join(str(error).split())[:300]
        raise EncoderUnavailable(f"the model {name!r} cannot be loaded ({type(error).__name__}: {reason})") from error


def _dimension_of(model: SentenceTransformer, name: str) -> int:
    dimension = model.get_embedding_dimension()
    if dimension is None:
        raise UnsupportedRecipe(f"the model {name!r} does not say how many dimensions its vectors have")
    return dimension


@contextmanager
def _torch_threads(threads: int) -> Iterator[None]:
    import torch  # noqa: PLC0415 - loaded with the model before this is called

    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)
