"""The API under gunicorn against bare statements by psycopg: `./run bench api FOLDER`.

Both sides take turns within a run, on as many connections. *Bare* is the vector query of each person's list, as the
service sends it, and the INSERT of the same rows; what the API adds is everything else. Rate limits are off.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import django
import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.api_load import Connect, Load, joined, load
from benchmarks.ranking_target import Target
from genre_site.cli.backstage import Backstage
from genre_site.cli.children import end_child
from genre_site.cli.web import bind, start_web
from genre_site.embedded.instance import Instance

if TYPE_CHECKING:
    from catalog.models import Catalog

HOST = "127.0.0.1"
SETTINGS = {
    "GENRE_HTTPS": "0",
    "GENRE_DEBUG": "0",
    "GENRE_LOG_LEVEL": "WARNING",
    "GENRE_ALLOWED_HOSTS": HOST,
    **dict.fromkeys(("GENRE_API_RATE", "GENRE_API_RATE_PERSON", "GENRE_API_RATE_REFUSED"), "none"),
}
CONNECTIONS, MANY, PEOPLE, SEED = (1, 4, 16), 500, 100, 20_260
LISTS_AT_FOUR, SINGLE, BULK = 0.35, 0.2, 0.3
API, BARE = "API", "bare"
# What, and on how many connections: both sides.
Measured = Mapping[tuple[str, int], Mapping[str, Load]]
# A number is used for one row, or for five hundred, in all of a run.
STRIDE = 1_000_000


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run bench api", description=__doc__)
    parser.add_argument("folder", type=Path, help="a data set, as import_dataset takes it")
    parser.add_argument("--seconds", type=float, default=4.0, help="of each round")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    os.environ.update(SETTINGS)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "genre_site.settings")
    django.setup()
    from benchmarks.ranking_catalog import import_folder, train  # noqa: PLC0415 - needs the settings

    catalog = import_folder(options.folder)
    train(catalog, os.environ, search=False)
    backstage = Backstage(Instance.from_environment(os.environ), dict(os.environ))
    web = start_web(backstage, bind(HOST, 0))
    try:
        report(measure(catalog, web.record.facts["url"], seconds=options.seconds, rounds=options.rounds))
    finally:
        end_child(web.child)


def measure(catalog: Catalog, url: str, *, seconds: float, rounds: int) -> Measured:
    numbers = count(1)
    measured: dict[tuple[str, int], dict[str, Load]] = {}
    for (what, connections), sides in comparisons(catalog, url).items():
        loads: dict[str, list[Load]] = {side: [] for side in sides}
        for _round in range(rounds):
            for side, connect in sides.items():
                first = next(numbers) * (STRIDE if what != f"{MANY} interactions" else STRIDE // MANY)
                loads[side].append(load(connect, connections=connections, seconds=seconds, first=first))
        measured[what, connections] = {side: joined(ones) for side, ones in loads.items()}
    return measured


def comparisons(catalog: Catalog, url: str) -> dict[tuple[str, int], dict[str, Connect]]:
    # Imported here: these need the settings.
    from benchmarks import api_ways as ways  # noqa: PLC0415
    from benchmarks.ranking_catalog import some_people  # noqa: PLC0415
    from catalog.models import Item  # noqa: PLC0415
    from recommender.engine.settings import DiversitySettings  # noqa: PLC0415
    from recommender.selectors.joint_vectors import ef_search  # noqa: PLC0415
    from recommender.selectors.ranking_models import active_model  # noqa: PLC0415
    from recommender.services.api_keys import make_key  # noqa: PLC0415

    people = some_people(catalog, PEOPLE, np.random.default_rng(SEED))
    model = active_model(catalog.pk)
    if model is None or not people:
        raise SystemExit("The data set has nobody with a history.")
    database = os.environ["DATABASE_URL"]
    api = ways.Api(url, make_key(catalog=catalog, scopes=["admin"])[1])
    items = list(Item.objects.filter(catalog=catalog).order_by("pk")[:1000])
    rows = ways.Rows(catalog, people, items, catalog.interaction_kinds.get(name="view").pk)
    statements = ways.serving_statements(catalog, people)
    bare = ways.bare_statements(database, statements, ef_search(model, limit=DiversitySettings().candidates))
    lists = {API: ways.recommendations(api, people), BARE: bare}
    single = {API: ways.interactions(api, rows), BARE: ways.bare_inserts(database, rows)}
    bulk = {API: ways.interactions(api, rows, many=MANY), BARE: ways.bare_inserts(database, rows, many=MANY)}
    return {
        **{("recommendations", connections): lists for connections in CONNECTIONS},
        **{("interaction", connections): single for connections in (1, 4)},
        (f"{MANY} interactions", 1): bulk,
    }


def report(measured: Measured) -> None:
    console = Console(soft_wrap=True)
    console.width = max(console.width, 120)
    table = Table(title=f"requests per second and milliseconds; load of the machine {os.getloadavg()[0]:.1f}")
    for name in ("what", "connections", "API/s", "p50", "p99", "bare/s", "p50", "p99", "API/bare"):
        table.add_column(name, justify="left" if name == "what" else "right")
    for (what, connections), sides in measured.items():
        figures = [
            text
            for side in (API, BARE)
            for text in (
                f"{sides[side].per_second:.0f}",
                f"{sides[side].percentile(50):.1f}",
                f"{sides[side].percentile(99):.1f}",
            )
        ]
        table.add_row(what, str(connections), *figures, f"{ratio(sides):.2f}")
    console.print(table)
    for target in targets(measured):
        console.print(target.line())


def ratio(sides: Mapping[str, Load]) -> float:
    return sides[API].per_second / sides[BARE].per_second


def targets(measured: Measured) -> Sequence[Target]:
    bounds = {("recommendations", 4): LISTS_AT_FOUR, ("interaction", 1): SINGLE, (f"{MANY} interactions", 1): BULK}
    return [
        Target(f"{what}, {connections} connections: API / bare", ratio(measured[what, connections]), bound, True)
        for (what, connections), bound in bounds.items()
    ]


if __name__ == "__main__":
    main()
