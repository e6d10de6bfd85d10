"""An answer: ranked results with score, parts and reason; what the API, the command and the pages all show."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from recommender.models import Slate


class Basis(StrEnum):
    """What a list was made from."""

    HISTORY = "history"
    STATEMENT = "statement"
    HISTORY_AND_STATEMENT = "history+statement"
    POPULAR = "popular"
    ITEM = "item"


@dataclass(frozen=True)
class Notice:
    """Something that whoever reads the answer should know."""

    code: str
    message: str


@dataclass(frozen=True)
class Result:
    """One recommended item; `rank` starts at 1, the parts add up to the score.

    `propensity`: the probability that this place shows this item, where something was left to chance.
    """

    rank: int
    item_id: str
    title: str
    score: float
    parts: Mapping[str, float]
    reason: str
    propensity: float | None = None


@dataclass(frozen=True)
class Answer:
    """What was asked for; `degraded` says that something GENRE depends on was missing, the notices say what."""

    request_id: uuid.UUID
    basis: Basis
    degraded: bool
    notices: Sequence[Notice]
    config_version: int | None
    results: Sequence[Result]
    model_version: int | None = None

    def as_dict(self) -> dict[str, object]:
        """The JSON of the API and of the command line."""
        return {
            "request_id": str(self.request_id),
            "basis": str(self.basis),
            "degraded": self.degraded,
            "notices": [asdict(notice) for notice in self.notices],
            "config_version": self.config_version,
            "model_version": self.model_version,
            "results": [
                {name: value for name, value in asdict(result).items() if name != "propensity" or value is not None}
                for result in self.results
            ],
        }


def answer_of(slate: Slate) -> Answer:
    """The answer as it was given, from its log."""
    return Answer(
        request_id=slate.request_id,
        basis=Basis(slate.basis),
        degraded=slate.degraded,
        notices=[Notice(**notice) for notice in slate.notices],
        config_version=slate.config.version if slate.config else None,
        results=[Result(**result) for result in slate.results],
        model_version=slate.model_version,
    )


def find_answer(request_id: uuid.UUID) -> Answer | None:
    """The answer that was given under this id, None where there is none (any more); one query."""
    slate = Slate.objects.select_related("config").defer("interest_vector").filter(request_id=request_id).first()
    return None if slate is None else answer_of(slate)
