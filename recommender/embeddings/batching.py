"""From texts to checked vectors: batches of texts of like length, prefixes by recipe, answers in the input's order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recommender.embeddings.encoder import Encoder
from recommender.embeddings.exceptions import VectorsRejected
from recommender.embeddings.recipe import EmbeddingRecipe
from recommender.embeddings.vectors import Vectors, check_vectors, normalize_rows

DEFAULT_BATCH_SIZE = 32


def length_sorted_batches(texts: Sequence[str], batch_size: int) -> list[list[int]]:
    """Positions of the texts in batches of like length, the longest first.

    A transformer pads each batch to its longest text, so a mixed batch costs as much as its longest one in every row.
    Longest first, as in sentence-transformers: memory that does not suffice shows at once, and work that is shared
    among threads ends evenly.

    Args:
        texts: n texts; their length in characters stands for their length in tokens.
        batch_size: most texts in a batch, 1 or more.
    Returns: lists of positions; each position occurs in one of them once, texts of equal length in input order.
    Raises: ValueError for a batch size below 1.
    """
    if batch_size < 1:
        raise ValueError(f"batch_size must be 1 or more, not {batch_size}")
    lengths = np.fromiter((len(text) for text in texts), dtype=np.int64, count=len(texts))
    order: list[int] = np.argsort(-lengths, kind="stable").tolist()
    return [order[start : start + batch_size] for start in range(0, len(order), batch_size)]


def encode_in_batches(
    encoder: Encoder,
    texts: Sequence[str],
    *,
    prefix: str,
    dimension: int,
    normalize: bool,
    batch_size: int = DEFAULT_BATCH_SIZE,
) -> Vectors:
    """Encode texts of any number in steps of like length.

    Args:
        encoder: any encoder.
        texts: n texts.
        prefix: put before each; "" is none, and also turns off a prompt that the model has by default.
        dimension: d, what each vector must have.
        normalize: scale each vector to length 1; else the model's own length is kept.
        batch_size: most texts in a call of the encoder, and in one step of its own.
    Returns: (n, d), row i belongs to texts[i]; (0, d) for no texts, without a call of the encoder.
    Raises: VectorsRejected for what must not be stored; its rows are positions in `texts`.
    """
    vectors = np.empty((len(texts), dimension), dtype=np.float32)
    for positions in length_sorted_batches(texts, batch_size):
        batch = [texts[position] for position in positions]
        encoded = encoder.encode(batch, prompt=prefix, batch_size=batch_size, normalize_embeddings=normalize)
        try:
            checked = check_vectors(encoded, count=len(batch), dimension=dimension)
        except VectorsRejected as error:
            rows = tuple(sorted(positions[row] for row in error.rows))
            raise VectorsRejected(error.reason, rows) from error
        # Once more here: an encoder may take the flag for a hint, and cosine in the index relies on it.
        vectors[positions] = normalize_rows(checked) if normalize else checked
    return vectors


def encode_items(
    encoder: Encoder, recipe: EmbeddingRecipe, texts: Sequence[str], *, batch_size: int = DEFAULT_BATCH_SIZE
) -> Vectors:
    """Vectors (n, d) of items' rendered texts by the recipe's item prefix and normalisation; not centred.

    Raises: VectorsRejected as in `encode_in_batches`; what the encoder raises.
    """
    return encode_in_batches(
        encoder,
        texts,
        prefix=recipe.item_prefix,
        dimension=recipe.dimension,
        normalize=recipe.normalize,
        batch_size=batch_size,
    )


def encode_query(encoder: Encoder, recipe: EmbeddingRecipe, text: str) -> Vectors:
    """Vector (d,) of a person's own words or a search, by the recipe's query prefix.

    Never centred by the items' mean, which breaks short statements.

    Raises: VectorsRejected as in `encode_in_batches`; what the encoder raises.
    """
    vectors = encode_in_batches(
        encoder, [text], prefix=recipe.query_prefix, dimension=recipe.dimension, normalize=recipe.normalize
    )
    return np.asarray(vectors[0], dtype=np.float32)
