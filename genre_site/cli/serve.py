"""./run serve: the web server and a worker, until Ctrl-C, SIGTERM or ./run stop ends them."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from genre_site.cli.backstage import open_backstage
from genre_site.cli.console import say
from genre_site.cli.exceptions import CliError
from genre_site.cli.migrations import ensure_migrated
from genre_site.cli.site import AlreadyServingError, Site
from genre_site.cli.static_files import ensure_collected
from genre_site.cli.web import DEFAULT_PORT, LOOPBACK_HOSTS, bind_wished, find_answering
from genre_site.embedded.instance import Instance
from genre_site.embedded.process_records import ProcessRecords


def run_serve(arguments: list[str], environment: Mapping[str, str]) -> int:
    options = _parse(arguments)
    instance = Instance.from_environment(environment)
    if url := find_answering(ProcessRecords(instance.processes_folder)):
        raise already_serving(url)
    # Before anything starts: a port that is taken is told at once.
    listener = bind_wished(options.host, options.port)
    backstage = open_backstage(instance, for_host(options.host, environment))
    with Site(backstage) as site:
        try:
            with site.set_up():
                ensure_migrated(backstage)
                ensure_collected(backstage)
                site.ensure_worker()
                url = site.start_web(listener)
        except AlreadyServingError as found:
            raise already_serving(found.url) from None
        say(f"serving at {url} (admin: {url}admin/). Ctrl-C stops the web server and its worker;")
        say("database and broker stay up until ./run stop.")
        site.watch()
    return 0


def for_host(host: str, environment: Mapping[str, str]) -> dict[str, str]:
    """On the loopback address there is no HTTPS to insist on; elsewhere the safe default stays."""
    return {"GENRE_HTTPS": "0", **environment} if host in LOOPBACK_HOSTS else dict(environment)


def already_serving(url: str) -> CliError:
    return CliError(f"This instance already serves at {url}; ./run stop ends it.")


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run serve")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="default: %(default)s")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on, default: %(default)s")
    return parser.parse_args(arguments)
