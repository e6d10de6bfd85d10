from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.gorse.labels import attributes_of, comment_of, labels_of

NAMES = st.sampled_from(["labels", "gorse_comment", "genre", ""]) | st.text(max_size=5)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


@given(JSON, st.text(max_size=5))
def test_labels_and_comment_come_back_as_they_were(labels: Any, comment: str) -> None:
    kept = attributes_of(labels, comment)
    assert labels_of(kept) == labels
    assert comment_of(kept) == comment


@given(JSON)
def test_no_attribute_is_without_a_value(labels: Any) -> None:
    assert None not in attributes_of(labels).values()


def test_an_object_is_the_attributes_themselves() -> None:
    assert attributes_of({"genre": ["crime"], "year": 1974}) == {"genre": ["crime"], "year": 1974}


@pytest.mark.parametrize("labels", [["a", "b"], "a", 1.5, [], {}, {"labels": 1}, {"gone": None}])
def test_anything_else_stands_under_labels(labels: Any) -> None:
    assert attributes_of(labels) == {"labels": labels}
