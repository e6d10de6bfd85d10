"""./run bench import|embed|ranking|api|picks|pages|screenshots: a benchmark on servers of its own."""

from __future__ import annotations

from collections.abc import Mapping

from genre_site.cli.children import run_child
from genre_site.cli.exceptions import CliError
from genre_site.cli.migrations import ensure_migrated
from genre_site.cli.program_environment import PYTHON
from genre_site.cli.temporary_instance import temporary_instance

MODULES = {
    "import": "benchmarks.import_bench",
    "embed": "benchmarks.embed_bench",
    "ranking": "benchmarks.ranking_bench",
    "api": "benchmarks.api_bench",
    "picks": "benchmarks.picks_bench",
    "pages": "benchmarks.page_bench",
    "screenshots": "benchmarks.screenshots",
}


def run_bench(arguments: list[str], environment: Mapping[str, str]) -> int:
    if not arguments or arguments[0] not in MODULES:
        raise CliError(f"./run bench needs one of: {', '.join(MODULES)}.", status=2)
    with temporary_instance("bench", environment) as backstage:
        ensure_migrated(backstage)
        command = [*PYTHON, "-m", MODULES[arguments[0]], *arguments[1:]]
        return run_child(command, environment=backstage.environment, folder=None)
