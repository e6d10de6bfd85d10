"""The backends by name, and one encoder of each kind a process."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from types import MappingProxyType

from recommender.embeddings.backends import hashing, multilingual_use, sentence_transformer
from recommender.embeddings.backends.text_encoder import TextEncoder
from recommender.embeddings.exceptions import UnknownBackend, UnsupportedRecipe


@dataclass(frozen=True)
class Backend:
    """A kind of encoder: what it is called, its model and dimension unless others are asked for."""

    label: str
    default_model: str
    dimension: int
    needs_torch: bool


BACKENDS: Mapping[str, Backend] = MappingProxyType(
    {
        "multilingual-use": Backend(
            label="Multilingual Universal Sentence Encoder (Chinese, English and 14 more; no download)",
            default_model=multilingual_use.MODEL,
            dimension=multilingual_use.DIMENSION,
            needs_torch=False,
        ),
        "sentence-transformers": Backend(
            label="sentence-transformers (a folder, package:NAME, or a Hugging Face id)",
            default_model=sentence_transformer.DEFAULT_MODEL,
            dimension=sentence_transformer.DEFAULT_DIMENSION,
            needs_torch=True,
        ),
        "hashing": Backend(
            label="Hashing of words and characters (for tests)",
            default_model=hashing.MODEL,
            dimension=hashing.DEFAULT_DIMENSION,
            needs_torch=False,
        ),
    }
)

_EncoderKey = tuple[int, str, str, str, int | None, int | None]

_encoders: dict[_EncoderKey, TextEncoder] = {}
_lock = Lock()


def create_encoder(
    backend: str,
    model: str = "",
    revision: str = "",
    dimension: int | None = None,
    *,
    threads: int | None = None,
) -> TextEncoder:
    """An encoder of one's own; its model is loaded at the first use.

    Args:
        backend: a name in BACKENDS.
        model, revision: as the backend takes them; "" is its default, and any revision.
        dimension: what its vectors must have; None is what the backend or the model has.
        threads: most threads of a call, 1 or more; None is one for a single text, all processors for more. Hashing
            never uses more than one.
    Raises: UnknownBackend; UnsupportedRecipe for what the backend does not have, if it knows before loading;
        ValueError for threads below 1.
    """
    if threads is not None and threads < 1:
        raise ValueError(f"threads must be 1 or more, not {threads}")
    match backend:
        case "multilingual-use":
            if dimension not in (None, multilingual_use.DIMENSION):
                raise UnsupportedRecipe(
                    f"multilingual-use has {multilingual_use.DIMENSION} dimensions, the recipe says {dimension}"
                )
            return multilingual_use.MultilingualUseEncoder(model, revision, threads=threads)
        case "sentence-transformers":
            return sentence_transformer.SentenceTransformerEncoder(model, revision, dimension, threads=threads)
        case "hashing":
            return hashing.HashingEncoder(model, revision, dimension)
    raise UnknownBackend(f"there is no backend {backend!r}; there are {', '.join(BACKENDS)}")


def shared_encoder(
    backend: str,
    model: str = "",
    revision: str = "",
    dimension: int | None = None,
    *,
    threads: int | None = None,
) -> TextEncoder:
    """The process's encoder for these arguments, made at the first call; see `create_encoder`.

    A forked child gets encoders of its own: models and their locks do not survive a fork.
    """
    key = (os.getpid(), backend, model, revision, dimension, threads)
    with _lock:
        if key not in _encoders:
            _encoders[key] = create_encoder(backend, model, revision, dimension, threads=threads)
        return _encoders[key]


def _forget_after_fork() -> None:
    # Another thread of the parent may have held the lock: in the child nobody would ever release it.
    global _lock  # noqa: PLW0603 - the lock has to be a new one, for all of this module
    _lock = Lock()
    _encoders.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_after_fork)
