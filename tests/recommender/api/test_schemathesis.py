"""Every answer conforms to the document, and none is an error of the server: schemathesis against a running one."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.test import Client, override_settings
from pytest_django import DjangoDbBlocker

from recommender.services.api_keys import make_key
from tests.e2e.served_site import open_clusters, served_site
from users.models import User

pytestmark = pytest.mark.django_db

logger = logging.getLogger(__name__)

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,unsupported_method"
)
SHORT = ("--phases", "examples,fuzzing", "--max-examples", "2")
WHOLE = ("--phases", "examples,coverage,fuzzing,stateful", "--max-examples", "12")
# Who may do less is told so early: combinations of values would be refused one by one.
LESS = ("--phases", "examples,fuzzing,stateful", "--max-examples", "8")
# Chosen once, so that a failure can be seen again.
SEED = "20261124"
GENERATED = re.compile(r"(\d+) generated")
UNLIMITED = {"GENRE_API_RATE": None, "GENRE_API_RATE_PERSON": None, "GENRE_API_RATE_REFUSED": None}
CSRF = "x" * 32


@dataclass(frozen=True)
class Served:
    """An address, and the headers of each role."""

    url: str
    headers: dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def served(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Served]:
    with django_db_blocker.unblock(), override_settings(**UNLIMITED), served_site() as url:
        catalog = open_clusters("films").catalog
        person = User.objects.create_user("dora@example.com", "correct horse battery")
        browser = Client()
        browser.force_login(person)
        cookie = f"sessionid={browser.cookies['sessionid'].value}; csrftoken={CSRF}"
        keys = {name: make_key(catalog=catalog, scopes=[name])[1] for name in ("admin", "read")}
        headers = {name: {"X-API-Key": secret} for name, secret in keys.items()}
        headers["person"] = {"Cookie": cookie, "X-CSRFToken": CSRF, "Referer": url}
        yield Served(url, {**headers, "nobody": {}})


def explored(served: Served, role: str, extent: tuple[str, ...], folder: Path) -> int:
    """How many cases were tried; fails with what schemathesis says where one did not conform."""
    options = [part for name, value in served.headers[role].items() for part in ("--header", f"{name}: {value}")]
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{served.url}/api/v1/schema", "--checks", CHECKS]
    ran = subprocess.run(
        [*command, "--seed", SEED, "--no-color", *extent, *options],
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-8_000:] + ran.stderr[-2_000:]
    generated = GENERATED.search(ran.stdout)
    assert generated is not None, ran.stdout[-2_000:]
    logger.info("%s: %s cases", role, generated[1])
    return int(generated[1])


@pytest.mark.parametrize("role", ["admin", "person", "nobody"])
def test_answers_conform(served: Served, role: str, tmp_path: Path) -> None:
    assert explored(served, role, SHORT, tmp_path) > 39


@pytest.mark.slow
def test_answers_conform_in_every_phase(served: Served, tmp_path: Path) -> None:
    assert explored(served, "admin", WHOLE, tmp_path) > 500


@pytest.mark.slow
@pytest.mark.parametrize("role", ["read", "person", "nobody"])
def test_answers_to_others_conform_in_a_row_of_calls(served: Served, role: str, tmp_path: Path) -> None:
    assert explored(served, role, LESS, tmp_path) > 100
