"""What ./run demo --check calls good and what not, and how it visits the site."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

import pytest

from genre_site.cli.demo_check import (
    check_admin,
    check_front_page,
    check_readiness,
    check_recommendations,
    check_site,
)
from genre_site.cli.demo_site import Operator
from genre_site.cli.visitor import Page, Visitor

OPERATOR = Operator("operator@example.org", "correct horse")
RESULT = {"rank": 1, "item_id": "a", "title": "Solaris", "score": 0.5, "parts": {"text": 0.5}, "reason": "liked X"}
FRONT = "<title>\n GENRE &amp; you </title><li>Interstellar</li>"


def page(status: int, text: str, url: str = "http://site/") -> Page:
    return Page(status, url, text)


def answer(**changes: object) -> Page:
    results = [{**RESULT, "rank": rank, **changes} for rank in range(1, 6)]
    return page(200, json.dumps({"request_id": "r", "degraded": [], "results": results}))


def test_a_front_page_must_show_a_work_of_the_showcase() -> None:
    good = check_front_page(page(200, FRONT))
    assert good.is_good
    assert good.sentence == 'GET / answers 200, "GENRE & you", and shows 1 titles, such as "Interstellar"'
    assert not check_front_page(page(200, "<title>GENRE</title>nothing here")).is_good
    assert not check_front_page(page(500, FRONT)).is_good


def test_five_results_with_score_parts_and_reason_are_good() -> None:
    finding = check_recommendations(answer())
    assert finding.is_good
    assert "1. Solaris  0.500 (text +0.500)  liked X" in finding.sentence


@pytest.mark.parametrize("changes", [{"parts": {}}, {"reason": ""}, {"score": None}, {"parts": "text"}])
def test_a_result_that_lacks_something_is_not_good(changes: dict[str, object]) -> None:
    assert not check_recommendations(answer(**changes)).is_good


def test_too_few_results_or_no_json_are_not_good() -> None:
    assert not check_recommendations(page(200, json.dumps({"results": [RESULT]}))).is_good
    assert not check_recommendations(page(403, "<html>")).is_good
    assert not check_recommendations(page(200, "[]")).is_good


def test_readiness_is_told_check_by_check() -> None:
    text = json.dumps({"status": "ready", "checks": {"broker": {"ok": True, "detail": "answers"}}})
    assert check_readiness(page(200, text)).sentence == "GET /readyz answers 200, ready (broker: answers)"
    assert not check_readiness(page(503, "down")).is_good


def test_a_form_that_comes_back_is_a_refusal() -> None:
    assert check_admin(page(200, "<title>Admin</title>", "http://site/admin/")).is_good
    assert not check_admin(page(200, "<title>Log in</title>", "http://site/admin/login/?next=/admin/")).is_good


class SmallSite(BaseHTTPRequestHandler):
    """Answers as the real site does: a form with a token, a cookie for whoever fills it in rightly."""

    def do_GET(self) -> None:
        is_known = "session=known" in self.headers.get("Cookie", "")
        pages = {
            "/": (200, FRONT),
            "/readyz": (503, "down"),
            "/admin/": (200, "<title>Admin</title>"),
        }
        path = self.path.partition("?")[0]
        if path == "/admin/login/":
            self.reply(200, '<input type="hidden" name="csrfmiddlewaretoken" value="tok">', {"Set-Cookie": "csrf=tok"})
        elif path.startswith("/api/"):
            self.reply(200 if is_known else 403, answer().text)
        else:
            self.reply(*pages[path])

    def do_POST(self) -> None:
        fields = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        wished = {"username": [OPERATOR.email], "password": [OPERATOR.password], "csrfmiddlewaretoken": ["tok"]}
        if fields == wished and "csrf=tok" in self.headers["Cookie"] and self.headers["Referer"]:
            self.reply(302, "", {"Location": "/admin/", "Set-Cookie": "session=known; Path=/"})
        else:
            self.reply(200, "<title>Log in</title>")

    def reply(self, status: int, text: str, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(text.encode())), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with HTTPServer(("127.0.0.1", 0), SmallSite) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_the_check_signs_in_as_a_person_does_and_tells_what_is_wrong(site: str) -> None:
    findings = list(check_site(Visitor(site), OPERATOR))
    assert [finding.is_good for finding in findings] == [True, False, True, True]


def test_without_the_right_password_neither_admin_nor_api_is_open(site: str) -> None:
    findings = list(check_site(Visitor(site), Operator(OPERATOR.email, "wrong")))
    assert [finding.is_good for finding in findings] == [True, False, False, False]


def test_a_site_that_does_not_answer_is_a_finding_and_no_traceback() -> None:
    assert Visitor("http://127.0.0.1:9/").get("/").status == 0
