"""From scored candidates to the list that is shown: order, diversity or calibration, quotas, exploration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from recommender.engine.calibration import calibrated_order
from recommender.engine.diversity import ItemIds, Positions, maximal_marginal_relevance, plain_order
from recommender.engine.exploration import explore
from recommender.engine.interest import FloatArray
from recommender.engine.quotas import Quota, QuotaList, within_quotas

Column = TypeVar("Column")


@dataclass(frozen=True)
class ShapingSettings:
    """What the list shall be like besides good; each default leaves the plain order as it is.

    Args:
        mmr_trade_off: lambda of maximal marginal relevance, 0..1; 1: likeness does not matter.
        calibration_strength: weight of the history's proportions of categories, 0..1; 0: they do not matter.
            Only one of the two may be on: both re-rank by an objective of their own.
        quota_per_category: at most so many items of a category, >= 1; None: no limit.
        quota_per_creator: at most so many items of a creator, >= 1; None: no limit.
        fill: whether a list that the quotas leave short is filled in spite of them.
        exploration_rate: probability of each slot to be given to chance, 0..1.
    """

    mmr_trade_off: float = 1.0
    calibration_strength: float = 0.0
    quota_per_category: int | None = None
    quota_per_creator: int | None = None
    fill: bool = False
    exploration_rate: float = 0.0

    def __post_init__(self) -> None:
        for name in ("mmr_trade_off", "calibration_strength", "exploration_rate"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must be in 0..1, not {getattr(self, name)}")
        for name in ("quota_per_category", "quota_per_creator"):
            if getattr(self, name) is not None and getattr(self, name) < 1:
                raise ValueError(f"{name} must be 1 or more, not {getattr(self, name)}")
        if self.mmr_trade_off < 1 and self.calibration_strength > 0:
            raise ValueError("mmr_trade_off and calibration_strength exclude each other")


@dataclass(frozen=True)
class Candidates:
    """What may be shown, one entry a candidate, in any order.

    Args:
        item_ids: (n,), unique.
        scores: (n,), finite, higher is better.
        vectors: (n, d), rows of length 1 or 0; None where they were not fetched.
        categories: n times the item's categories; None where they were not fetched.
        creators: n times the item's creators, or the values of any attribute like it; None where not fetched.
    """

    item_ids: ItemIds
    scores: FloatArray
    vectors: FloatArray | None = None
    categories: Sequence[Sequence[str]] | None = None
    creators: Sequence[Sequence[str]] | None = None

    def __post_init__(self) -> None:
        count = len(self.item_ids)
        if len(np.unique(self.item_ids)) != count:
            raise ValueError("an item is among the candidates twice")
        for name in ("scores", "vectors", "categories", "creators"):
            column = getattr(self, name)
            if column is not None and len(column) != count:
                raise ValueError(f"{name} of {len(column)} candidates for {count} item ids")


@dataclass(frozen=True)
class Shaped:
    """The list.

    Attributes:
        order: (k,) positions among the candidates, first slot first, none twice.
        explored: (k,) true where the candidate is there by chance.
        propensities: (k,) probability that this slot shows this candidate, as `explore` defines it.
        beyond_quota: (k,) true where the candidate is there to fill the list in spite of a quota.
    """

    order: Positions
    explored: NDArray[np.bool_]
    propensities: FloatArray
    beyond_quota: NDArray[np.bool_]


def shape(
    candidates: Candidates,
    settings: ShapingSettings,
    *,
    length: int,
    rng: np.random.Generator,
    history_shares: Mapping[str, float] | None = None,
) -> Shaped:
    """Order the candidates and cut them to a list.

    In this order: by score, ties by item id; calibration or maximal marginal relevance; quotas; exploration. What is
    drawn in exploration keeps the quotas too: only such candidates are drawn that keep them whatever else is drawn.
    A list that was filled beyond its quotas has none, and is not explored.

    Args:
        candidates: n candidates; only the columns that the settings need have to be there.
        settings: what the list shall be like.
        length: how many items are asked for, >= 0.
        rng: the source of chance; not drawn from where nothing is explored.
        history_shares: for each category the share of the history that has it (`category_shares`), needed for
            calibration; empty where the history says nothing, which leaves the plain order.

    Returns:
        At most min(length, n) slots; fewer only where quotas leave it short and `fill` is off.

    Raises:
        ValueError: the settings need a column or shares that are None, or a value is out of range.
    """
    if length < 0:
        raise ValueError(f"length must be 0 or more, not {length}")
    limited = _limited(candidates, settings, length, history_shares)
    explored = explore(
        np.concatenate([limited.order, limited.reserve]),
        rate=settings.exploration_rate,
        length=len(limited.order),
        rng=rng,
    )
    return Shaped(explored.order, explored.explored, explored.propensities, limited.beyond_quota)


def _limited(
    candidates: Candidates, settings: ShapingSettings, length: int, history_shares: Mapping[str, float] | None
) -> QuotaList:
    """The list within its quotas, out of a re-ranking no deeper than it takes.

    Re-ranking costs as much as it is deep, and quotas pass over few: it goes on, twice as deep, only where they asked
    for more. Since a shorter re-ranking is the beginning of a longer one, the list is that of the whole re-ranking.
    """
    quotas = _quotas(candidates, settings)
    plain = plain_order(candidates.scores, candidates.item_ids)
    depth = length
    while True:
        head = _reranked(candidates, settings, depth, history_shares)
        order = np.concatenate([head, plain[~np.isin(plain, head)]])
        limited = within_quotas(order, quotas, length=length, fill=settings.fill)
        out_of_the_head = len(limited.order) == length and bool(np.isin(limited.order, head).all())
        if out_of_the_head or len(head) == len(plain):
            return limited
        depth *= 2


def _reranked(
    candidates: Candidates, settings: ShapingSettings, depth: int, history_shares: Mapping[str, float] | None
) -> Positions:
    if settings.calibration_strength > 0:
        categories = _needed(candidates.categories, "calibration_strength", "categories")
        shares = _needed(history_shares, "calibration_strength", "history_shares")
        return calibrated_order(
            candidates.scores,
            candidates.item_ids,
            categories,
            shares,
            strength=settings.calibration_strength,
            length=depth,
        )
    if settings.mmr_trade_off < 1:
        vectors = _needed(candidates.vectors, "mmr_trade_off", "vectors")
        return maximal_marginal_relevance(
            candidates.scores,
            vectors,
            candidates.item_ids,
            trade_off=settings.mmr_trade_off,
            length=depth,
        )
    return plain_order(candidates.scores, candidates.item_ids)


def _quotas(candidates: Candidates, settings: ShapingSettings) -> list[Quota]:
    quotas = []
    if settings.quota_per_category is not None:
        categories = _needed(candidates.categories, "quota_per_category", "categories")
        quotas.append(Quota(categories, settings.quota_per_category))
    if settings.quota_per_creator is not None:
        creators = _needed(candidates.creators, "quota_per_creator", "creators")
        quotas.append(Quota(creators, settings.quota_per_creator))
    return quotas


def _needed(column: Column | None, setting: str, name: str) -> Column:
    if column is None:
        raise ValueError(f"{setting} needs {name}")
    return column
