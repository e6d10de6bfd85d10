"""Ranking by a trained version, small and large, against the bare vector query: `./run bench ranking [FOLDER]`.

A data set is trained, and enlarged to catalogues of the sizes asked for, each of which is measured by the same people's
questions. *Raw* is the vector query alone: the same table, index, width of search and session, 200 ids, no filter,
everything read before. What counts are ratios within a question, since the machine may be busy with other things.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
from pathlib import Path

import django

SIZES, LARGE = (10_000, 100_000), 1_000_000
SEED = 20_260


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run bench ranking", description="How fast, and how well, lists are made.")
    parser.add_argument("folder", nargs="?", type=Path, help="a data set to train and enlarge; else a synthetic one")
    parser.add_argument("--sizes", type=_sizes, default=SIZES, help="numbers of items, by commas: 10000,100000")
    parser.add_argument("--large", action="store_true", help=f"{LARGE} items, too: hours, and some 20 GB of memory")
    parser.add_argument("--people", type=int, default=100, help="how many people ask")
    parser.add_argument("--rounds", type=int, default=3, help="how often each of them asks")
    parser.add_argument("--no-search", action="store_true", help="train with the default hyperparameters")
    parser.add_argument("--no-hnswlib", action="store_true", help="spare the graph in the process, which takes long")
    options = parser.parse_args()

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "genre_site.settings")
    django.setup()
    # Imported here: these need the settings.
    from benchmarks.ranking_run import Options, run  # noqa: PLC0415
    from benchmarks.synthetic_dataset import write_dataset  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as scratch:
        folder = options.folder
        if folder is None:
            folder = Path(scratch)
            write_dataset(folder, random.Random(SEED))
        run(
            Options(
                folder=folder,
                sizes=(*options.sizes, LARGE) if options.large else options.sizes,
                people=options.people,
                rounds=options.rounds,
                search=not options.no_search,
                graph_in_process=not options.no_hnswlib,
                seed=SEED,
            )
        )


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(sorted({int(size) for size in text.split(",")}))


if __name__ == "__main__":
    main()
