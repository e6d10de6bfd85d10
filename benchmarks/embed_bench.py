"""Embedding through Celery against the bare encoder and plain sentence-transformers: `./run bench embed [FOLDER]`.

The same texts go three ways in turn, several rounds in one run, with the same number of threads: what counts are the
medians of the ratios within a round, since the machine may be busy with other things.
"""

from __future__ import annotations

import argparse
import os
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import django
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from benchmarks.embedding_rounds import Round

LEAST_TIMES_PLAIN, LARGEST_GAP = 3.0, 0.15


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run bench embed", description="How fast items are embedded.")
    parser.add_argument("folder", nargs="?", type=Path, help="whose items are embedded; else synthetic ones")
    parser.add_argument("--items", type=int, default=1500, help="how many of them")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "genre_site.settings")
    # The plain model lies in its package: nothing is asked of the network.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    django.setup()
    # Imported here: these need the settings, and the variables above.
    from benchmarks.bench_worker import bench_worker  # noqa: PLC0415
    from benchmarks.embedding_rounds import load_plain_model, measure, prepare_space, texts_of, warm_up  # noqa: PLC0415

    space = prepare_space(options.folder, options.items)
    texts, model = texts_of(space), load_plain_model()
    tokens = statistics.mean(len(model.tokenizer.encode(text)) for text in texts[:200])
    with bench_worker():
        warm_up(space, texts, model)
        rounds = [measure(space, texts, model) for _ in range(options.rounds)]
    report(rounds, count=len(texts), tokens=tokens)


def report(rounds: Sequence[Round], *, count: int, tokens: float) -> None:
    threads = len(os.sched_getaffinity(0))
    table = Table(title=f"{count} texts of {tokens:.0f} tokens, {threads} threads: texts a second")
    table.add_column("way")
    for number in range(1, len(rounds) + 1):
        table.add_column(f"round {number}", justify="right")
    table.add_column("median", justify="right")
    ways = {
        "plain MiniLM": [count / each.plain for each in rounds],
        "bare encoder": [count / each.bare for each in rounds],
        "Celery: stored": [count / each.celery for each in rounds],
        "Celery: filled": [count / each.filled for each in rounds],
    }
    for way, rates in ways.items():
        table.add_row(way, *(f"{rate:.1f}" for rate in rates), f"{statistics.median(rates):.1f}")
    console = Console(soft_wrap=True)
    console.print(table)
    for end, times in (("stored", [r.celery for r in rounds]), ("filled", [r.filled for r in rounds])):
        against_plain = statistics.median(each.plain / taken for each, taken in zip(rounds, times, strict=True))
        gap = statistics.median(taken / each.bare - 1 for each, taken in zip(rounds, times, strict=True))
        console.print(
            f"through Celery until {end}: {against_plain:.1f} x plain (target {LEAST_TIMES_PLAIN:.0f}: "
            f"{'met' if against_plain >= LEAST_TIMES_PLAIN else 'missed'}), {gap:+.1%} time against the bare encoder "
            f"(target {LARGEST_GAP:.0%}: {'met' if gap <= LARGEST_GAP else 'missed'})"
        )


if __name__ == "__main__":
    main()
