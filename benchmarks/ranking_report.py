"""Tables of what was measured, and which targets are met."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

from benchmarks.ranking_catalog import Trained
from benchmarks.ranking_measuring import Call, cpu_ratio, mean_cpu, percentile, wall_ratio
from benchmarks.ranking_quality import Agreement, Recall
from benchmarks.ranking_target import Target
from benchmarks.ranking_versions import Version
from benchmarks.ranking_ways import RAW

# Wide enough for the tables, where standard output is a file.
NARROWEST = 120
CONSOLE = Console(soft_wrap=True)
CONSOLE.width = max(CONSOLE.width, NARROWEST)


def report_training(trained: Trained, held_out: int, people: int) -> None:
    figure = trained.figure
    CONSOLE.print(
        f"training: {trained.seconds:.1f} s, of them {figure('read_seconds'):.1f} s reading, "
        f"{figure('learn_seconds'):.1f} s learning, {figure('write_seconds'):.1f} s writing; "
        f"{trained.cpu_seconds:.1f} s of the processor; peak memory {figure('peak_memory_mib'):.0f} MiB"
    )
    searched = "not made" if trained.search_seconds is None else f"{trained.search_seconds:.1f} s"
    CONSOLE.print(
        f"search for hyperparameters: {searched}; {trained.model.item_count} items, "
        f"{trained.model.interaction_count} interactions; {people} people's newest fifth held out, "
        f"{held_out} of it likes"
    )


def report_version(version: Version, *, ef_search: int) -> None:
    links, ef_construction = version.graph
    CONSOLE.print(
        f"\n{version.size} items of {version.model.dimension} dimensions: m {links}, ef_construction "
        f"{ef_construction}, ef_search {ef_search}; written and indexed in {version.write_seconds:.1f} s"
    )
    drifts = ", ".join(
        f"{block} {drift.variance:+.1%} ({drift.covariance:.1%})" for block, drift in version.drift.items()
    )
    CONSOLE.print(f"against the trained items, variance (and difference of the covariance) by block: {drifts}")


def report_calls(
    title: str,
    calls: Mapping[str, Sequence[Call]],
    *,
    raw: Sequence[Call] | None = None,
    index_shares: Mapping[str, float] | None = None,
) -> None:
    """Times in milliseconds; ratios to the raw query, and how many went through the index, where that was measured."""
    load = os.getloadavg()[0]
    table = Table(title=f"{title}; milliseconds, load of the machine {load:.1f}")
    columns = ("p50", "p95", "p99", "CPU here", "server", "CPU", "wall / raw", "CPU / raw", "index", "shortest")
    for name in ("way", *columns):
        table.add_column(name, justify="left" if name == "way" else "right")
    for way, of_way in calls.items():
        count = len(of_way)
        table.add_row(
            way,
            *(f"{percentile(of_way, q):.2f}" for q in (50, 95, 99)),
            f"{sum(call.client_cpu for call in of_way) / count:.2f}",
            f"{sum(call.backend_cpu for call in of_way) / count:.2f}",
            f"{mean_cpu(of_way):.2f}",
            "" if raw is None or way == RAW else f"{wall_ratio(of_way, raw):.2f}",
            "" if raw is None or way == RAW else f"{cpu_ratio(of_way, raw):.2f}",
            "" if index_shares is None else f"{index_shares[way]:.0%}",
            str(min(call.length for call in of_way)),
        )
    CONSOLE.print(table)


def report_quality(recalls: Mapping[str, Recall], agreement: Agreement, graph_recall: float | None) -> None:
    table = Table(title="recall@100 against the exact order, over all people")
    for name in ("weights", "mean", "least", "shortest list of 200", "through the index"):
        table.add_column(name, justify="left" if name == "weights" else "right")
    for weighting, recall in recalls.items():
        table.add_row(
            weighting, f"{recall.mean:.4f}", f"{recall.least:.2f}", str(recall.shortest), f"{recall.through_index:.0%}"
        )
    CONSOLE.print(table)
    if graph_recall is not None:
        CONSOLE.print(f"hnswlib in the process, default weights: {graph_recall:.4f}")
    CONSOLE.print(
        f"nDCG@10 of {agreement.people} people's held-out items: {agreement.ndcg:.4f} as served, "
        f"{agreement.exact_ndcg:.4f} exactly; {agreement.same:.1%} of the exact ten are served"
    )


def report_targets(targets: Sequence[Target]) -> None:
    CONSOLE.print()
    for target in targets:
        CONSOLE.print(target.line())
