"""Training a catalog's ranking: read, tuned, learned, written as a version, switched to."""

from __future__ import annotations

import logging
import resource
import time
from dataclasses import dataclass
from typing import Literal

import numpy as np
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.models import Catalog
from recommender.engine.hyperparameters import Hyperparameters
from recommender.engine.model_arrays import pack, prefixed
from recommender.engine.training import NewItemSettings, TrainedRanking, TrainingData, train
from recommender.engine.tuning import Tuning, tune
from recommender.engine.validation import Order
from recommender.exceptions import InvalidRequest
from recommender.models import Interaction, RankingModel
from recommender.selectors.configuration import serving_space
from recommender.selectors.joint_models import SPACE_ARTIFACT, TEXT_ARTIFACT
from recommender.selectors.training_data import CatalogData, catalog_data
from recommender.services.erased_versions import wait_for_erasures
from recommender.services.new_items import new_item_settings
from recommender.services.profile_vectors import write_profile_vectors
from recommender.services.ranking_models import (
    activate_model,
    begin_version,
    fail_version,
    finish_version,
    retire_old,
    store_artifacts,
    write_vectors,
)
from recommender.services.ranking_rows import RankingRows
from recommender.services.training_lock import training_lock

logger = logging.getLogger(__name__)

TuneWhen = Literal["auto", "always", "never"]

# Hyperparameters are searched for again when a catalog has grown by so much since they were found.
GROWTH_BEFORE_TUNING = 1.5
VERSIONS_KEPT = 3
# The same data and hyperparameters give the same vectors.
SEED = 20_260_101


@dataclass(frozen=True)
class TrainingOptions:
    """How a version is to be made.

    tune: search for hyperparameters always, never, or when the catalog has grown by half since the last search.
    validation: hold back everybody's newest interactions, or random ones; None: the newest where times are known.
    activate: switch to the version when it is ready.
    """

    tune: TuneWhen = "auto"
    validation: Order | None = None
    activate: bool = True
    note: str = ""
    seed: int = SEED


def train_catalog(catalog: Catalog, options: TrainingOptions | None = None) -> RankingModel:
    """Learn a version from all that the catalog has; readers notice nothing before it is activated.

    Raises InvalidRequest for a catalog without items, AlreadyTraining where another session trains it. What fails
    leaves a version in the state failed, and its reason.
    """
    options = options or TrainingOptions()
    started = time.perf_counter()
    with training_lock(catalog):
        model, figures = _version(catalog, options)
        step = time.perf_counter()
        figures["people"] = write_profile_vectors(model)
        figures["people_seconds"] = _since(step)
        figures["seconds"] = _since(started)
        RankingModel.objects.filter(pk=model.pk).update(figures=figures)
        model.figures = figures
        if options.activate:
            activate_model(model, just_trained=True)
            retire_old(catalog, keep=VERSIONS_KEPT)
    logger.info("catalog %d: version %d trained in %.1f s", catalog.pk, model.version, figures["seconds"])
    return model


def _version(catalog: Catalog, options: TrainingOptions) -> tuple[RankingModel, dict[str, object]]:
    """A version that is ready, and what was measured while it was made."""
    space = serving_space(catalog.pk)
    wait_for_erasures(catalog.pk)
    learned_from = timezone.now()
    step = time.perf_counter()
    read = catalog_data(catalog.pk, space)
    if not len(read.item_ids):
        raise InvalidRequest(_("The catalog “%(name)s” has no items to learn from.") % {"name": catalog.slug})
    model = begin_version(catalog=catalog, space=space, learned_from=learned_from, note=options.note)
    figures: dict[str, object] = {"read_seconds": _since(step)}
    try:
        _make(model, read, options, figures)
    except Exception as error:
        fail_version(model, error=f"{type(error).__name__}: {error}")
        raise
    return model, figures


def _make(model: RankingModel, read: CatalogData, options: TrainingOptions, figures: dict[str, object]) -> None:
    rng = np.random.default_rng(options.seed)
    step = time.perf_counter()
    tuning = _hyperparameters(model, read.data, options, rng)
    figures["tune_seconds"], step = _since(step), time.perf_counter()
    trained = train(read.data, tuning.chosen, _new_items(model), rng=rng)
    figures["learn_seconds"], step = _since(step), time.perf_counter()
    write_vectors(model, _rows(read, trained))
    store_artifacts(model, _artifacts(trained))
    figures["write_seconds"] = _since(step)
    figures["peak_memory_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    figures["items_without_interactions"] = int((trained.counts == 0).sum())
    figures["shortened_vectors"] = trained.too_long
    figures["tuned_on"] = len(read.data.events) if tuning.trail else _tuned_on(model)
    figures["validation"] = tuning.trail
    finish_version(
        model,
        hyperparameters=tuning.chosen.as_dict(),
        figures=figures,
        interaction_count=len(read.data.events),
    )


def _hyperparameters(
    model: RankingModel, data: TrainingData, options: TrainingOptions, rng: np.random.Generator
) -> Tuning:
    """Those of the last search, or new ones where it is time for a search."""
    before = _last_version(model)
    known = Hyperparameters() if before is None else Hyperparameters.from_dict(before.hyperparameters)
    grown = len(data.events) >= GROWTH_BEFORE_TUNING * max(_tuned_on(model), 1)
    if options.tune == "never" or (options.tune == "auto" and before is not None and not grown):
        return Tuning(known)
    return tune(data, Hyperparameters(), order=options.validation or _order(model.catalog_id), rng=rng)


def _last_version(model: RankingModel) -> RankingModel | None:
    """The newest version of the same texts: another encoder's hyperparameters would not fit."""
    done = RankingModel.objects.filter(catalog_id=model.catalog_id, space_id=model.space_id)
    return done.exclude(pk=model.pk).exclude(hyperparameters={}).order_by("-version").first()


def _tuned_on(model: RankingModel) -> int:
    before = _last_version(model)
    found = 0 if before is None else before.figures.get("tuned_on", 0)
    return int(found) if isinstance(found, (int, float)) else 0


def _order(catalog_id: int) -> Order:
    """Newest ones are the honest test; where hardly anything has a time or a sequence, there is no newest."""
    interactions = Interaction.objects.filter(catalog_id=catalog_id)
    return "last" if interactions.exclude(occurred_at=None, sequence=None).exists() else "random"


def _new_items(model: RankingModel) -> NewItemSettings:
    settings = new_item_settings(model.catalog_id)
    return NewItemSettings(gain=settings.gain, hand_over=settings.hand_over)


def _rows(read: CatalogData, trained: TrainedRanking) -> RankingRows:
    return RankingRows(
        item_ids=read.item_ids,
        vectors=trained.vectors.astype(np.float32),
        source_gains=trained.source_gains.astype(np.float32),
        popularity=trained.popularity.astype(np.float32),
        popularity_scores=trained.popularity_scores.astype(np.float32),
        learned=trained.learned.astype(np.float32),
    )


def _artifacts(trained: TrainedRanking) -> dict[str, bytes]:
    texts = {
        **prefixed("lexical", trained.text.lexical.as_arrays()),
        **prefixed("projection", trained.text.projection.as_arrays()),
        "map": trained.text_map.coefficients.astype(np.float32),
    }
    return {SPACE_ARTIFACT: pack(trained.space.as_arrays()), TEXT_ARTIFACT: pack(texts)}


def _since(started: float) -> float:
    return round(time.perf_counter() - started, 3)
