"""What pages weigh, and how soon they are there on a slow phone: `./run bench pages`.

Chromium with a processor four times slower, 1.6 Mbit/s and 150 ms of latency, against the showcase as ./run demo serves
it. Every visit is the first one, with an empty cache.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from statistics import median

import django
from rich.console import Console
from rich.table import Table

from benchmarks.page_chromium import chromium
from benchmarks.page_site import served_showcase
from benchmarks.page_visit import Visit, visit
from benchmarks.ranking_target import Target
from genre_site.cli.showcase import CATALOG

MOST_LCP_SECONDS, MOST_SHIFT = 2.5, 0.1
MOST_KILOBYTES, MOST_SCRIPT_KILOBYTES = 300.0, 60.0
# Wide enough for the table, where standard output is a file.
NARROWEST = 120
PAGES = ("home-newcomer", "home", "item", "search")


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run bench pages", description=__doc__)
    parser.add_argument("--visits", type=int, default=5, help="how often each page is visited; the median counts")
    options = parser.parse_args()
    with served_showcase() as site:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "genre_site.settings")
        django.setup()
        measured = measure(site.url, options.visits)
    report(measured)


def measure(url: str, times: int) -> dict[str, list[Visit]]:
    from benchmarks import page_places as places  # noqa: PLC0415 - needs the settings

    with chromium() as browser:
        with browser.new_context(locale="en") as context:
            page = context.new_page()
            places.become_known(page, url, CATALOG)
            known = places.known_places(page, url, CATALOG)
            person = context.storage_state()
        addresses = {place.name: place.path for place in [*places.newcomers_places(CATALOG), *known]}
        return {
            name: [
                visit(browser, f"{url}{addresses[name]}", person=None if name == "home-newcomer" else person)
                for _time in range(times)
            ]
            for name in PAGES
        }


def report(measured: dict[str, list[Visit]]) -> None:
    console = Console(soft_wrap=True)
    console.width = max(console.width, NARROWEST)
    title = f"first visits: seconds as medians, kilobytes as transferred; load of the machine {os.getloadavg()[0]:.1f}"
    table = Table(title=title)
    for name in ("page", "server", "LCP", "least–most", "LCP is", "CLS", "KB", "HTML", "JS", "CSS", "requests"):
        table.add_column(name, justify="left" if name in {"page", "LCP is"} else "right")
    for name, visits in measured.items():
        seconds = [one.lcp_seconds for one in visits]
        table.add_row(
            name,
            f"{median(one.answer_seconds for one in visits):.2f}",
            f"{median(seconds):.2f}",
            f"{min(seconds):.2f}–{max(seconds):.2f}",
            visits[0].lcp_element,
            f"{max(one.layout_shift for one in visits):.3f}",
            *(f"{visits[0].kilobytes(kind):.1f}" for kind in (None, "Document", "Script", "Stylesheet")),
            str(visits[0].requests),
        )
    console.print(table)
    for name, visits in measured.items():
        for target in targets(name, visits):
            console.print(target.line())


def targets(name: str, visits: Sequence[Visit]) -> list[Target]:
    script = max(one.kilobytes("Script") for one in visits)
    return [
        Target(f"{name}: LCP", median(one.lcp_seconds for one in visits), MOST_LCP_SECONDS, unit=" s"),
        Target(f"{name}: CLS", max(one.layout_shift for one in visits), MOST_SHIFT),
        Target(f"{name}: page", max(one.kilobytes() for one in visits), MOST_KILOBYTES, unit=" KB"),
        Target(f"{name}: JavaScript", script, MOST_SCRIPT_KILOBYTES, unit=" KB"),
    ]


if __name__ == "__main__":
    main()
