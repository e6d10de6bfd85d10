"""Versions of a catalog's ranking model: begun, written, finished, activated, gone back to, retired."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.models import Catalog, Item
from recommender.exceptions import VersionNotReady
from recommender.models import EmbeddingSpace, RankingArtifact, RankingModel
from recommender.services.erased_versions import idle_versions_knowing_erased, knows_erased, note_what_is_forgotten
from recommender.services.ranking_partitions import drop_unused_partitions, write_partition
from recommender.services.ranking_rows import RankingRows

State = RankingModel.State

# Items are held as a foreign key would hold them; those that are gone, and a version that is over, take no rows.
UPSERT = """
WITH version AS (
    SELECT id, catalog_id FROM recommender_rankingmodel WHERE id = %(model)s AND state IN ('ready', 'active')
), living AS (
    SELECT item.id, item.catalog_id FROM catalog_item item JOIN version ON version.catalog_id = item.catalog_id
    WHERE item.id = ANY(%(items)s) ORDER BY item.id FOR KEY SHARE OF item
)
INSERT INTO recommender_rankingvector
    (model_id, catalog_id, item_id, source_gain, popularity, popularity_score, learned, vector)
SELECT %(model)s, living.catalog_id, living.id, made.source_gain, made.popularity, made.popularity_score, made.learned,
    made.vector::halfvec
FROM unnest(%(items)s::bigint[], %(gains)s::real[], %(popularity)s::real[], %(scores)s::real[], %(learned)s::real[],
    %(vectors)s::text[]) AS made (item_id, source_gain, popularity, popularity_score, learned, vector)
JOIN living ON living.id = made.item_id
ORDER BY living.id
ON CONFLICT (item_id, model_id) DO UPDATE SET
    source_gain = EXCLUDED.source_gain, popularity = EXCLUDED.popularity,
    popularity_score = EXCLUDED.popularity_score, learned = EXCLUDED.learned, vector = EXCLUDED.vector
"""


@transaction.atomic
def begin_version(
    *, catalog: Catalog, space: EmbeddingSpace | None, learned_from: datetime, note: str = ""
) -> RankingModel:
    """The next version of a catalog, to be written; `learned_from` is when its interactions were read."""
    _one_at_a_time(catalog.pk)
    newest = catalog.ranking_models.aggregate(newest=Max("version"))["newest"] or 0
    return RankingModel.objects.create(
        catalog=catalog,
        space=space,
        recipe_hash="" if space is None else space.recipe_hash,
        version=newest + 1,
        learned_from=learned_from,
        note=note,
    )


@transaction.atomic
def write_vectors(model: RankingModel, rows: RankingRows) -> int:
    """Write and index a version's vectors, seen by nobody before it is activated; how many items it ranks.

    Items that are gone, or are deleted meanwhile, are left out.
    """
    _expect(model, State.BUILDING)
    present = Item.objects.filter(catalog_id=model.catalog_id).values_list("pk", flat=True)
    chosen = np.isin(rows.item_ids, np.fromiter(present, dtype=np.int64))
    kept = rows if chosen.all() else rows.where(chosen)
    count = write_partition(model, kept)
    _change(model, State.BUILDING, dimension=rows.dimension, item_count=count)
    return count


def upsert_vectors(model: RankingModel, rows: RankingRows) -> int:
    """Add single items to a version that is written, or replace their vectors; how many of them are there to be ranked.

    The index is updated row by row, some milliseconds each: where many change, write a new version.
    """
    if rows.dimension != model.dimension:
        raise ValueError(f"version {model.version} has {model.dimension} dimensions, the vectors {rows.dimension}")
    parameters = {
        "model": model.pk,
        "items": rows.item_ids.tolist(),
        "gains": rows.source_gains.tolist(),
        "popularity": rows.popularity.tolist(),
        "scores": rows.popularity_scores.tolist(),
        "learned": rows.learned.tolist(),
        "vectors": [str(vector) for vector in rows.half_vectors().tolist()],
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(UPSERT, parameters)
        return int(cursor.rowcount)


@transaction.atomic
def store_artifacts(model: RankingModel, artifacts: Mapping[str, bytes]) -> None:
    """Keep arrays of a version by name; one of the same name is replaced."""
    RankingArtifact.objects.bulk_create(
        [RankingArtifact(model=model, name=name, content=content) for name, content in artifacts.items()],
        update_conflicts=True,
        unique_fields=["model", "name"],
        update_fields=["content"],
    )


def finish_version(
    model: RankingModel,
    *,
    hyperparameters: Mapping[str, object],
    figures: Mapping[str, object],
    interaction_count: int,
) -> None:
    """Say what a version was made with and how good it is; from now on it can be activated."""
    if model.dimension == 0:
        raise VersionNotReady(_("Version %(version)d has no vectors yet.") % {"version": model.version})
    _change(
        model,
        State.BUILDING,
        state=State.READY,
        hyperparameters=dict(hyperparameters),
        figures=dict(figures),
        interaction_count=interaction_count,
        trained_at=timezone.now(),
    )


@transaction.atomic
def fail_version(model: RankingModel, *, error: str) -> None:
    """Give up a version that is being trained, and what was written of it; any other one is left alone."""
    training = RankingModel.objects.filter(pk=model.pk, state=State.BUILDING)
    if training.update(state=State.FAILED, error=error, space=None):
        model.refresh_from_db()
        _give_up([model])


@transaction.atomic
def activate_model(model: RankingModel, *, just_trained: bool = False) -> None:
    """Let a version answer from the next request on. Going back is activating the former one again.

    None is gone back to that has learned from somebody who was erased since: those that are left retire, and the
    others raise VersionNotReady. One that was just trained answers nevertheless, if it was begun before the erasure:
    it knows no more than what answers now, and the next training follows.
    """
    _one_at_a_time(model.catalog_id)
    model.refresh_from_db()
    if model.state == State.ACTIVE:
        return
    if not just_trained and knows_erased(model):
        raise VersionNotReady(
            _("Version %(version)d has learned from somebody who was erased since: train a new one.")
            % {"version": model.version}
        )
    RankingModel.objects.filter(catalog_id=model.catalog_id, state=State.ACTIVE).update(state=State.READY)
    _change(model, State.READY, state=State.ACTIVE, activated_at=timezone.now())
    _retire(list(idle_versions_knowing_erased(model.catalog_id)))
    note_what_is_forgotten(model.catalog_id, now=timezone.now())


@transaction.atomic
def retire_old(catalog: Catalog, *, keep: int = 3) -> list[RankingModel]:
    """Drop the vectors of all but the newest `keep` versions beside the active one; the retired versions.

    They keep their figures. Their partitions go once the transaction is committed, or later where somebody still reads.
    """
    _one_at_a_time(catalog.pk)
    retired = list(catalog.ranking_models.filter(state=State.READY).order_by("-version")[keep:])
    _retire(retired)
    return retired


@transaction.atomic
def delete_model(model: RankingModel) -> None:
    """Delete a version that does not answer, and its vectors."""
    _one_at_a_time(model.catalog_id)
    model.refresh_from_db()
    if model.state == State.ACTIVE:
        raise VersionNotReady(
            _("Version %(version)d is active: activate another one first.") % {"version": model.version}
        )
    model.delete()
    transaction.on_commit(drop_unused_partitions)


def _one_at_a_time(catalog_id: int) -> None:
    """Let nobody else number, activate or retire this catalog's versions; items and interactions can be added."""
    Catalog.objects.select_for_update(no_key=True).get(pk=catalog_id)


def _change(model: RankingModel, expected: RankingModel.State, **values: Any) -> None:
    """Change a version that is in the expected state, in the database and in memory."""
    if not RankingModel.objects.filter(pk=model.pk, state=expected).update(**values):
        _expect(model, expected)
    for name, value in values.items():
        setattr(model, name, value)


def _expect(model: RankingModel, expected: RankingModel.State) -> None:
    model.refresh_from_db()
    if model.state != expected:
        raise VersionNotReady(
            _("Version %(version)d cannot do this: it is %(state)s.")
            % {"version": model.version, "state": model.get_state_display()}
        )


def _retire(models: list[RankingModel]) -> None:
    for model in models:
        _change(model, State.READY, state=State.RETIRED, space=None)
    _give_up(models)


def _give_up(models: list[RankingModel]) -> None:
    RankingArtifact.objects.filter(model__in=models).delete()
    transaction.on_commit(drop_unused_partitions)
