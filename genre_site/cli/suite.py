"""./run test: the test suite with servers of its own, which leave with it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from genre_site.cli.children import run_child
from genre_site.cli.chromium import VARIABLE as CHROMIUM
from genre_site.cli.chromium import ensure_chromium
from genre_site.cli.program_environment import PYTHON
from genre_site.cli.temporary_instance import temporary_instance
from genre_site.embedded.instance import CHECKOUT

LOWEST_COVERAGE_PERCENT = 85
PLACE = ("GENRE_STATE_DIR", "GENRE_SERVICE_USER")
BROWSER_TESTS = CHECKOUT / "tests" / "e2e"
# Each has a database of its own on the one server.
MOST_PROCESSES = 4
BESIDE_OTHERS = "not slow and not alone"
BY_THEMSELVES = {False: "alone and not slow", True: "alone or slow"}
# What follows these options of pytest is an expression or a name, even where a file is called the same.
TAKE_A_WORD = frozenset({"-k", "-m", "-o", "-p", "-r", "-W"})


def run_suite(arguments: list[str], environment: Mapping[str, str]) -> int:
    """Without pytest arguments, coverage is measured, too, and must reach its limit."""
    own = _own_environment(environment)
    # First, since it may take a while in which no servers are needed.
    rest = _from_checkout([argument for argument in arguments if argument != "--all"])
    if wants_browser(rest) and (chromium := ensure_chromium(own)):
        own[CHROMIUM] = chromium
    with temporary_instance("test", own) as backstage:
        settings = {**backstage.environment, "COVERAGE_FILE": str(backstage.instance.folder / "coverage")}
        is_whole = "--all" in arguments
        if rest:
            return _run("pytest", *(["-m", ""] if is_whole else []), *rest, settings=settings)
        tests = ("coverage", "run", "-m", "pytest", "-m")
        status = _run(*tests, BESIDE_OTHERS, *side_by_side(os.cpu_count()), settings=settings)
        status = _run(*tests, BY_THEMSELVES[is_whole], settings=settings) or status
        _run("coverage", "combine", "--quiet", settings=settings)
        report = _run("coverage", "report", f"--fail-under={LOWEST_COVERAGE_PERCENT}", settings=settings)
        return status or report


def side_by_side(processors: int | None) -> list[str]:
    """pytest-xdist's arguments; a file's tests stay together, since fixtures of a module are made once."""
    processes = min(processors or 1, MOST_PROCESSES)
    return ["-n", str(processes), "--dist", "loadfile"] if processes > 1 else []


def wants_browser(arguments: list[str]) -> bool:
    """Whether browser tests are among what these arguments of pytest choose; without a path, all tests are."""
    paths = [Path(argument.partition("::")[0]) for argument in arguments]
    chosen = [path for path in paths if path.is_absolute()]
    return not chosen or any(
        path.is_relative_to(BROWSER_TESTS) or BROWSER_TESTS.is_relative_to(path) for path in chosen
    )


def _own_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Tests are the same for everybody: of what a person sets for GENRE, only places count."""
    own = (*PLACE, CHROMIUM)
    kept = {name: value for name, value in environment.items() if not name.startswith("GENRE_") or name in own}
    return {**kept, "GENRE_DEBUG": "0"}


def _run(module: str, *arguments: str, settings: Mapping[str, str]) -> int:
    return run_child([*PYTHON, "-m", module, *arguments], environment=settings, folder=CHECKOUT)


def _from_checkout(arguments: list[str]) -> list[str]:
    """pytest runs in the checkout; a path means what it means where the person stands."""
    return [
        argument if index and arguments[index - 1] in TAKE_A_WORD else _resolved(argument)
        for index, argument in enumerate(arguments)
    ]


def _resolved(argument: str) -> str:
    path, separator, test = argument.partition("::")
    if not path or path.startswith("-") or not Path(path).exists():
        return argument
    return f"{Path(path).resolve()}{separator}{test}"
