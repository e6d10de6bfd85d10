"""./run demo --check: sets the demo up in an instance of its own, uses it as a person would, and removes it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from genre_site.cli.demo_site import Operator, set_up_demo
from genre_site.cli.showcase import CATALOG, first_profile, titles
from genre_site.cli.site import Site
from genre_site.cli.temporary_instance import temporary_instance
from genre_site.cli.visitor import Page, Visitor
from genre_site.cli.web import bind

HOST = "127.0.0.1"
ASKED_RESULTS = 5
SHOWN_CHARACTERS = 300


@dataclass(frozen=True)
class Finding:
    is_good: bool
    sentence: str


def run_demo_check(environment: Mapping[str, str]) -> int:
    # The check asks over plain HTTP at this host, whatever a production environment says.
    own = {**environment, "GENRE_HTTPS": "0", "GENRE_DEBUG": "0", "GENRE_ALLOWED_HOSTS": HOST}
    all_good = True
    with temporary_instance("check", own) as backstage, Site(backstage) as site:
        url, operator = set_up_demo(site, bind(HOST, 0))
        for finding in check_site(Visitor(url), operator):
            print(f"{'ok    ' if finding.is_good else 'FAILED'}  {finding.sentence}", flush=True)
            all_good = all_good and finding.is_good
    print("The demo works." if all_good else "The demo does not work; see above.")
    return 0 if all_good else 1


def check_site(visitor: Visitor, operator: Operator) -> Iterator[Finding]:
    yield check_front_page(visitor.get("/"))
    yield check_readiness(visitor.get("/readyz"))
    admin = visitor.sign_in("/admin/login/?next=/admin/", username=operator.email, password=operator.password)
    yield check_admin(admin)
    query = f"catalog={CATALOG}&profile={first_profile()}&k={ASKED_RESULTS}"
    yield check_recommendations(visitor.get(f"/api/v1/recommendations?{query}"))


def check_front_page(page: Page) -> Finding:
    shown = [title for title in titles() if title in page.text]
    if page.status != 200 or not shown:
        return Finding(False, f"GET / answers {page.status} and shows no work of the showcase: {_short(page.text)}")
    return Finding(True, f'GET / answers 200, "{page.title}", and shows {len(shown)} titles, such as "{shown[0]}"')


def check_readiness(page: Page) -> Finding:
    try:
        answer = json.loads(page.text)
        checks = [f"{name}: {check['detail']}" for name, check in answer["checks"].items()]
        words = f"{answer['status']} ({', '.join(checks)})"
    except (ValueError, KeyError, TypeError, AttributeError):
        words = _short(page.text)
    return Finding(page.status == 200, f"GET /readyz answers {page.status}, {words}")


def check_admin(page: Page) -> Finding:
    is_inside = page.status == 200 and urlsplit(page.url).path == "/admin/"
    return Finding(is_inside, f'signing in to the admin answers {page.status}, "{page.title}" at {page.url}')


def check_recommendations(page: Page) -> Finding:
    try:
        results = json.loads(page.text)["results"]
        lines = [_describe(result) for result in results]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return Finding(
            False,
            f"GET /api/v1/recommendations answers {page.status} without the agreed shape "
            f"({type(error).__name__}: {error}): {_short(page.text)}",
        )
    is_good = page.status == 200 and len(lines) == ASKED_RESULTS
    sentence = f"GET /api/v1/recommendations answers {page.status} with {len(lines)} results for {first_profile()}"
    return Finding(is_good, "\n          ".join([sentence, *lines]))


def _describe(result: dict[str, object]) -> str:
    """Reads what every result has to have; a missing or empty one raises."""
    parts = result["parts"]
    if not isinstance(parts, dict) or not parts or not result["reason"]:
        raise ValueError("a result without parts or reason")
    words = ", ".join(f"{name} {value:+.3f}" for name, value in parts.items())
    return f"{result['rank']}. {result['title']}  {float(str(result['score'])):.3f} ({words})  {result['reason']}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN_CHARACTERS else f"{line[:SHOWN_CHARACTERS]} ..."
