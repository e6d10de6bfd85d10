"""A trained ranking's parts as bytes: npz without pickle, so that reading one can never run code."""

from __future__ import annotations

import io
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray


def pack(arrays: Mapping[str, NDArray[np.generic]]) -> bytes:
    """Compressed npz of named arrays of numbers."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **dict(arrays))
    return buffer.getvalue()


def unpack(content: bytes) -> dict[str, NDArray[np.generic]]:
    """The arrays again; raises ValueError for anything that would need pickle."""
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def prefixed(prefix: str, arrays: Mapping[str, NDArray[np.generic]]) -> dict[str, NDArray[np.generic]]:
    """Names with a prefix, so that the arrays of several objects share one archive."""
    return {f"{prefix}.{name}": array for name, array in arrays.items()}


def unprefixed(prefix: str, arrays: Mapping[str, NDArray[np.generic]]) -> dict[str, NDArray[np.generic]]:
    """The arrays of one object out of a shared archive."""
    return {name.removeprefix(f"{prefix}."): array for name, array in arrays.items() if name.startswith(f"{prefix}.")}
