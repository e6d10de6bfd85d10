"""Which configuration, embedding space and trained version answer a request: asked anew each time, in one statement.

What the rows say is kept in the process for as long as they are the same rows: `xmin` and `ctid` name one version of a
row, and any change of it makes another. So a change holds from the next request on, and settings, hyperparameters and
mean vectors are read and checked once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from django.db import connection
from django.db.models import Model

from recommender.models import EmbeddingSpace, RankingModel, ScoringConfig
from recommender.selectors.configuration import active_config

Row = TypeVar("Row", bound=Model)
# Of some catalogs: each has a configuration for each of its scenarios, a space and a version.
ROWS_IN_MEMORY = 128

SERVING = """
SELECT config.id, (config.xmin, config.ctid)::text, space.id, (space.xmin, space.ctid)::text,
    model.id, (model.xmin, model.ctid)::text
FROM (SELECT %(catalog)s::bigint AS id) catalog
LEFT JOIN recommender_scoringconfig config ON config.state = 'active' AND config.scenario_id = (
    SELECT scenario.id FROM recommender_scenario scenario
    WHERE scenario.catalog_id = catalog.id AND scenario.name = %(scenario)s
)
LEFT JOIN recommender_embeddingspace space ON space.catalog_id = catalog.id AND space.serving
LEFT JOIN recommender_rankingmodel model ON model.catalog_id = catalog.id AND model.state = 'active'
"""


@dataclass(frozen=True)
class Serving:
    """Rows that are shared by all requests: nobody changes them. `model`: trained on what the space serves, or None."""

    config: ScoringConfig
    space: EmbeddingSpace | None
    model: RankingModel | None


def serving(catalog_id: int, scenario: str, *, config: ScoringConfig | None = None) -> Serving:
    """One query, and one for each row that is another than at the last request.

    `config`: one to answer by in the place of the active one. Raises NotInCatalog where the scenario has none.
    """
    with connection.cursor() as cursor:
        cursor.execute(SERVING, {"catalog": catalog_id, "scenario": scenario})
        config_id, config_row, space_id, space_row, model_id, model_row = cursor.fetchone()
    config = config or _row(ScoringConfig, config_id, config_row) or active_config(catalog_id, scenario)
    space = _row(EmbeddingSpace, space_id, space_row)
    model = _row(RankingModel, model_id, model_row)
    served = (None, "") if space is None else (space.pk, space.recipe_hash)
    fits = model is not None and (model.space_id, model.recipe_hash) == served
    return Serving(config, space, model if fits else None)


@lru_cache(maxsize=ROWS_IN_MEMORY)
def _kept(rows: type[Row], row_id: int, version: str) -> Row:
    return rows._default_manager.get(pk=row_id)


def _row(rows: type[Row], row_id: int | None, version: str | None) -> Row | None:
    if row_id is None or version is None:
        return None
    try:
        found: Row = _kept(rows, row_id, version)
    except rows.DoesNotExist:  # type: ignore[attr-defined]  # each model has its own; gone since the statement
        return None
    return found
