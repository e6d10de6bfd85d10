"""The demo's set-up, shared by ./run demo and its check: showcase, embeddings, an operator's account, web server."""

from __future__ import annotations

import json
import socket
import subprocess
from dataclasses import dataclass

from genre_site.cli.backstage import Backstage
from genre_site.cli.children import run_step
from genre_site.cli.exceptions import CliError
from genre_site.cli.migrations import ensure_migrated
from genre_site.cli.program_environment import MANAGE
from genre_site.cli.showcase import CATALOG
from genre_site.cli.site import Site
from genre_site.cli.static_files import ensure_collected


@dataclass(frozen=True)
class Operator:
    """The demo's staff account; its password is made for this instance and kept in its folder."""

    email: str
    password: str


def set_up_demo(site: Site, listener: socket.socket) -> tuple[str, Operator]:
    """Returns the address and the operator; a second time it takes seconds, since each step finds its work done."""
    backstage = site.backstage
    ensure_migrated(backstage)
    ensure_collected(backstage)
    _manage(backstage, "load_showcase")
    site.ensure_worker()
    _manage(backstage, "embed_items", "--catalog", CATALOG, "--wait")
    _manage(backstage, "train", "--catalog", CATALOG, "--unless-trained")
    operator = _ensure_operator(backstage)
    return site.start_web(listener), operator


def _manage(backstage: Backstage, *arguments: str) -> None:
    run_step([*MANAGE, *arguments], environment=backstage.environment, name=arguments[0])


def _ensure_operator(backstage: Backstage) -> Operator:
    result = subprocess.run(
        [*MANAGE, "ensure_demo_operator"],
        env=backstage.environment,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        raise CliError("ensure_demo_operator failed; its messages stand above.")
    answer = json.loads(result.stdout)
    return Operator(answer["email"], answer["password"])
