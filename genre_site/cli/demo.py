"""./run demo: the showcase, embedded and served, with what to try."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from genre_site.cli.backstage import open_backstage
from genre_site.cli.console import say
from genre_site.cli.demo_check import run_demo_check
from genre_site.cli.demo_site import Operator, set_up_demo
from genre_site.cli.serve import for_host
from genre_site.cli.showcase import CATALOG, first_profile
from genre_site.cli.site import AlreadyServingError, Site
from genre_site.cli.web import DEFAULT_PORT, bind_next_free, bind_wished, find_answering
from genre_site.embedded.instance import Instance
from genre_site.embedded.process_records import ProcessRecords

HOST = "127.0.0.1"


def run_demo(arguments: list[str], environment: Mapping[str, str]) -> int:
    options = _parse(arguments)
    if options.check:
        return run_demo_check(environment)
    instance = Instance.from_environment(environment)
    if url := find_answering(ProcessRecords(instance.processes_folder)):
        return _say_already_serving(url)
    listener = bind_next_free(HOST) if options.port is None else bind_wished(HOST, options.port)
    with Site(open_backstage(instance, for_host(HOST, environment))) as site:
        try:
            with site.set_up():
                url, operator = set_up_demo(site, listener)
        except AlreadyServingError as found:
            return _say_already_serving(found.url)
        _announce(url, operator, wished_port=options.port)
        site.watch()
    return 0


def _say_already_serving(url: str) -> int:
    print(f"GENRE's demo already serves at {url} (./run stop ends it).")
    return 0


def _announce(url: str, operator: Operator, *, wished_port: int | None) -> None:
    if wished_port is None and f":{DEFAULT_PORT}/" not in url:
        say(f"port {DEFAULT_PORT} is taken, so the demo took the next free one")
    profile = first_profile()
    query = f"catalog={CATALOG}&profile={profile}&k=5"
    print(
        f"""
GENRE's demo serves
  the site    {url}
  the admin   {url}admin/   sign in as {operator.email}, password {operator.password}
  the API     {url}api/v1/recommendations?{query}   (signed in as above)

To try, in another terminal
  ./run manage recommend --catalog {CATALOG} --profile {profile} -k 5
  ./run manage recommend --catalog {CATALOG} --statement "我喜欢安静的音乐和慢节奏的电影" -k 5
  curl -u {operator.email}:{operator.password} '{url}api/v1/recommendations?{query}'

Ctrl-C stops the web server and its worker; database and broker stay up until ./run stop.""",
        flush=True,
    )


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run demo")
    parser.add_argument("--port", type=int, help="default: the next free one from 8000")
    parser.add_argument(
        "--check",
        action="store_true",
        help="set up an instance of its own, ask it for a page and a recommendation, and remove it",
    )
    return parser.parse_args(arguments)
