"""How new an item is, between 0 and 1."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from recommender.engine.interest import FloatArray

SECONDS_A_DAY = 86_400.0


def freshness(published_at: Sequence[datetime | None], now: datetime, half_life_days: float) -> FloatArray:
    """0.5 ** (age / half-life) for each item.

    Args:
        published_at: n times, all with or all without a time zone, as `now` is; None where it is not known.
        now: the time that ages are counted to.
        half_life_days: after so many days an item is half as fresh, > 0.

    Returns:
        (n,) in 0..1, in the order given: 1 for what appears now or later, 0 where the time is not known.

    Raises:
        ValueError: a half-life that is not above 0.
    """
    if not half_life_days > 0:
        raise ValueError(f"half_life_days must be above 0, not {half_life_days}")
    # An age without end is as fresh as an unknown one is said to be: 0.5 ** inf = 0.
    ages = [np.inf if published is None else (now - published).total_seconds() for published in published_at]
    fresh: FloatArray = np.exp2(-np.maximum(np.array(ages, dtype=np.float64), 0.0) / SECONDS_A_DAY / half_life_days)
    return fresh
