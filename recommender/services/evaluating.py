"""One evaluation from a folder to a stored report."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

import numpy as np
from django.conf import settings
from django.utils.translation import gettext as _

from recommender.embeddings.batching import encode_in_batches, encode_items
from recommender.embeddings.encoder import Encoder
from recommender.embeddings.recipe import EmbeddingRecipe
from recommender.embeddings.registry import BACKENDS, shared_encoder
from recommender.embeddings.vectors import Vectors
from recommender.engine.validation import Order
from recommender.evaluation.dataset import Dataset, FloatArray, with_frequent_items
from recommender.evaluation.protocols import NotApplicable, Rules
from recommender.evaluation.report import Report
from recommender.evaluation.run import Progress, evaluate
from recommender.evaluation.systems.base import System
from recommender.evaluation.systems.baselines import BASELINES, baseline
from recommender.evaluation.text_vectors import centred
from recommender.exceptions import InvalidRequest
from recommender.models import EvaluationRun, ScoringConfig
from recommender.services.evaluation_catalog import CatalogSource, kind_of
from recommender.services.evaluation_data import EvaluationData, RefuseIn, read_folder
from recommender.services.evaluation_systems import ConfigSystem, GenreSystem

GENRE = "genre"
CONFIG_PREFIX = "config:"
SYSTEMS = (*BASELINES, GENRE)

Say = Callable[[str], None]


@dataclass(frozen=True)
class EvaluationRequest:
    """What is to be judged.

    Attributes:
        folder: the data set.
        protocol: a key of `protocols.PROTOCOLS`.
        systems: ids, in the order of the report; see SYSTEMS, and `config:ID`.
        seeds: one split each.
        min_item_ratings: rated items with fewer ratings do not exist.
        rules: sizes and thresholds of the protocol.
        note: for whoever reads the list of runs.
    """

    folder: Path
    protocol: str
    systems: Sequence[str] = SYSTEMS
    seeds: Sequence[int] = (0,)
    min_item_ratings: int = 5
    rules: Rules = field(default_factory=Rules)
    note: str = ""


@dataclass(frozen=True)
class Evaluation:
    """A report, and the run that it was stored as."""

    run: EvaluationRun
    report: Report


def run_evaluation(
    request: EvaluationRequest, *, now: datetime, refuse: RefuseIn, say: Say, progress: Progress
) -> Evaluation:
    """Read, encode, judge, store. Live catalogs are neither read nor touched; only the report is kept.

    Args:
        request: what is to be judged.
        now: the time of the run.
        refuse: is told each row that cannot be used.
        say: is told what is being done.
        progress: is told each result as it comes.

    Raises:
        FileRefused: for a folder that is no data set.
        InvalidRequest: for an unknown system, or a protocol that the data set has no column or no people for.
    """
    started = time.perf_counter()
    configs = _configs(request.systems)
    data = read_folder(request.folder, now=now, refuse=refuse)
    dataset = with_frequent_items(data.dataset, request.min_item_ratings)
    if not len(dataset.users):
        raise InvalidRequest(_("No item has %(count)d ratings.") % {"count": request.min_item_ratings})
    say(_("%(people)d people, %(items)d items, %(events)d interactions") % _counts(dataset))
    recipe = default_recipe()
    vectors = _encoded(dataset, recipe)
    say(_("texts encoded in %(seconds).1f s") % {"seconds": time.perf_counter() - started})
    with ExitStack() as stack:
        systems = _systems(request, configs, data, dataset, vectors, recipe, stack)
        try:
            report = evaluate(
                dataset,
                request.protocol,
                systems,
                seeds=request.seeds,
                rules=request.rules,
                text_vectors=centred(_wide(vectors)),
                progress=progress,
            )
        except NotApplicable as error:
            raise InvalidRequest(
                _("The protocol %(protocol)s cannot judge this data set: %(reason)s.")
                % {"protocol": request.protocol, "reason": error}
            ) from error
    run = EvaluationRun.objects.create(
        dataset=request.folder.resolve().name,
        protocol=request.protocol,
        seeds=list(request.seeds),
        systems=list(request.systems),
        report=report.as_json(),
        seconds=time.perf_counter() - started,
        note=request.note,
    )
    return Evaluation(run, report)


def validation_order(dataset: Dataset, protocol: str) -> Order:
    """What training should validate on to foresee the test: the newest interactions, or random ones."""
    by_time = protocol == "last" or (protocol == "column" and (bool(dataset.eval_cases) or dataset.fold is None))
    return "last" if by_time else "random"


def default_recipe() -> EmbeddingRecipe:
    """The recipe of the space that a new catalog has."""
    backend = BACKENDS[settings.GENRE_DEFAULT_ENCODER]
    return EmbeddingRecipe(
        backend=settings.GENRE_DEFAULT_ENCODER, model=backend.default_model, dimension=backend.dimension
    )


def _configs(systems: Sequence[str]) -> dict[str, ScoringConfig]:
    """The configurations asked for by id; raises InvalidRequest for one that is not, or a system nobody knows."""
    configs: dict[str, ScoringConfig] = {}
    for name in systems:
        if name in SYSTEMS:
            continue
        number = name.removeprefix(CONFIG_PREFIX)
        found = ScoringConfig.objects.filter(pk=number).first() if number != name and number.isdecimal() else None
        if found is None:
            raise InvalidRequest(
                _("There is no system “%(name)s”; there are %(names)s, and config:ID with the id of a configuration.")
                % {"name": name, "names": ", ".join(SYSTEMS)}
            )
        configs[name] = found
    return configs


def _systems(
    request: EvaluationRequest,
    configs: dict[str, ScoringConfig],
    data: EvaluationData,
    dataset: Dataset,
    vectors: Vectors,
    recipe: EmbeddingRecipe,
    stack: ExitStack,
) -> list[System]:
    """In the order asked for; what they leave open the stack closes."""
    source = CatalogSource(data.items, vectors, kind_of(dataset), request.rules.relevant_from)
    order = validation_order(dataset, request.protocol)
    systems: list[System] = []
    for name in request.systems:
        if name in BASELINES:
            systems.append(baseline(name, encode=partial(_encode, recipe), item_vectors=_wide(vectors)))
            continue
        system = (
            ConfigSystem(configs[name], source, order=order) if name in configs else GenreSystem(source, order=order)
        )
        stack.callback(system.close)
        systems.append(system)
    return systems


def _encoded(dataset: Dataset, recipe: EmbeddingRecipe) -> Vectors:
    """(n, d) once for all systems, seeds and folds."""
    return encode_items(_encoder(recipe), recipe, dataset.item_texts)


def _encode(recipe: EmbeddingRecipe, texts: Sequence[str]) -> FloatArray:
    vectors = encode_in_batches(
        _encoder(recipe), texts, prefix=recipe.query_prefix, dimension=recipe.dimension, normalize=recipe.normalize
    )
    return _wide(vectors)


def _encoder(recipe: EmbeddingRecipe) -> Encoder:
    return shared_encoder(recipe.backend, recipe.model, recipe.revision, recipe.dimension)


def _wide(vectors: Vectors) -> FloatArray:
    return vectors.astype(np.float64)


def _counts(dataset: Dataset) -> dict[str, int]:
    people = len(np.unique(dataset.users))
    return {"people": people, "items": dataset.n_items, "events": len(dataset.users)}
