"""From scored candidates to the list: boosts added, diversity, limits and exploration applied, reasons chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from recommender.engine.calibration import category_shares
from recommender.engine.explanation import Reason, ReasonKind
from recommender.engine.history import ItemWeight
from recommender.engine.interest import FloatArray
from recommender.engine.settings import ScoringSettings
from recommender.engine.shaping import Candidates, ShapingSettings, shape
from recommender.models import RankingModel
from recommender.selectors.candidate_facts import categories_and_creators, freshness_of, novelty_of, trends_of
from recommender.selectors.pools import EVERYTHING, Pool, boosts_of

BOOST_REASONS = {
    "freshness": ReasonKind.FRESH,
    "trending": ReasonKind.TRENDING,
    "novelty": ReasonKind.UNTRIED,
    "boost": ReasonKind.BOOSTED,
}


# Of what a score is made of, so many items of the history are named.
MOST_SHARES = 5


@dataclass(frozen=True)
class Share:
    """What one item of the history adds to a score, or takes from it."""

    item_id: int
    amount: float


@dataclass(frozen=True)
class RankedItem:
    """An item with its score, the parts that add up to it, and why it is here.

    `propensity`: with which probability this place shows this item; None where nothing was left to chance.
    `shares`: the items of the history that add most to the score (or take from it), the largest first; if asked for.
    """

    item_id: int
    score: float
    parts: dict[str, float]
    reason: Reason
    propensity: float | None = None
    shares: Sequence[Share] = ()


@dataclass(frozen=True)
class Scored:
    """n candidates: parts of their scores (n,) by name, unit vectors for telling likeness, and each row's reason.

    `shares`: what each item of the history adds to a row; None for what no item of it adds.
    """

    item_ids: Sequence[int]
    parts: Mapping[str, FloatArray]
    vectors: FloatArray
    reason: Callable[[int], Reason]
    history: Sequence[ItemWeight] = ()
    shares: Callable[[int], Sequence[tuple[int | None, float]]] = lambda row: ()


def composes(settings: ScoringSettings) -> bool:
    """Whether a list needs more candidates than it shows."""
    boosts, diversity = settings.boosts, settings.diversity
    return bool(
        boosts.freshness
        or boosts.trending
        or boosts.new_items
        or diversity.relevance < 1
        or diversity.calibration
        or diversity.per_category
        or diversity.per_creator
        or settings.exploration.rate
    )


def compose(
    scored: Scored,
    settings: ScoringSettings,
    *,
    model: RankingModel | None,
    length: int,
    now: datetime,
    rng: np.random.Generator,
    pool: Pool = EVERYTHING,
    explain: bool = False,
) -> list[RankedItem]:
    """The list, best first, ties by item id.

    A query for each boost of the settings and one for all of the pool's, and one for categories or creators, if asked.
    """
    if not len(scored.item_ids):
        return []
    parts = {**scored.parts, **_boosts(scored.item_ids, settings, model, now)}
    if pool.boosts:
        parts["boost"] = boosts_of(scored.item_ids, pool)
    scores = np.sum(list(parts.values()), axis=0)
    minimum = settings.result_list.minimum_score
    rows = np.arange(len(scores)) if minimum is None else np.flatnonzero(scores >= minimum)
    if not len(rows):
        return []
    explores = settings.exploration.rate > 0
    shaped = shape(
        _candidates(scored, scores, rows, settings),
        _shaping(settings),
        length=length,
        rng=rng,
        history_shares=_history_shares(scored, settings),
    )
    return [
        RankedItem(
            item_id=scored.item_ids[row],
            score=float(scores[row]),
            parts={name: float(values[row]) for name, values in parts.items()},
            reason=Reason(ReasonKind.EXPLORED) if explored else _reason(scored, parts, row),
            propensity=float(propensity) if explores else None,
            shares=_largest(scored.shares(row)) if explain else (),
        )
        for row, explored, propensity in zip(
            rows[shaped.order].tolist(), shaped.explored, shaped.propensities, strict=True
        )
    ]


def _largest(shares: Sequence[tuple[int | None, float]]) -> list[Share]:
    said = [Share(item_id, amount) for item_id, amount in shares if item_id is not None and amount != 0]
    return sorted(said, key=lambda share: (-abs(share.amount), share.item_id))[:MOST_SHARES]


def _boosts(
    item_ids: Sequence[int], settings: ScoringSettings, model: RankingModel | None, now: datetime
) -> dict[str, FloatArray]:
    boosts = settings.boosts
    parts: dict[str, FloatArray] = {}
    if boosts.freshness:
        fresh = freshness_of(item_ids, now=now, half_life_days=boosts.freshness_half_life_days)
        parts["freshness"] = boosts.freshness * fresh
    if boosts.trending:
        trends = trends_of(item_ids, now=now, half_life_days=boosts.trending_half_life_days)
        parts["trending"] = boosts.trending * trends
    if boosts.new_items and model is not None:
        parts["novelty"] = boosts.new_items * novelty_of(model, item_ids)
    return parts


def _candidates(
    scored: Scored, scores: FloatArray, rows: np.typing.NDArray[np.intp], settings: ScoringSettings
) -> Candidates:
    diversity = settings.diversity
    item_ids = [scored.item_ids[row] for row in rows]
    categories: list[list[str]] | None = None
    creators: list[list[str]] | None = None
    if diversity.calibration or diversity.per_category or diversity.per_creator:
        categories, creators = categories_and_creators(item_ids, creator_attribute=diversity.creator_attribute)
    return Candidates(
        np.array(item_ids, dtype=np.int64),
        scores[rows],
        vectors=scored.vectors[rows] if diversity.relevance < 1 else None,
        categories=categories,
        creators=creators,
    )


def _shaping(settings: ScoringSettings) -> ShapingSettings:
    diversity = settings.diversity
    return ShapingSettings(
        mmr_trade_off=diversity.relevance,
        calibration_strength=diversity.calibration,
        quota_per_category=diversity.per_category,
        quota_per_creator=diversity.per_creator,
        fill=diversity.fill,
        exploration_rate=settings.exploration.rate,
    )


def _history_shares(scored: Scored, settings: ScoringSettings) -> dict[str, float] | None:
    if not settings.diversity.calibration:
        return None
    liked = [weight for weight in scored.history if weight.weight > 0]
    if not liked:
        return {}
    categories, _ = categories_and_creators(
        [weight.item_id for weight in liked], creator_attribute=settings.diversity.creator_attribute
    )
    return category_shares(np.array([weight.weight for weight in liked]), categories)


def _reason(scored: Scored, parts: Mapping[str, FloatArray], row: int) -> Reason:
    """A boost is the reason where it adds more than all of the interest."""
    boosts = {name: float(parts[name][row]) for name in BOOST_REASONS if name in parts}
    if boosts:
        loudest = max(boosts, key=lambda name: boosts[name])
        if boosts[loudest] > sum(float(values[row]) for values in scored.parts.values()):
            return Reason(BOOST_REASONS[loudest])
    return scored.reason(row)
