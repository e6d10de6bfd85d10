"""The showcase as ./run demo serves it, for as long as a bench lasts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from genre_site.cli.backstage import Backstage
from genre_site.cli.demo_site import set_up_demo
from genre_site.cli.site import Site
from genre_site.cli.web import bind
from genre_site.embedded.instance import Instance

HOST = "127.0.0.1"
# Pages are asked for over plain HTTP at this host, whatever the person's environment says.
SETTINGS = {"GENRE_HTTPS": "0", "GENRE_DEBUG": "0", "GENRE_ALLOWED_HOSTS": HOST, "GENRE_EMAIL_URL": "none:"}


@dataclass(frozen=True)
class ServedSite:
    url: str
    email: str
    password: str


@contextmanager
def served_showcase() -> Iterator[ServedSite]:
    """Set up on the servers of this process's environment; web server and worker end with the block."""
    os.environ.update(SETTINGS)
    backstage = Backstage(Instance.from_environment(os.environ), dict(os.environ))
    with Site(backstage) as site:
        url, operator = set_up_demo(site, bind(HOST, 0))
        yield ServedSite(url.rstrip("/"), operator.email, operator.password)
