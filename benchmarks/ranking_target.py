"""A figure of a benchmark and the bound that it is to keep."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """A figure and its bound, met or missed."""

    what: str
    value: float
    bound: float
    at_least: bool = False
    unit: str = ""
    remark: str = ""

    @property
    def is_met(self) -> bool:
        return self.value >= self.bound if self.at_least else self.value <= self.bound

    def line(self) -> str:
        side, verdict = "at least" if self.at_least else "at most", "met" if self.is_met else "missed"
        figures = f"{self.value:.4g}{self.unit} (target: {side} {self.bound:g}{self.unit}: {verdict})"
        return f"{self.what}: {figures}{self.remark}"
