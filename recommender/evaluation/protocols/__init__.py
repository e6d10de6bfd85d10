"""The protocols by name: each turns a data set and a seed into folds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from recommender.evaluation.dataset import Dataset
from recommender.evaluation.folds import Fold
from recommender.evaluation.protocols.cold_items import cold_item_folds
from recommender.evaluation.protocols.cold_users import cold_user_folds
from recommender.evaluation.protocols.columns import column_folds
from recommender.evaluation.protocols.rules import NotApplicable, Rules
from recommender.evaluation.protocols.within_people import last_folds, random_folds

__all__ = ["PROTOCOLS", "NotApplicable", "Rules", "folds"]

PROTOCOLS: Mapping[str, Callable[[Dataset, int, Rules], list[Fold]]] = MappingProxyType(
    {
        "random": random_folds,
        "last": last_folds,
        "column": column_folds,
        "cold-items": cold_item_folds,
        "cold-users": cold_user_folds,
    }
)


def folds(dataset: Dataset, protocol: str, seed: int, rules: Rules | None = None) -> list[Fold]:
    """Cut a data set into training data and questions.

    Args:
        dataset: after `with_frequent_items`; nothing is filtered here.
        protocol: a key of `PROTOCOLS`.
        seed: the same seed gives the same folds; `last` and published splits are the same for all seeds.
        rules: sizes and thresholds; None is the defaults.

    Returns:
        One fold or more, each with a validation fold inside its training data where that can be made.

    Raises:
        KeyError: for an unknown protocol.
        NotApplicable: where the data set lacks what the protocol needs.
    """
    return PROTOCOLS[protocol](dataset, seed, rules or Rules())
