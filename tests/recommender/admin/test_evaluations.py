"""Evaluations in the admin: their report as tables, for reading alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from recommender.models import EvaluationRun
from users.models import User

PAGE = "/admin/recommender/evaluationrun"
REPORT: dict[str, Any] = {
    "protocol": "random",
    "results": [],
    "mean": {
        "popularity": {"ndcg@10": 0.16234, "recall@20": 0.1591, "coverage@10": None},
        "genre": {"ndcg@10": 0.33519, "recall@20": 0.3362, "coverage@10": 0.17},
    },
    "intervals": {
        "popularity": {"ndcg@10": [0.15, 0.17]},
        "genre": {"ndcg@10": [0.32, 0.35], "recall@20": [None, None]},
    },
    "paired": [
        {
            "system": "genre",
            "against": "popularity",
            "metric": "ndcg@10",
            "difference": 0.17285,
            "interval": [0.16, 0.19],
            "p_value": 0.0002,
        }
    ],
}


@pytest.fixture
def run(operator: User) -> EvaluationRun:
    return EvaluationRun.objects.create(
        dataset="films <small>",
        protocol="random",
        seeds=[0, 1, 2],
        systems=["popularity", "genre"],
        report=REPORT,
        author=operator,
        seconds=312.5,
        note="after the import",
    )


def test_list_says_what_was_judged(staff: Client, run: EvaluationRun) -> None:
    html = staff.get(f"{PAGE}/").content.decode()
    for shown in ("films &lt;small&gt;", "random", "popularity, genre", "312.5", "after the import"):
        assert shown in html


def test_page_has_means_with_intervals_in_the_order_of_the_systems(staff: Client, run: EvaluationRun) -> None:
    html = staff.get(f"{PAGE}/{run.pk}/change/").content.decode()
    assert '<th scope="col">metric</th><th scope="col">popularity</th><th scope="col">genre</th>' in html
    for row in (
        '<th scope="row">coverage@10</th><td>-</td><td>0.1700</td>',
        '<th scope="row">ndcg@10</th><td>0.1623<br><small>[0.1500, 0.1700]</small></td><td>0.3352<br>',
        '<th scope="row">recall@20</th><td>0.1591</td><td>0.3362</td>',
        '<th scope="row">genre</th><td>popularity</td><td>ndcg@10</td><td>+0.1729</td><td>[+0.1600, +0.1900]</td>',
        "</td><td>0.0002</td></tr>",
    ):
        assert row in html


def test_page_of_another_shape_of_report_opens(staff: Client, run: EvaluationRun) -> None:
    others: list[Any] = [{}, [], {"mean": [], "paired": []}]
    for report in others:
        EvaluationRun.objects.filter(pk=run.pk).update(report=report)
        assert staff.get(f"{PAGE}/{run.pk}/change/").status_code == 200


def test_is_read_only(staff: Client, run: EvaluationRun) -> None:
    assert staff.get(f"{PAGE}/add/").status_code == 403
    assert staff.post(f"{PAGE}/{run.pk}/change/", {"note": "better"}).status_code == 403
    assert staff.post(f"{PAGE}/{run.pk}/delete/", {"post": "yes"}).status_code == 403
    run.refresh_from_db()
    assert run.note == "after the import"
