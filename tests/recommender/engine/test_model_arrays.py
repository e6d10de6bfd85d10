"""Arrays in and out of bytes, without pickle."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from recommender.engine.model_arrays import pack, prefixed, unpack, unprefixed


def test_arrays_come_back_with_names_kinds_and_shapes() -> None:
    arrays: dict[str, NDArray[Any]] = {
        "single": np.arange(6, dtype=np.float32).reshape(2, 3),
        "half.precision": np.array([0.5, -2.0], dtype=np.float16),
        "bytes": np.frombuffer("红烧肉".encode(), dtype=np.uint8),
        "number": np.array(3.5),
        "empty": np.zeros((0, 4)),
    }
    again = unpack(pack(arrays))
    assert list(again) == list(arrays)
    for name, array in arrays.items():
        assert again[name].dtype == array.dtype
        assert again[name].shape == array.shape
        assert np.array_equal(again[name], array)


def test_nothing_packs_to_nothing() -> None:
    assert unpack(pack({})) == {}


def test_objects_are_not_packed() -> None:
    with pytest.raises(ValueError, match="pickle"):
        pack({"objects": np.array([{"a": 1}], dtype=object)})


def test_archive_with_objects_is_not_unpacked() -> None:
    buffer = io.BytesIO()
    np.savez(buffer, objects=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ValueError, match="pickle"):
        unpack(buffer.getvalue())


def test_repetition_is_compressed() -> None:
    assert len(pack({"zeros": np.zeros(100_000)})) < 10_000


def test_prefixes_keep_the_arrays_of_several_objects_apart() -> None:
    one, two = {"mean": np.array([1.0])}, {"mean": np.array([2.0]), "text.mean": np.array([3.0])}
    shared = {**prefixed("text", one), **prefixed("textual", two), "text": np.array([4.0])}
    assert list(shared) == ["text.mean", "textual.mean", "textual.text.mean", "text"]
    assert unprefixed("text", shared) == {"mean": np.array([1.0])}
    assert {name: array.tolist() for name, array in unprefixed("textual", shared).items()} == {
        "mean": [2.0],
        "text.mean": [3.0],
    }
    assert unprefixed("other", shared) == {}
