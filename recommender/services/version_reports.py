"""What is known of a trained version, for people: its facts, its figures, and how its hyperparameters were found."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from recommender.models import RankingModel

VALIDATION = "validation"
METRICS = ("quality", "cosine")


@dataclass(frozen=True)
class TriedValue:
    """One value of a grid, and what it came to; `best` of its stage."""

    value: str
    metric: str
    result: float
    best: bool


@dataclass(frozen=True)
class ValidationStage:
    """One stage of the search, in the order of the search."""

    name: str
    tried: list[TriedValue]


def version_as_dict(model: RankingModel) -> dict[str, Any]:
    """JSON for programs."""
    return {
        "catalog": model.catalog.slug,
        "version": model.version,
        "state": model.state,
        "space": None if model.space is None else model.space.name,
        "items": model.item_count,
        "interactions": model.interaction_count,
        "dimension": model.dimension,
        "hyperparameters": model.hyperparameters,
        "figures": model.figures,
        "error": model.error,
        "note": model.note,
        "learned_from": model.learned_from.isoformat(),
        "trained_at": None if model.trained_at is None else model.trained_at.isoformat(),
        "activated_at": None if model.activated_at is None else model.activated_at.isoformat(),
    }


def version_facts(model: RankingModel) -> Iterator[tuple[str, str]]:
    """Labels and values of what every version has, and of the figures that this one has."""
    yield _("state"), model.get_state_display()
    if model.error:
        yield _("reason"), model.error
    yield _("embedding space"), "-" if model.space is None else model.space.name
    yield _("items"), f"{model.item_count:,}"
    yield _("interactions"), f"{model.interaction_count:,}"
    yield _("dimensions"), f"{model.dimension:,}"
    yield from figure_rows(model.figures)
    if model.note:
        yield _("note"), model.note


def figure_rows(figures: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Labels and values; figures of another version of GENRE appear by their names."""
    labels = {
        "seconds": _("seconds in all"),
        "read_seconds": _("seconds for reading"),
        "tune_seconds": _("seconds for choosing hyperparameters"),
        "learn_seconds": _("seconds for learning"),
        "write_seconds": _("seconds for writing and indexing"),
        "people": _("people with a vector"),
        "people_seconds": _("seconds for people's vectors"),
        "peak_memory_mib": _("peak memory, MiB"),
        "items_without_interactions": _("items without interactions"),
        "shortened_vectors": _("vectors that had to be shortened"),
        "tuned_on": _("interactions when hyperparameters were last chosen"),
    }
    known = [(labels[name], figures[name]) for name in labels if name in figures]
    others = [(name, value) for name, value in sorted(figures.items()) if name not in labels and name != VALIDATION]
    for label, value in [*known, *others]:
        yield label, f"{value:,}" if isinstance(value, int | float) else json.dumps(value, ensure_ascii=False)


def hyperparameter_rows(model: RankingModel) -> Iterator[tuple[str, str]]:
    """Names as the engine has them, and values."""
    for name, value in sorted(model.hyperparameters.items()):
        yield name, as_text(value)


def validation_stages(model: RankingModel) -> list[ValidationStage]:
    """What was tried while hyperparameters were chosen; empty for a version that took another's."""
    trail = model.figures.get(VALIDATION) or []
    return [_stage(str(name), list(steps)) for name, steps in groupby(trail, key=lambda step: step.get("stage", ""))]


def as_text(value: object) -> str:
    """A hyperparameter's value, or several by name, on one line."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {as_text(inner)}" for name, inner in value.items()) or "-"
    return "-" if value is None else str(value)


def _stage(name: str, steps: list[Mapping[str, Any]]) -> ValidationStage:
    found = [(step, next((metric for metric in METRICS if metric in step), None)) for step in steps]
    measured = [(as_text(step.get("value")), metric, float(step[metric])) for step, metric in found if metric]
    best = max((result for _value, _metric, result in measured), default=0.0)
    return ValidationStage(
        name, [TriedValue(value, metric, result, result == best) for value, metric, result in measured]
    )
