"""GENRE itself as a system to be judged: trained and asked as any catalog is, through pgvector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime

import numpy as np
from django.utils import timezone

from recommender.engine.history import HistoryEvent
from recommender.engine.settings import ScoringSettings
from recommender.engine.validation import Order
from recommender.evaluation.folds import Case, History, TrainingData, histories_by_user
from recommender.evaluation.systems.base import Ranking
from recommender.models import RankingModel, Scenario, ScoringConfig
from recommender.services.evaluation_catalog import CatalogSource, ScratchCatalog, scratch_catalog
from recommender.services.recommending import recommend
from recommender.services.scoring_configs import activate, create_version
from recommender.services.training import TrainingOptions, train_catalog
from recommender.services.wishes import Wishes

LARGEST_SEED = 2**31
# What a published question's history says of an item: that it was liked, by a value nobody wrote down.
LIKED = "like"


class GenreSystem:
    """Opens and trains a scratch catalog in `fit`, asks `recommend` for each case in `rank`, then rolls all back."""

    def __init__(
        self, source: CatalogSource, *, order: Order, name: str = "genre", scoring: ScoringSettings | None = None
    ) -> None:
        """
        Args:
            source: what catalogs are filled from.
            order: what training validates on: everybody's newest interactions, or random ones.
            name: the id in reports.
            scoring: the settings that answer; None is what a new catalog has.
        """
        self.name = name
        self._source = source
        self._order: Order = order
        self._scoring = scoring or ScoringSettings()
        self._settings: dict[str, float | str] = {}
        self._trained: _Trained | None = None

    @property
    def settings(self) -> Mapping[str, float | str]:
        return self._settings

    def fit(self, train: TrainingData, rng: np.random.Generator) -> None:
        self.close()
        with ExitStack() as stack:
            scratch = stack.enter_context(scratch_catalog(self._source, train.interactions))
            # Training reads the active version, too: what it says of new items.
            config = _version(scratch, self._scoring)
            activate(config)
            options = TrainingOptions(tune="always", validation=self._order, seed=int(rng.integers(LARGEST_SEED)))
            self._settings = _settings_of(train_catalog(scratch.catalog, options))
            returning = _version(scratch, _may_return(self._scoring))
            self._trained = _Trained(stack.pop_all(), scratch, config, returning, self._source.kind, train)

    def rank(self, cases: Sequence[Case], depth: int) -> list[Ranking]:
        """Answer all cases, then let the catalog go: each `fit` serves one `rank`. Raises RuntimeError without one."""
        if self._trained is None:
            raise RuntimeError(f"{self.name} has not been fitted since it was asked last")
        try:
            now = timezone.now()
            return [self._trained.answer(case, depth, now) for case in cases]
        finally:
            self.close()

    def close(self) -> None:
        """Roll back what `fit` opened, if anything is open."""
        if self._trained is not None:
            self._trained.stack.close()
            self._trained = None


class ConfigSystem(GenreSystem):
    """GENRE with the settings of a stored configuration, whatever catalog it belongs to."""

    def __init__(self, config: ScoringConfig, source: CatalogSource, *, order: Order) -> None:
        super().__init__(source, order=order, name=f"config:{config.pk}", scoring=config.scoring_settings)


class _Trained:
    """An open scratch catalog that can be asked."""

    def __init__(
        self,
        stack: ExitStack,
        scratch: ScratchCatalog,
        config: ScoringConfig,
        returning: ScoringConfig,
        kind: str,
        train: TrainingData,
    ) -> None:
        self.stack = stack
        self._scratch = scratch
        self._config = config
        self._returning = returning
        self._kind = kind
        everything = np.arange(len(train.interactions.users))
        self._histories = histories_by_user(train.interactions, train.likes, everything)
        self._rows = {item_id: row for row, item_id in enumerate(train.interactions.item_ids)}

    def answer(self, case: Case, depth: int, now: datetime) -> Ranking:
        """The list of the person's profile where what is known is what the profile holds, else of the events given."""
        item_ids = self._scratch.item_ids
        is_stored = _same(self._histories.get(case.user), case.history)
        may_return = not np.isin(case.history.items, case.excluded).all()
        answer = recommend(
            catalog=self._scratch.catalog,
            profile=self._scratch.profiles[case.user] if is_stored else None,
            k=depth,
            config=self._returning if may_return else self._config,
            wishes=Wishes(
                events=None if is_stored else self._events(case.history),
                within=None if case.candidates is None else item_ids[case.candidates].tolist(),
                excluded_ids=item_ids[case.excluded].tolist(),
            ),
            now=now,
        )
        return Ranking(
            np.array([self._rows[result.item_id] for result in answer.results], dtype=np.int64),
            np.array([result.score for result in answer.results], dtype=np.float64),
        )

    def _events(self, history: History) -> list[HistoryEvent]:
        """Newest first."""
        events = [
            HistoryEvent(
                int(self._scratch.item_ids[item]),
                LIKED if liked and np.isnan(value) else self._kind,
                None if np.isnan(value) else float(value),
                None if np.isnan(timestamp) else datetime.fromtimestamp(float(timestamp), UTC),
            )
            for item, liked, value, timestamp in zip(
                history.items.tolist(), history.likes, history.values, history.timestamps, strict=True
            )
        ]
        return events[::-1]


def _version(scratch: ScratchCatalog, settings: ScoringSettings) -> ScoringConfig:
    scenario = Scenario.objects.get(catalog=scratch.catalog, name=Scenario.HOME)
    return create_version(scenario=scenario, settings=settings)


def _may_return(settings: ScoringSettings) -> ScoringSettings:
    """The same settings where items of the history may be answered with."""
    return settings.model_copy(update={"seen": settings.seen.model_copy(update={"policy": "always"})})


def _same(stored: History | None, history: History) -> bool:
    return (
        stored is not None
        and np.array_equal(stored.items, history.items)
        and np.array_equal(stored.values, history.values, equal_nan=True)
    )


def _settings_of(model: RankingModel) -> dict[str, float | str]:
    chosen = model.hyperparameters.items()
    return {name: value if isinstance(value, float | int) else str(value) for name, value in chosen}
