"""./run stop: nothing of the instance runs afterwards, nor of a test, check or benchmark that was killed."""

from __future__ import annotations

from collections.abc import Mapping

from genre_site.cli.console import say
from genre_site.cli.exceptions import CliError
from genre_site.cli.shutdown import stop_instance
from genre_site.cli.temporary_instance import remove_abandoned_instances
from genre_site.embedded.instance import Instance


def run_stop(arguments: list[str], environment: Mapping[str, str]) -> int:
    if arguments:
        raise CliError("./run stop takes no arguments.", status=2)
    instance = Instance.from_environment(environment)
    stopped = stop_instance(instance)
    remove_abandoned_instances(instance)
    say(f"stopped {', '.join(stopped)}" if stopped else f"nothing was running in {instance.folder}")
    return 0
