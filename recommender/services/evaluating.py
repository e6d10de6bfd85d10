"""One evaluation from a folder to a stored report."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np
from django.utils.translation import gettext as _

from recommender.engine.validation import Order
from recommender.evaluation.dataset import Dataset, with_frequent_items
from recommender.evaluation.protocols import NotApplicable, Rules, folds
from recommender.evaluation.report import Report
from recommender.evaluation.run import Progress, evaluate
from recommender.evaluation.systems.base import System
from recommender.evaluation.systems.baselines import BASELINES, baseline
from recommender.evaluation.text_vectors import centred
from recommender.exceptions import InvalidRequest
from recommender.models import EvaluationRun, ScoringConfig
from recommender.services.evaluation_catalog import CatalogSource, kind_of
from recommender.services.evaluation_data import RefuseIn, read_folder
from recommender.services.evaluation_systems import ConfigSystem, GenreSystem
from recommender.services.evaluation_texts import EncodedTexts

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
    _check(request, dataset)
    say(_("%(people)d people, %(items)d items, %(events)d interactions") % _counts(dataset))
    encoding = time.perf_counter()
    texts = EncodedTexts.of(dataset.item_texts)
    say(_("texts encoded in %(seconds).1f s") % {"seconds": time.perf_counter() - encoding})
    source = CatalogSource(data.items, texts.vectors, kind_of(dataset), request.rules.relevant_from)
    with ExitStack() as stack:
        report = evaluate(
            dataset,
            request.protocol,
            _systems(request, configs, texts, source, validation_order(dataset, request.protocol), stack),
            seeds=request.seeds,
            rules=request.rules,
            text_vectors=centred(texts.wide_vectors),
            progress=progress,
        )
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


def _check(request: EvaluationRequest, dataset: Dataset) -> None:
    """Say at once, and not after minutes of encoding, that there is nothing to judge by."""
    if not len(dataset.users):
        raise InvalidRequest(_("No item has %(count)d ratings.") % {"count": request.min_item_ratings})
    try:
        asked = sum(len(fold.cases) for fold in folds(dataset, request.protocol, request.seeds[0], request.rules))
    except NotApplicable as error:
        raise InvalidRequest(
            _("The protocol %(protocol)s cannot judge this data set: %(reason)s.")
            % {"protocol": request.protocol, "reason": error}
        ) from error
    if not asked:
        raise InvalidRequest(
            _("The protocol %(protocol)s leaves nobody to be asked: no like is held out.")
            % {"protocol": request.protocol}
        )


def _configs(systems: Sequence[str]) -> dict[str, ScoringConfig]:
    """The configurations asked for by id; raises InvalidRequest unless all names are systems, and different ones."""
    if not systems:
        raise InvalidRequest(_("Name one system or more."))
    if len(set(systems)) < len(systems):
        raise InvalidRequest(_("A system is named twice."))
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
    texts: EncodedTexts,
    source: CatalogSource,
    order: Order,
    stack: ExitStack,
) -> list[System]:
    """In the order asked for; what they leave open the stack closes."""
    systems: list[System] = []
    for name in request.systems:
        if name in BASELINES:
            systems.append(baseline(name, encode=texts.encode, item_vectors=texts.wide_vectors))
            continue
        config = configs.get(name)
        system = GenreSystem(source, order=order) if config is None else ConfigSystem(config, source, order=order)
        stack.callback(system.close)
        systems.append(system)
    return systems


def _counts(dataset: Dataset) -> dict[str, int]:
    people = len(np.unique(dataset.users))
    return {"people": people, "items": dataset.n_items, "events": len(dataset.users)}
