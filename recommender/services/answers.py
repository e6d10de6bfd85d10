"""An answer: ranked results with score, parts and reason; what the API, the command and the pages all show."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from catalog.models import Catalog
from recommender.models import Slate
from recommender.services.next_tokens import next_token

# A list is continued so often at most: each further answer reads all before it.
LONGEST_CHAIN = 100


class Basis(StrEnum):
    """What a list was made from."""

    HISTORY = "history"
    STATEMENT = "statement"
    HISTORY_AND_STATEMENT = "history+statement"
    POPULAR = "popular"
    ITEM = "item"

    @property
    def has_statement(self) -> bool:
        return self in (Basis.STATEMENT, Basis.HISTORY_AND_STATEMENT)


@dataclass(frozen=True)
class Notice:
    """Something that whoever reads the answer should know."""

    code: str
    message: str


@dataclass(frozen=True)
class Evidence:
    """What one item of the history adds to a score, or takes from it."""

    item_id: str
    title: str
    amount: float


@dataclass(frozen=True)
class Result:
    """One recommended item; `rank` starts at 1, the parts add up to the score.

    `propensity`: the probability that this place shows this item, where something was left to chance.
    `evidence`: the items of the history that say most, the largest first; None where it was not asked for.
    """

    rank: int
    item_id: str
    title: str
    score: float
    parts: Mapping[str, float]
    reason: str
    propensity: float | None = None
    evidence: Sequence[Evidence] | None = None

    def as_kept(self) -> dict[str, Any]:
        """As a slate keeps it; `result_of` reads it."""
        kept = {
            "rank": self.rank,
            "item_id": self.item_id,
            "title": self.title,
            "score": self.score,
            "parts": self.parts,
            "reason": self.reason,
            "propensity": self.propensity,
        }
        return kept if self.evidence is None else kept | {"evidence": [asdict(one) for one in self.evidence]}

    def as_dict(self) -> dict[str, object]:
        said: dict[str, object] = {
            "rank": self.rank,
            "id": self.item_id,
            "title": self.title,
            "score": self.score,
            "parts": self.parts,
            "reason": self.reason,
        }
        if self.propensity is not None:
            said["propensity"] = self.propensity
        if self.evidence is not None:
            said["evidence"] = [{"id": one.item_id, "title": one.title, "amount": one.amount} for one in self.evidence]
        return said


def result_of(kept: Mapping[str, Any]) -> Result:
    evidence = kept.get("evidence")
    return Result(**{**kept, "evidence": None if evidence is None else [Evidence(**one) for one in evidence]})


@dataclass(frozen=True)
class Answer:
    """What was asked for; `degraded` says that something GENRE depends on was missing, the notices say what.

    `next`: the token that continues the list; None where it is at its end, or is none that goes on.
    """

    request_id: uuid.UUID
    basis: Basis
    degraded: bool
    notices: Sequence[Notice]
    config_version: int | None
    results: Sequence[Result]
    model_version: int | None = None
    next: str | None = None

    def as_dict(self) -> dict[str, object]:
        """The JSON of the API and of the command line."""
        return {
            "request_id": str(self.request_id),
            "basis": str(self.basis),
            "degraded": self.degraded,
            "notices": [asdict(notice) for notice in self.notices],
            "config_version": self.config_version,
            "model_version": self.model_version,
            "results": [result.as_dict() for result in self.results],
            "next": self.next,
        }


def answer_of(slate: Slate) -> Answer:
    """The answer as it was given, from its log."""
    return Answer(
        request_id=slate.request_id,
        basis=Basis(slate.basis),
        degraded=slate.degraded,
        notices=[Notice(**notice) for notice in slate.notices],
        config_version=slate.config.version if slate.config else None,
        results=[result_of(result) for result in slate.results],
        model_version=slate.model_version,
        next=next_token(slate.request_id) if goes_on(slate) else None,
    )


def goes_on(slate: Slate) -> bool:
    """Whether there may be more of a list: it was filled, and is not a list like an item."""
    return (
        0 < slate.requested_length <= len(slate.results)
        and "item" not in slate.wishes
        and len(slate.wishes.get("after", ())) < LONGEST_CHAIN
    )


def find_slate(request_id: uuid.UUID, *, catalog: Catalog | None = None) -> Slate | None:
    """An answer's log, with its configuration and profile; None where there is none (any more). One query."""
    slates = Slate.objects.select_related("config", "profile").defer("interest_vector")
    if catalog is not None:
        slates = slates.filter(catalog=catalog)
    return slates.filter(request_id=request_id).first()


def find_answer(request_id: uuid.UUID) -> Answer | None:
    """The answer that was given under this id, None where there is none (any more); one query."""
    slate = find_slate(request_id)
    return None if slate is None else answer_of(slate)
