"""Personal lists: who is known by what, and what the answer says about it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection

from recommender.embeddings.batching import encode_query
from recommender.models import EmbeddingSpace, Slate
from recommender.services.answers import Basis
from recommender.services.embedding import encoder_of
from recommender.services.recommending import recommend
from tests.conftest import MakeItem, MakeProfile, act, embed_all
from tests.recommender.services.arranging import TOLERANCE, WORDS, Plane, everybody_likes
from tests.recommender.services.reading import codes, scores, shown
from users.models import Profile

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
ROOT_HALF = 0.5**0.5


def test_liked_item_leads_to_its_neighbour_and_is_not_shown_again(
    make_item: MakeItem, alice: Profile, space: EmbeddingSpace
) -> None:
    liked = make_item("space-travel")
    make_item("space-voyage", title="space travel to the stars")
    make_item("cooking", title="a cook and her kitchen")
    embed_all(space)
    act(alice, liked)

    answer = recommend(catalog=alice.catalog, profile=alice, k=2)

    assert shown(answer) == ["space-voyage", "cooking"]
    assert answer.results[0].reason == "Because you liked “space travel”."
    assert sum(answer.results[0].parts.values()) == pytest.approx(answer.results[0].score, abs=1e-9)


def test_history_ranks_by_cosine(plane: Plane, alice: Profile) -> None:
    act(alice, plane.item("liked", 0, 1))
    plane.item("same", 0, 1)
    plane.item("close", 0, 0.8, 0.6)
    plane.item("other", 0, 0, 1)
    plane.item("opposite", 0, -1)

    answer = recommend(catalog=plane.catalog, profile=alice)

    assert answer.basis == Basis.HISTORY
    assert (answer.degraded, list(answer.notices)) == (False, [])
    assert shown(answer) == ["same", "close", "other", "opposite"]
    assert [result.rank for result in answer.results] == [1, 2, 3, 4]
    assert list(scores(answer).values()) == pytest.approx([1.0, 0.8, 0.0, -1.0], abs=TOLERANCE)


def test_equal_scores_stand_in_order_of_their_item_ids(plane: Plane, alice: Profile) -> None:
    act(alice, plane.item("liked", 0, 1))
    for name in ("first", "second", "third"):
        plane.item(name, 0, 0.6, 0.8)
    assert shown(recommend(catalog=plane.catalog, profile=alice)) == ["first", "second", "third"]


def test_words_alone_rank_by_what_they_say(plane: Plane) -> None:
    plane.item("fitting", 0.8, 0.6)
    plane.item("other", 0, 1)
    answer = recommend(catalog=plane.catalog, statement=f"  {WORDS} ")
    assert answer.basis == Basis.STATEMENT
    assert shown(answer) == ["fitting", "other"]
    assert scores(answer)["fitting"] == pytest.approx(0.8, abs=TOLERANCE)
    assert list(answer.results[0].parts) == ["statement"]
    assert answer.results[0].reason == "It fits what you say you like."


def test_history_and_words_share_the_score(plane: Plane, alice: Profile) -> None:
    act(alice, plane.item("liked", 0, 1))
    plane.item("by-history", 0, 1)
    plane.item("by-both", 1, 1)
    plane.item("by-words", 1)

    answer = recommend(catalog=plane.catalog, profile=alice, statement=WORDS)

    assert answer.basis == Basis.HISTORY_AND_STATEMENT
    by_id = {result.item_id: result for result in answer.results}
    assert by_id["by-both"].rank == 1
    assert scores(answer) == pytest.approx(
        {"by-both": 1.0, "by-history": ROOT_HALF, "by-words": ROOT_HALF}, abs=TOLERANCE
    )
    assert by_id["by-both"].parts == pytest.approx({"history": 0.5, "statement": 0.5}, abs=TOLERANCE)
    assert by_id["by-history"].parts == pytest.approx({"history": ROOT_HALF, "statement": 0.0}, abs=TOLERANCE)
    assert by_id["by-history"].reason == "Because you liked “liked”."
    assert by_id["by-words"].reason == "It fits what you say you like."


def test_profiles_own_statement_is_used_where_none_is_given(plane: Plane, make_profile: MakeProfile) -> None:
    alice = make_profile("alice", statement=WORDS)
    plane.item("other", 0, 1)
    plane.item("fitting", 1)
    answer = recommend(catalog=plane.catalog, profile=alice)
    assert answer.basis == Basis.STATEMENT
    assert shown(answer) == ["fitting", "other"]


def test_statement_given_replaces_the_profiles_own(plane: Plane, make_profile: MakeProfile) -> None:
    alice = make_profile("alice", statement=WORDS)
    given = encode_query(encoder_of(plane.space), plane.space.recipe, "loud guitars") @ plane.axes.T
    plane.item("by-profile", 1)
    plane.item("by-given", *given.tolist())
    answer = recommend(catalog=plane.catalog, profile=alice, statement="loud guitars")
    assert shown(answer)[0] == "by-given"
    assert scores(answer)["by-given"] == pytest.approx(1.0, abs=TOLERANCE)
    assert Slate.objects.get(pk=answer.request_id).statement == "loud guitars"


def test_dislike_pushes_its_neighbours_down_and_is_a_part_of_the_score(plane: Plane, alice: Profile) -> None:
    act(alice, plane.item("liked", 0, 1))
    act(alice, plane.item("disliked", 0, 0, 1), "dislike")
    plane.item("tainted", 0, 0.8, 0.6)
    plane.item("clean", 0, 0.8, 0, 0.6)

    answer = recommend(catalog=plane.catalog, profile=alice)

    # U = (1, -0.5) / 1.118 in the plane of the liked and the disliked item.
    length = 1.25**0.5
    assert scores(answer) == pytest.approx({"clean": 0.8 / length, "tainted": 0.5 / length}, abs=TOLERANCE)
    assert shown(answer) == ["clean", "tainted"]
    assert answer.results[1].parts == pytest.approx({"history": 0.8 / length, "dislikes": -0.3 / length}, abs=TOLERANCE)
    assert answer.results[1].reason == "Because you liked “liked”."


def test_score_is_pgvectors_cosine_and_the_sum_of_its_parts(
    make_item: MakeItem, alice: Profile, space: EmbeddingSpace
) -> None:
    for number in range(60):
        make_item(f"item-{number}", title=f"tale {number} of the {'sea' if number % 2 else 'city'} {number % 7}")
    embed_all(space)
    for number, kind in [(1, "like"), (2, "dislike"), (5, "rating"), (8, "view"), (9, "purchase"), (12, "hide")]:
        act(alice, alice.catalog.items.get(external_id=f"item-{number}"), kind, value=4.5 if kind == "rating" else None)

    answer = recommend(catalog=alice.catalog, profile=alice, statement="stories of the sea", k=30)

    assert len(answer.results) == 30
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT item.external_id, 1 - (embedding.vector <=> slate.interest_vector::halfvec) "
            "FROM recommender_slate slate, recommender_itemembedding embedding "
            "JOIN catalog_item item ON item.id = embedding.item_id WHERE slate.request_id = %s",
            [answer.request_id],
        )
        by_pgvector = dict(cursor.fetchall())
    for result in answer.results:
        assert sum(result.parts.values()) == pytest.approx(result.score, abs=1e-9)
        assert result.score == pytest.approx(by_pgvector[result.item_id], abs=2e-3)
    assert [result.score for result in answer.results] == sorted((r.score for r in answer.results), reverse=True)
    best = sorted((by_pgvector[result.item_id] for result in answer.results), reverse=True)
    excluded = {f"item-{number}" for number in (1, 2, 5, 8, 9, 12)}
    exact = sorted((s for name, s in by_pgvector.items() if name not in excluded), reverse=True)[:30]
    assert best == pytest.approx(exact, abs=2e-3)


@pytest.mark.parametrize("k", [1, 3, 8])
def test_list_is_as_long_as_asked(plane: Plane, alice: Profile, k: int) -> None:
    act(alice, plane.item("liked", 0, 1))
    for number in range(8):
        plane.item(f"item-{number}", 0, 1, number)
    assert len(recommend(catalog=plane.catalog, profile=alice, k=k).results) == k


def test_list_ends_with_the_catalogue(plane: Plane, alice: Profile) -> None:
    act(alice, plane.item("liked", 0, 1))
    plane.item("only", 0, 1)
    answer = recommend(catalog=plane.catalog, profile=alice, k=200)
    assert shown(answer) == ["only"]
    assert codes(answer) == []


def test_items_that_are_not_embedded_yet_fill_the_list_and_the_answer_says_so(plane: Plane, alice: Profile) -> None:
    act(alice, plane.item("liked", 0, 1))
    plane.item("close", 0, 1)
    everybody_likes(plane.catalog, plane.item("waiting"), at=NOW)

    answer = recommend(catalog=plane.catalog, profile=alice, k=5)

    assert shown(answer) == ["close", "waiting"]
    assert (answer.basis, answer.degraded, codes(answer)) == (Basis.HISTORY, True, ["not_all_embedded"])
    assert answer.results[1].parts == pytest.approx({"popularity": 1.0, "freshness": 0.0})
    assert answer.results[1].reason == "Popular with others."
