"""What answers in each catalog now, and what its answers have to do without."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection
from pydantic import ValidationError

from catalog.models import Catalog
from recommender.models import EmbeddingSpace, RankingModel, ScoringConfig

# More catalogs than that are looked at in their list.
MOST_CATALOGS = 20
# So many of a catalog's newest answers say whether something is missing, if they are of the last day.
RECENT_ANSWERS = 200

RECENT_NOTICES = """
SELECT catalog.id, newest.degraded, ARRAY(SELECT jsonb_path_query(newest.notices, '$[*].code') #>> '{}')
FROM unnest(%s::bigint[]) AS catalog (id)
CROSS JOIN LATERAL (
    SELECT degraded, notices FROM recommender_slate
    WHERE catalog_id = catalog.id AND created_at >= %s ORDER BY created_at DESC LIMIT %s
) AS newest
"""


@dataclass
class RecentAnswers:
    """The newest answers of the last day: how many, how many were degraded, and how often these gave which notice."""

    count: int = 0
    degraded: int = 0
    codes: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class CatalogStanding:
    """What answers in a catalog: the space that serves, the active version, the active settings.

    latest: the newest version, whatever became of it; unreadable: scenarios whose settings do not fit the schema.
    """

    catalog: Catalog
    space: EmbeddingSpace | None
    active: RankingModel | None
    latest: RankingModel | None
    configs: Sequence[ScoringConfig]
    unreadable: Sequence[str]
    answers: RecentAnswers

    @property
    def is_trained_on_other_texts(self) -> bool:
        """Whether the active version does not answer, since it was trained on other texts than those that serve."""
        if self.active is None:
            return False
        served = (None, "") if self.space is None else (self.space.pk, self.space.recipe_hash)
        return (self.active.space_id, self.active.recipe_hash) != served


def catalog_standings(*, now: datetime) -> list[CatalogStanding]:
    """The first catalogs by their short names; six queries."""
    catalogs = list(Catalog.objects.all()[:MOST_CATALOGS])
    ids = [catalog.pk for catalog in catalogs]
    spaces = {space.catalog_id: space for space in EmbeddingSpace.objects.filter(catalog_id__in=ids, serving=True)}
    # Without what only a version's own page shows.
    versions = RankingModel.objects.filter(catalog_id__in=ids).defer("figures", "hyperparameters")
    active = {model.catalog_id: model for model in versions.filter(state=RankingModel.State.ACTIVE)}
    newest = versions.order_by("catalog_id", "-version").distinct("catalog_id")
    latest = {model.catalog_id: model for model in newest}
    configs = _active_configs(ids)
    answers = _recent_answers(ids, since=now - timedelta(days=1))
    return [
        CatalogStanding(
            catalog=catalog,
            space=spaces.get(catalog.pk),
            active=active.get(catalog.pk),
            latest=latest.get(catalog.pk),
            configs=configs.get(catalog.pk, []),
            unreadable=_unreadable(configs.get(catalog.pk, [])),
            answers=answers.get(catalog.pk, RecentAnswers()),
        )
        for catalog in catalogs
    ]


def _active_configs(catalog_ids: Sequence[int]) -> Mapping[int, list[ScoringConfig]]:
    found: dict[int, list[ScoringConfig]] = {}
    active = ScoringConfig.objects.filter(catalog_id__in=catalog_ids, state=ScoringConfig.State.ACTIVE)
    for config in active.select_related("scenario").order_by("scenario__name"):
        found.setdefault(config.catalog_id, []).append(config)
    return found


def _unreadable(configs: Iterable[ScoringConfig]) -> list[str]:
    names = []
    for config in configs:
        try:
            _settings = config.scoring_settings
        except ValidationError:
            names.append(config.scenario.name)
    return names


def _recent_answers(catalog_ids: Sequence[int], *, since: datetime) -> Mapping[int, RecentAnswers]:
    found: dict[int, RecentAnswers] = {}
    with connection.cursor() as cursor:
        cursor.execute(RECENT_NOTICES, [list(catalog_ids), since, RECENT_ANSWERS])
        for catalog_id, degraded, codes in cursor.fetchall():
            answers = found.setdefault(catalog_id, RecentAnswers())
            answers.count += 1
            if degraded:
                answers.degraded += 1
                answers.codes.update(codes)
    return found
