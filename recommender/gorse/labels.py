"""Gorse's Labels, which may be any JSON, and its Comment, among the attributes that GENRE keeps of things.

An object is kept as it is, so that a filter reads `attributes/genre` of an item whose Labels are {"genre": ...}.
What is no object stands under `labels`: attributes/labels/any(one: one eq 'jazz'). Nothing is lost on the way there and
back.
"""

from __future__ import annotations

from collections.abc import Mapping

from catalog.importing.values import LONGEST_NAME

LABELS = "labels"
# Where the thing has no text of its own that a Comment could be.
COMMENT = "gorse_comment"


def attributes_of(labels: object, comment: str = "") -> dict[str, object]:
    """Attributes that hold the Labels (None: there are none) and, where one is given, a Comment."""
    if labels is None:
        kept: dict[str, object] = {}
    elif isinstance(labels, dict) and _stands_alone(labels):
        kept = dict(labels)
    else:
        kept = {LABELS: labels}
    return {**kept, COMMENT: comment} if comment else kept


def labels_of(attributes: Mapping[str, object]) -> object:
    """The Labels that `attributes_of` kept; attributes of another origin are an object of labels."""
    kept = {name: value for name, value in attributes.items() if name != COMMENT}
    if not kept:
        return None
    return kept[LABELS] if set(kept) == {LABELS} else kept


def comment_of(attributes: Mapping[str, object]) -> str:
    comment = attributes.get(COMMENT, "")
    return comment if isinstance(comment, str) else ""


def _stands_alone(labels: Mapping[str, object]) -> bool:
    """Whether the object can be the attributes themselves: their names are free, and each has a value.

    An attribute without a value is none.
    """
    free = COMMENT not in labels and set(labels) not in (set(), {LABELS})
    return free and all(0 < len(name) <= LONGEST_NAME and value is not None for name, value in labels.items())
