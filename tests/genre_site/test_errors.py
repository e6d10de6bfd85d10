"""Errors: problem+json under /api/, pages elsewhere, and neither needs the database."""

from __future__ import annotations

import json
import re
import uuid

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.test import Client, RequestFactory
from django.urls import include, path
from pytest_django import Settings
from rest_framework import exceptions
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from genre_site import errors
from recommender.exceptions import (
    ChangedMeanwhile,
    GenreError,
    InvalidRequest,
    KeyOfAnotherRequest,
    NotInCatalog,
    NoWorker,
    SpaceNotReady,
    StillRunning,
)
from users.models import User

FAILURES: dict[str, Exception] = {
    "outage": OperationalError("connection to server at 10.0.0.7 failed"),
    "closed": InterfaceError("the connection is closed"),
    "bug": ZeroDivisionError("secret"),
    "denied": PermissionDenied("secret"),
    "missing": Http404("secret"),
    "suspicious": SuspiciousOperation("secret"),
    "unknown": NotInCatalog("The catalog has no such item."),
    "invalid": InvalidRequest("That contradicts itself."),
    "not-ready": SpaceNotReady("The space is not filled."),
    "no-worker": NoWorker("No worker answers."),
    "changed": ChangedMeanwhile("It is another one."),
    "another": KeyOfAnotherRequest("It was sent before."),
    "running": StillRunning("It is being worked on."),
    "too-large": RequestDataTooBig("secret"),
    "unread": UnreadablePostError("secret"),
    "mistake": exceptions.ValidationError({"outer": {"inner": ["is wrong", "is late"]}, "list": "is short"}),
    "rows": exceptions.ValidationError([{}, {"": ["is odd"], "parts": [{}, {"size": ["is small"]}]}]),
}


def broken_page(request: HttpRequest, failure: str) -> HttpResponse:
    raise FAILURES[failure]


class BrokenEndpoint(APIView):
    permission_classes = (AllowAny,)
    authentication_classes = ()

    def get(self, request: Request, failure: str) -> Response:
        raise FAILURES[failure]


urlpatterns = [
    path("broken/<failure>", broken_page),
    path("api/broken/<failure>", BrokenEndpoint.as_view()),
    path("api/plain/<failure>", broken_page),
    path("", include("genre_site.urls")),
]
handler400, handler403 = errors.bad_request, errors.permission_denied
handler404, handler500 = errors.not_found, errors.server_error


@pytest.fixture
def visitor() -> Client:
    """Sees what a browser sees, where the test client would raise the exception itself."""
    return Client(raise_request_exception=False)


@pytest.fixture(autouse=True)
def _broken_addresses(settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.genre_site.test_errors"


class TestPages:
    """No test here may use the database: an error page that asks it would fail."""

    @pytest.mark.parametrize(
        ("failure", "status", "heading"),
        [
            ("suspicious", 400, "This request cannot be understood"),
            ("too-large", 413, "This is too large"),
            ("denied", 403, "This is not open to you"),
            ("missing", 404, "There is nothing here"),
            ("bug", 500, "Something went wrong here"),
            ("outage", 503, "GENRE is resting for a moment"),
            ("closed", 503, "GENRE is resting for a moment"),
        ],
    )
    def test_have_the_sites_look_and_no_secret(self, visitor: Client, failure: str, status: int, heading: str) -> None:
        answered = visitor.get(f"/broken/{failure}")

        html = answered.content.decode()
        assert (answered.status_code, answered.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
        assert f"<h1>{heading}</h1>" in html
        assert '<a class="wordmark" href="/">GENRE</a>' in html
        assert 'href="/static/genre/site.css"' in html
        assert "secret" not in html
        assert "10.0.0.7" not in html
        assert answered.headers.get("Retry-After") == ("10" if status == 503 else None)

    def test_unknown_address_is_such_a_page(self, visitor: Client) -> None:
        answered = visitor.get("/nowhere/<script>")
        assert answered.status_code == 404
        assert "There is nothing here" in answered.content.decode()
        assert "<script" not in answered.content.decode()

    @pytest.mark.parametrize("failure", ["suspicious", "denied", "missing", "bug", "outage"])
    def test_ask_nothing_and_load_nothing_that_may_be_missing_too(self, visitor: Client, failure: str) -> None:
        html = visitor.get(f"/broken/{failure}").content.decode()
        assert re.findall(r"<script|<form|<nav", html) == []
        assert re.findall(r'<a [^>]*href="([^"]*)"', html) == ["#content", "/", "/"]

    def test_of_requests_that_come_too_often_say_when_to_try_again(self) -> None:
        answered = errors.too_many_requests(RequestFactory().post("/accounts/sign-up"))
        html = answered.content.decode()
        assert (answered.status_code, answered["Retry-After"]) == (429, "60")
        assert "<h1>Too many attempts</h1>" in html
        assert "Wait a minute, then try again." in html

    @pytest.mark.parametrize(("failure", "heading"), [("bug", "这里出了点问题"), ("missing", "这里什么也没有")])
    def test_speak_chinese(self, visitor: Client, failure: str, heading: str) -> None:
        html = visitor.get(f"/broken/{failure}", headers={"Accept-Language": "zh-CN"}).content.decode()
        assert heading in html
        assert '<html lang="zh-hans">' in html
        said = re.sub(r"<[^>]*>", "", html[html.index("<main") : html.index("</main>")])
        assert not re.search("[A-Za-z]", said)

    def test_refused_form_is_such_a_page(self) -> None:
        answered = Client(enforce_csrf_checks=True).post("/i18n/setlang/", {"language": "en"})
        assert answered.status_code == 403
        assert "This form was refused" in answered.content.decode()


class TestProblems:
    @pytest.mark.parametrize(
        ("failure", "status", "title", "detail"),
        [
            ("changed", 412, "Precondition Failed", "It is another one."),
            ("another", 422, "Unprocessable Entity", "It was sent before."),
            ("unknown", 404, "Not Found", "The catalog has no such item."),
            ("invalid", 400, "Bad Request", "That contradicts itself."),
            ("not-ready", 409, "Conflict", "The space is not filled."),
            ("no-worker", 503, "Service Unavailable", "No worker answers."),
            ("outage", 503, "Service Unavailable", "The database does not answer. Try again in a few seconds."),
            ("closed", 503, "Service Unavailable", "The database does not answer. Try again in a few seconds."),
        ],
    )
    def test_of_endpoints_say_what_is_wrong(
        self, visitor: Client, failure: str, status: int, title: str, detail: str
    ) -> None:
        answered = visitor.get(f"/api/broken/{failure}")

        assert answered.status_code == status
        assert answered.headers["Content-Type"] == "application/problem+json"
        assert answered.json() == {
            "type": "about:blank",
            "title": title,
            "status": status,
            "detail": detail,
            "request_id": answered.headers["X-Request-Id"],
        }
        assert answered.headers.get("Retry-After") == ("10" if status == 503 else None)

    @pytest.mark.parametrize("kind", ["broken", "plain"])
    @pytest.mark.parametrize(
        ("failure", "status"),
        [
            ("bug", 500),
            ("suspicious", 400),
            ("denied", 403),
            ("missing", 404),
            ("outage", 503),
            ("too-large", 413),
        ],
    )
    def test_of_what_nobody_foresaw_have_the_same_shape(
        self, visitor: Client, kind: str, failure: str, status: int
    ) -> None:
        answered = visitor.get(f"/api/{kind}/{failure}")

        assert (answered.status_code, answered.headers["Content-Type"]) == (status, "application/problem+json")
        body = answered.json()
        assert list(body) == ["type", "title", "status", "detail", "request_id"]
        assert body["status"] == status
        assert body["detail"]
        assert "10.0.0.7" not in json.dumps(body)

    def test_each_mistake_is_named_by_its_field(self, visitor: Client) -> None:
        assert visitor.get("/api/broken/mistake").json()["errors"] == [
            {"field": "outer.inner", "detail": "is wrong"},
            {"field": "outer.inner", "detail": "is late"},
            {"field": "list", "detail": "is short"},
        ]

    def test_each_row_of_a_list_is_named_by_its_index(self, visitor: Client) -> None:
        assert visitor.get("/api/broken/rows").json()["errors"] == [
            {"field": "1", "detail": "is odd"},
            {"field": "1.parts.1.size", "detail": "is small"},
        ]

    def test_request_that_is_being_worked_on_may_be_sent_again_in_a_second(self, visitor: Client) -> None:
        answered = visitor.get("/api/broken/running")
        assert (answered.status_code, answered.headers["Retry-After"]) == (409, "1")

    def test_sender_who_goes_away_is_no_fault_of_the_server(self, visitor: Client) -> None:
        assert visitor.get("/api/broken/unread").status_code == 400

    def test_unknown_address_under_the_api_is_a_problem(self, visitor: Client) -> None:
        for address in (
            "/gorse/api/nowhere",
            "/api/nowhere",
            "/api/v1/recommendations/nonsense",
            f"/api/v1/recommendations/{uuid.uuid4()}x",
        ):
            answered = visitor.get(address)
            assert (answered.status_code, answered.headers["Content-Type"]) == (404, "application/problem+json")

    def test_domain_error_of_a_later_kind_is_answered_by_whether_it_lasts(self) -> None:
        class Lasting(GenreError):
            pass

        class Passing(GenreError):
            permanent = False

        statuses = [errors.problem_response(error("x"), {}) for error in (Lasting, Passing)]
        assert [response.status_code for response in statuses if response] == [409, 503]

    def test_database_that_is_away_is_503_for_the_real_endpoint_and_the_real_page(
        self, visitor: Client, monkeypatch: pytest.MonkeyPatch, operator: User
    ) -> None:
        def away(*_: object, **__: object) -> None:
            raise OperationalError("no connection")

        visitor.force_login(operator)
        with monkeypatch.context() as outage:
            outage.setattr("django.db.backends.utils.CursorWrapper.execute", away)
            page, endpoint = visitor.get("/"), visitor.get("/api/v1/recommendations?catalog=films")

        assert (page.status_code, page.headers["Retry-After"]) == (503, "10")
        assert (endpoint.status_code, endpoint.headers["Retry-After"]) == (503, "10")
        assert endpoint.headers["Content-Type"] == "application/problem+json"


def test_language_of_an_earlier_request_is_not_kept() -> None:
    chinese = RequestFactory().get("/x", headers={"Accept-Language": "zh"})
    english = RequestFactory().get("/x")
    assert "这里什么也没有" in errors.not_found(chinese, Http404()).content.decode()
    assert "There is nothing here" in errors.not_found(english, Http404()).content.decode()
