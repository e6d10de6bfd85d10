"""Numbers as small pictures: bars from a common zero, what adds to the right and what takes away to the left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from recommender.services.part_labels import part_label
from recommender.views.cards import BAR_LENGTH


@dataclass(frozen=True)
class Bar:
    """One number of several: its words, and where its bar lies on the scale of all of them."""

    name: str
    label: str
    value: str
    start: str
    length: str


def part_bars(parts: Mapping[str, float]) -> list[Bar]:
    """The parts of a score, the largest first; those that add nothing are left out."""
    told = sorted((part for part in parts.items() if part[1] != 0), key=lambda part: (-part[1], part[0]))
    return [
        Bar(name, part_label(name), signed(value), *place)
        for (name, value), place in zip(told, places([value for _name, value in told]), strict=True)
    ]


def places(values: Sequence[float]) -> list[tuple[str, str]]:
    """Start and length of each number's bar; together they fill the scale from the lowest to the highest, or zero."""
    low, high = min([0.0, *values]), max([0.0, *values])
    scale = BAR_LENGTH / (high - low) if high > low else 0.0
    return [(f"{(min(value, 0.0) - low) * scale:.2f}", f"{abs(value) * scale:.2f}") for value in values]


def signed(value: float) -> str:
    """Two decimals with a true minus or a plus sign; what rounds to zero has neither."""
    rounded = round(value, 2)
    return f"{rounded:+.2f}".replace("-", "−") if rounded else "0.00"


def plain(value: float) -> str:
    """Two decimals, with a true minus sign where it is needed."""
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "−")
