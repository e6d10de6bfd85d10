"""Hands ./run's arguments to their command, and ends with one sentence where something foreseeable failed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping

from genre_site.cli.bench import run_bench
from genre_site.cli.console import say
from genre_site.cli.demo import run_demo
from genre_site.cli.environment_file import with_environment_file
from genre_site.cli.exceptions import CliError
from genre_site.cli.lint import run_lint
from genre_site.cli.manage_command import run_manage
from genre_site.cli.message_catalogues import compile_stale_catalogues
from genre_site.cli.serve import run_serve
from genre_site.cli.signals import unwind_on_termination
from genre_site.cli.status import run_status
from genre_site.cli.stop import run_stop
from genre_site.cli.suite import run_suite
from genre_site.cli.worker import run_worker
from genre_site.embedded.exceptions import LocalServicesError
from genre_site.embedded.instance import CHECKOUT

COMMANDS: Mapping[str, Callable[[list[str], Mapping[str, str]], int]] = {
    "bench": run_bench,
    "demo": run_demo,
    "lint": run_lint,
    "manage": run_manage,
    "serve": run_serve,
    "status": run_status,
    "stop": run_stop,
    "test": run_suite,
    "worker": run_worker,
}
# Their result must not depend on what this machine's .env says.
REPRODUCIBLE = frozenset({"bench", "lint", "test"})
INTERRUPTED = 130


def main(arguments: list[str]) -> int:
    name, *rest = arguments or [""]
    try:
        command = COMMANDS.get(name)
        if command is None:
            raise CliError(f"'{name}' is not a command; ./run help lists them.", status=2)
        unwind_on_termination()
        environment = dict(os.environ)
        if name not in REPRODUCIBLE:
            environment = with_environment_file(CHECKOUT / ".env", environment)
        compile_stale_catalogues()
        return command(rest, environment)
    except CliError as error:
        say(str(error))
        return error.status
    except LocalServicesError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say("interrupted")
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
