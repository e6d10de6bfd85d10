"""Items like an item."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from recommender.exceptions import InvalidRequest
from recommender.models import EmbeddingSpace, Slate
from recommender.services.answers import Basis, find_answer
from recommender.services.similar import similar_items
from recommender.services.wishes import Wishes
from tests.recommender.services.arranging import TOLERANCE, Plane, everybody_likes
from tests.recommender.services.reading import codes, shown

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_nearest_items_come_first_and_the_item_itself_does_not(plane: Plane) -> None:
    film = plane.item("film", 0, 1)
    plane.item("far", 0, 0.6, 0.8)
    plane.item("near", 0, 0.8, 0.6)
    plane.item("opposite", 0, -1)

    answer = similar_items(item=film)

    assert (answer.basis, answer.degraded, codes(answer)) == (Basis.ITEM, False, [])
    assert shown(answer) == ["near", "far", "opposite"]
    assert [result.score for result in answer.results] == pytest.approx([0.8, 0.6, -1.0], abs=TOLERANCE)
    for result in answer.results:
        assert result.parts == {"similarity": result.score}
        assert result.reason == "Similar to “film”."


def test_hidden_items_are_left_out(plane: Plane) -> None:
    film = plane.item("film", 0, 1)
    plane.item("hidden", 0, 1, hidden=True)
    plane.item("shown", 0, 0.5, 0.5)
    assert shown(similar_items(item=film)) == ["shown"]


@pytest.mark.parametrize("embedded", [True, False])
def test_excluded_items_are_left_out(plane: Plane, embedded: bool) -> None:
    film = plane.item("film", *([0, 1] if embedded else []))
    excluded = plane.item("excluded", 0, 1)
    plane.item("shown", 0, 0.5, 0.5)
    assert shown(similar_items(item=film, wishes=Wishes(excluded_ids=[excluded.pk]))) == ["shown"]


def test_hidden_item_has_neighbours_still(plane: Plane) -> None:
    film = plane.item("film", 0, 1, hidden=True)
    plane.item("near", 0, 1)
    assert shown(similar_items(item=film)) == ["near"]


def test_item_without_an_embedding_yet_gets_what_is_popular_and_says_so(plane: Plane) -> None:
    waiting = plane.item("waiting")
    plane.item("untried", 0, 1)
    everybody_likes(plane.catalog, plane.item("hit", 0, 1), at=NOW)
    everybody_likes(plane.catalog, waiting, times=3, at=NOW)

    answer = similar_items(item=waiting)

    assert (answer.basis, answer.degraded, codes(answer)) == (Basis.POPULAR, True, ["not_all_embedded"])
    assert shown(answer) == ["hit", "untried"]
    assert answer.results[0].reason == "Popular with others."


def test_without_a_serving_space_popularity_answers(plane: Plane) -> None:
    film = plane.item("film", 0, 1)
    plane.item("other", 0, 1)
    EmbeddingSpace.objects.update(serving=False)
    answer = similar_items(item=film)
    assert (answer.basis, answer.degraded, shown(answer)) == (Basis.POPULAR, True, ["other"])


def test_configuration_of_the_similar_scenario_holds(plane: Plane) -> None:
    film = plane.item("film", 0, 1, kind="film")
    plane.item("near-book", 0, 0.9, 0.1, kind="book")
    plane.item("near-film", 0, 0.8, 0.2, kind="film")
    plane.item("far-film", 0, 0, 1, kind="film")
    plane.configure(
        {"filters": {"kinds": ["film"]}, "result_list": {"minimum_score": 0.5, "explanations": False}},
        scenario="similar",
    )
    answer = similar_items(item=film)
    assert [(result.item_id, result.reason) for result in answer.results] == [("near-film", "")]
    assert answer.config_version == 2


def test_length(plane: Plane) -> None:
    film = plane.item("film", 0, 1)
    for number in range(4):
        plane.item(f"item-{number}", 0, 1, number)
    assert len(similar_items(item=film, k=3).results) == 3
    with pytest.raises(InvalidRequest):
        similar_items(item=film, k=0)


def test_answer_is_logged_and_can_be_read_again(plane: Plane) -> None:
    film = plane.item("film", 0, 1)
    plane.item("near", 0, 1)
    answer = similar_items(item=film, k=5, now=NOW)
    slate = Slate.objects.get(pk=answer.request_id)
    assert find_answer(answer.request_id) == answer
    assert (slate.scenario, slate.profile, slate.space_id, slate.requested_length) == (
        "similar",
        None,
        plane.space.pk,
        5,
    )
    assert slate.created_at == NOW
