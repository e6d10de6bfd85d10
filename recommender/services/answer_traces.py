"""How an answer came about: what was asked and made, what the interest was made of, and who else was a candidate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import override

from catalog.models import Item
from recommender.engine.history import ItemWeight, item_weights
from recommender.engine.threads import one_thread
from recommender.models import Slate
from recommender.selectors.history import kind_rules
from recommender.selectors.joint_models import hyperparameters_of
from recommender.selectors.ranking_models import kept_version
from recommender.selectors.titles import item_labels
from recommender.services.answering import results_of
from recommender.services.answers import Notice, Result, answer_of
from recommender.services.joint_interests import joint_weights
from recommender.services.replaying import Remade, obstacles, remake

# Of an interest so many terms are told, those that weigh most.
MOST_TERMS = 100
MOST_CANDIDATES = 190


@dataclass(frozen=True)
class InterestTerm:
    """What one item of the history weighs in the interest; `evidence` is what the collaborative models read."""

    item_id: str
    title: str
    kind: str
    weight: float
    evidence: float

    def as_dict(self) -> dict[str, object]:
        return {
            "id": self.item_id,
            "title": self.title,
            "kind": self.kind,
            "weight": self.weight,
            "evidence": self.evidence,
        }


@dataclass(frozen=True)
class Trace:
    """An answer with its causes. Terms and candidates are computed now, from what there was then; `notices` say why
    there are none, or that they are not what they were.

    `candidates`: by their scores, nothing left to chance, beyond the end of the list.
    """

    slate: Slate
    wishes: Mapping[str, Any]
    terms: Sequence[InterestTerm] = ()
    candidates: Sequence[Result] = ()
    notices: Sequence[Notice] = ()

    def as_dict(self) -> dict[str, object]:
        """The JSON of the API."""
        config = self.slate.config
        return {
            **summary_of(self.slate),
            "statement": self.slate.statement,
            "language": self.slate.language,
            "wishes": self.wishes,
            "settings": None if config is None else config.settings,
            "answer": answer_of(self.slate).as_dict(),
            "interest": [term.as_dict() for term in self.terms],
            "candidates": [candidate.as_dict() for candidate in self.candidates],
            "notices": [asdict(notice) for notice in self.notices],
        }


def summary_of(slate: Slate) -> dict[str, object]:
    """A line of a list of traces; the slate comes with its profile and its configuration."""
    return {
        "request_id": str(slate.request_id),
        "created_at": slate.created_at,
        "scenario": slate.scenario,
        "profile": None if slate.profile is None else slate.profile.external_id,
        "basis": slate.basis,
        "degraded": slate.degraded,
        "config_version": None if slate.config is None else slate.config.version,
        "model_version": slate.model_version,
        "length": len(slate.results),
    }


def trace_of(slate: Slate, *, language: str, candidates: int) -> Trace:
    """The slate comes with its configuration and profile. As many queries as an answer takes, and about eight more."""
    with override(language), one_thread():
        wishes = _in_words(slate)
        obstructed = obstacles(slate)
        if obstructed:
            return Trace(slate, wishes, notices=obstructed)
        remade = remake(slate, length=max(slate.requested_length, candidates))
        return Trace(
            slate,
            wishes,
            terms=_terms(slate, remade, language=language),
            candidates=results_of(remade.made.ranked[:candidates], language=language, explanations=True),
            notices=remade.causes,
        )


def _terms(slate: Slate, remade: Remade, *, language: str) -> list[InterestTerm]:
    """The weights of the history, the largest first, whatever their sign."""
    weights = _weights(slate, remade)[:MOST_TERMS]
    labels = item_labels([weight.item_id for weight in weights], language=language)
    return [
        InterestTerm(
            labels[weight.item_id].external_id,
            labels[weight.item_id].title,
            weight.kind,
            weight.weight,
            weight.evidence,
        )
        for weight in weights
        if weight.item_id in labels
    ]


def _weights(slate: Slate, remade: Remade) -> list[ItemWeight]:
    if not remade.history or remade.made.vector is None:
        return []
    model = None if slate.model_version is None else kept_version(slate.catalog_id, slate.model_version)
    interest = remade.settings.interest
    if model is not None:
        weights = joint_weights(model, remade.history, interest, hyperparameters_of(model))
    else:
        weights = item_weights(remade.history, kind_rules(slate.catalog_id), interest)
    return sorted(weights, key=lambda weight: (-abs(weight.weight), weight.item_id))


def _in_words(slate: Slate) -> dict[str, Any]:
    """Wishes by external ids; items that are gone are left out. One query."""
    kept = {name: value for name, value in slate.wishes.items() if name != "within"}
    events, item_id = kept.pop("history", None), kept.pop("item", None)
    named = {*kept.get("excluded", ()), *(event[0] for event in events or ()), *([item_id] if item_id else [])}
    names = dict(Item.objects.filter(pk__in=named).values_list("pk", "external_id"))
    if "excluded" in kept:
        kept["excluded"] = [names[one] for one in kept["excluded"] if one in names]
    if item_id in names:
        kept["item"] = names[item_id]
    if events is not None:
        kept["history"] = [
            {"item": names[one], "kind": kind, "value": value, "occurred_at": moment}
            for one, kind, value, moment in events
            if one in names
        ]
    return kept
