"""Whether five picks in one category make a list of it: `./run bench picks`.

Over the showcase, before and after training, for several strengths of calibration: at least six of the first ten in the
category, and at most three that a stranger gets as well.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import django
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from benchmarks.picks_measuring import Picked
    from catalog.models import Catalog

STRENGTHS = (0.0, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
# By trained or not, strength, and whose choice the picks were.
Measured = Mapping[tuple[str, float, str], Sequence["Picked"]]
# Wide enough for the table, where standard output is a file.
NARROWEST = 120


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run bench picks", description=__doc__)
    parser.add_argument("--strengths", type=float, nargs="+", default=STRENGTHS, help="of calibration, 0..1")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "genre_site.settings")
    django.setup()
    report(measure(options.strengths))


def measure(strengths: Sequence[float]) -> Measured:
    # Imported here: these need the settings.
    from django.core.management import call_command  # noqa: PLC0415

    from catalog.models import Catalog  # noqa: PLC0415
    from recommender.services.embedding import embed_next_batch  # noqa: PLC0415
    from recommender.services.embedding_queue import queue_stale_items  # noqa: PLC0415
    from recommender.services.showcase import SLUG  # noqa: PLC0415

    call_command("load_showcase", verbosity=0)
    catalog = Catalog.objects.get(slug=SLUG)
    space = catalog.embedding_spaces.get()
    queue_stale_items(space)
    while embed_next_batch(space.pk).claimed:
        pass
    untrained = measure_lists(catalog, "untrained", strengths)
    call_command("train", catalog=SLUG, verbosity=0)
    return {**untrained, **measure_lists(catalog, "trained", strengths)}


def measure_lists(catalog: Catalog, state: str, strengths: Sequence[float]) -> Measured:
    """By the active configuration with one setting changed; the versions made for it are drafts."""
    from benchmarks.picks_measuring import category_picks, lists_after, welcome_picks  # noqa: PLC0415
    from recommender.engine.settings import ScoringSettings  # noqa: PLC0415
    from recommender.models import Scenario  # noqa: PLC0415
    from recommender.selectors.configuration import active_config  # noqa: PLC0415
    from recommender.services.scoring_configs import create_version  # noqa: PLC0415

    chosen = {"welcome page": welcome_picks(catalog), "categories": category_picks(catalog)}
    active = active_config(catalog.pk, Scenario.HOME)
    measured = {}
    for strength in strengths:
        sections = active.scoring_settings.model_dump()
        sections["diversity"]["calibration"] = strength
        config = create_version(scenario=active.scenario, settings=ScoringSettings.model_validate(sections))
        for name, picks in chosen.items():
            measured[state, strength, name] = list(lists_after(catalog, picks, config=config))
    return measured


def report(measured: Measured) -> None:
    table = Table(title="Five picks in one category: lists that hold")
    for column in ("", "strength", "picks of", "hold", "of", "others: in the category, shared with the popular list"):
        table.add_column(column)
    for (state, strength, name), lists in measured.items():
        others = [f"{one.category} {one.fitting},{one.shared}" for one in lists if not one.holds]
        held = str(len(lists) - len(others))
        table.add_row(state, f"{strength:.1f}", name, held, str(len(lists)), "; ".join(others))
    console = Console(soft_wrap=True)
    Console(width=max(console.width, NARROWEST)).print(table)


if __name__ == "__main__":
    main()
