"""The benchmark's catalog: a data set imported, embedded and trained, some people's newest interactions held out."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from django.core.management import call_command
from django.db.models import Count

from catalog.models import Catalog
from recommender.engine.history import event_strength
from recommender.models import Interaction, RankingModel
from recommender.selectors.history import NEWEST_FIRST, kind_rules
from recommender.selectors.ranking_models import active_model
from recommender.services.embedding import embed_next_batch
from recommender.services.embedding_queue import queue_stale_items
from users.models import Profile

SLUG = "bench-ranking"
# Of somebody's interactions; as the evaluation's protocols have it.
HELD_OUT_SHARE = 0.2
SHORTEST_HISTORY = 10


@dataclass(frozen=True)
class Trained:
    """A version, and what making it took: seconds by the clock and of the processor, without and with the search."""

    model: RankingModel
    cpu_seconds: float
    search_seconds: float | None

    def figure(self, name: str) -> float:
        return float(self.model.figures[name])

    @property
    def seconds(self) -> float:
        return self.figure("seconds") - self.figure("tune_seconds")


def import_folder(folder: Path) -> Catalog:
    """A fresh catalog of the folder's items, people and interactions, every item embedded."""
    Catalog.objects.filter(slug=SLUG).delete()
    call_command("import_dataset", str(folder), "--catalog", SLUG)
    catalog = Catalog.objects.get(slug=SLUG)
    space = catalog.embedding_spaces.get(serving=True)
    queue_stale_items(space)
    while embed_next_batch(space.pk).claimed:
        pass
    return catalog


def some_people(catalog: Catalog, count: int, rng: np.random.Generator) -> list[Profile]:
    """People with some history, drawn without regard to its length."""
    known = Profile.objects.filter(catalog=catalog, personalise=True).annotate(events=Count("interactions"))
    people = list(known.filter(events__gte=SHORTEST_HISTORY).order_by("pk"))
    chosen = rng.permutation(len(people))[:count]
    return [people[index] for index in sorted(chosen.tolist())]


def hold_out(people: list[Profile]) -> dict[int, set[int]]:
    """Take everybody's newest interactions out of the database; by profile the items that they speak for."""
    if not people:
        return {}
    rules = kind_rules(people[0].catalog_id)
    relevant: dict[int, set[int]] = {}
    for profile in people:
        events = list(Interaction.objects.filter(profile=profile).select_related("kind").order_by(*NEWEST_FIRST))
        newest = events[: max(1, int(HELD_OUT_SHARE * len(events)))]
        relevant[profile.pk] = {
            event.item_id for event in newest if event_strength(rules[event.kind.name], event.value, weight=1.0) > 0
        }
        Interaction.objects.filter(pk__in=[event.pk for event in newest]).delete()
    return relevant


def train(catalog: Catalog, environment: Mapping[str, str], *, search: bool) -> Trained:
    """Train the catalog, after a search for hyperparameters where it is wanted; each in a process of its own."""
    search_seconds = None
    if search:
        _train_once(environment, "--search")
        search_seconds = float(_version(catalog).figures["tune_seconds"])
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    _train_once(environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Trained(_version(catalog), cpu, search_seconds)


def _train_once(environment: Mapping[str, str], *options: str) -> None:
    command = [sys.executable, "-m", "benchmarks.ranking_training", SLUG, *options]
    subprocess.run(command, env=dict(environment), check=True)


def _version(catalog: Catalog) -> RankingModel:
    model = active_model(catalog.pk)
    if model is None:
        raise SystemExit("The training left no active version; its messages stand above.")
    return model
