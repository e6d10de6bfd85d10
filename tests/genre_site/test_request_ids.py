"""X-Request-Id: taken where it is harmless, made where it is not; in answers, problems and the log."""

from __future__ import annotations

import logging

import pytest
from django.test import Client

from genre_site.request_ids import WithRequestId, current_request_id


def test_callers_own_is_answered_in_header_and_problem(db: None) -> None:
    answered = Client().get("/api/v1/recommendations", headers={"X-Request-Id": "shop:42/a.b-c_d+e=@"})
    assert answered.headers["X-Request-Id"] == answered.json()["request_id"] == "shop:42/a.b-c_d+e=@"


@pytest.mark.parametrize("sent", ["", "a b", "x" * 129, "<script>", "a\r\nb", "é", '"', "a\n"])
def test_others_are_replaced_by_a_new_one(db: None, sent: str) -> None:
    client = Client()
    ids = [client.get("/api/nowhere", headers={"X-Request-Id": sent}).headers["X-Request-Id"] for _time in range(2)]
    assert all(len(request_id) == 32 and request_id.isalnum() for request_id in ids)
    assert ids[0] != ids[1]


@pytest.mark.parametrize("address", ["/healthz", "/nowhere", "/accounts/sign-in"])
def test_every_answer_has_one(db: None, address: str) -> None:
    assert len(Client().get(address).headers["X-Request-Id"]) == 32


def test_line_of_the_log_has_that_of_its_request(db: None, caplog: pytest.LogCaptureFixture) -> None:
    caplog.handler.addFilter(WithRequestId())
    with caplog.at_level(logging.INFO):
        logging.getLogger("genre").info("before")
        # Django writes this line when all middleware is done.
        Client().get("/api/nowhere", headers={"X-Request-Id": "wanted"})
    lines = [(record.name, record.request_id) for record in caplog.records]  # type: ignore[attr-defined]  # by the filter
    assert lines == [("genre", "-"), ("django.request", "wanted")]
    assert current_request_id() == "-"
