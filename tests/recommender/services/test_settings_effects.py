"""Every setting that an operator has changes a recommendation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from recommender.engine.settings import ScoringSettings
from recommender.services.answers import Answer
from recommender.services.recommending import recommend
from tests.conftest import act
from tests.recommender.services.arranging import WORDS, Plane, everybody_likes
from tests.recommender.services.reading import shown
from users.models import Profile

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def reasons(answer: Answer) -> list[str]:
    return [result.reason for result in answer.results]


@dataclass(frozen=True)
class Effect:
    """What is shown with one value of a setting, and with another."""

    arrange: Callable[[Plane, Profile], None]
    before: tuple[Any, list[str]]
    after: tuple[Any, list[str]]
    base: dict[str, Any] = field(default_factory=dict)
    statement: str = ""
    known_person: bool = True
    look: Callable[[Answer], list[str]] = shown


def a_like_and_a_hit(plane: Plane, alice: Profile) -> None:
    act(alice, plane.item("liked", 0, 1))
    plane.item("alike", 0, 0.9, 0.1)
    everybody_likes(plane.catalog, plane.item("hit", 0, 0, 1), at=NOW)


def words_and_a_hit(plane: Plane, _: Profile) -> None:
    plane.item("fitting", 1)
    everybody_likes(plane.catalog, plane.item("hit", 0, 1), at=NOW)


def a_like_and_words(plane: Plane, alice: Profile) -> None:
    act(alice, plane.item("liked", 0, 1))
    plane.item("alike", 0, 0.9, 0.1)
    plane.item("fitting", 1)


def saved_one_and_liked_another(plane: Plane, alice: Profile) -> None:
    act(alice, plane.item("saved", 0, 1), "save")
    act(alice, plane.item("liked", 0, 0, 1), "like")
    plane.item("like-the-saved", 0, 1)
    plane.item("like-the-liked", 0, 0, 1)


def two_old_likes_and_a_new_one(plane: Plane, alice: Profile) -> None:
    act(alice, plane.item("old-1", 0, 1), occurred_at=days_ago(100))
    act(alice, plane.item("old-2", 0, 1), occurred_at=days_ago(90))
    act(alice, plane.item("new", 0, 0, 1), occurred_at=NOW)
    plane.item("like-the-old", 0, 1)
    plane.item("like-the-new", 0, 0, 1)


def a_like_and_a_dislike(plane: Plane, alice: Profile) -> None:
    act(alice, plane.item("liked", 0, 1))
    act(alice, plane.item("disliked", 0, 0, 1), "dislike")
    plane.item("closer-but-tainted", 0, 0.8, 0.6)
    plane.item("clean", 0, 0.7, 0, 0.7)


def a_hit_and_a_novelty(plane: Plane, _: Profile) -> None:
    everybody_likes(plane.catalog, plane.item("hit", 0, 1), at=NOW)
    plane.item("novelty", 0, 1, published_at=NOW)


def an_older_hit_and_a_newer_one(plane: Plane, _: Profile) -> None:
    everybody_likes(plane.catalog, plane.item("older", 0, 1, published_at=days_ago(100)), times=2, at=NOW)
    newer = plane.item("newer", 0, 1, published_at=NOW)
    everybody_likes(plane.catalog, newer, times=2, kind="save", at=NOW)


def a_hit_then_and_a_hit_now(plane: Plane, _: Profile) -> None:
    everybody_likes(plane.catalog, plane.item("then", 0, 1), times=3, at=days_ago(100))
    everybody_likes(plane.catalog, plane.item("now", 0, 1), at=NOW)


def a_film_and_a_book(plane: Plane, _: Profile) -> None:
    plane.item("book", 1, kind="book", categories=["Poetry", "Sea"], language="zh-hans")
    plane.item("film", 0.9, 0.1, kind="film", categories=["Drama"], language="en")


def an_item_liked_ten_days_ago(plane: Plane, alice: Profile) -> None:
    act(alice, plane.item("liked", 0, 1), occurred_at=days_ago(10))
    plane.item("other", 0, 1, 1)


def a_near_and_a_far_item(plane: Plane, _: Profile) -> None:
    plane.item("near", 0.9, 0.1)
    plane.item("far", 0.1, 0.9)


def an_old_and_a_new_item(plane: Plane, _: Profile) -> None:
    plane.item("near-but-old", 1, 0.1, published_at=days_ago(100))
    plane.item("new", 1, 0.3, published_at=days_ago(10))


def a_near_item_and_a_trend(plane: Plane, _: Profile) -> None:
    plane.item("near", 1, 0.1)
    everybody_likes(plane.catalog, plane.item("trend", 1, 0.4), times=3, at=days_ago(5))
    everybody_likes(plane.catalog, plane.item("stale-trend", 1, 0.5), times=9, at=days_ago(20))


def two_alike_and_another(plane: Plane, _: Profile) -> None:
    plane.item("first", 1, 0.1, 0, categories=["Sea"], attributes={"creator": "Ann"})
    plane.item("second", 1, 0.12, 0, categories=["Sea"], attributes={"creator": "Ann", "maker": "Bo"})
    plane.item("other", 1, 0, 1.5, categories=["City"], attributes={"creator": ["Cy"], "maker": "Bo"})


def likes_two_categories(plane: Plane, alice: Profile) -> None:
    for number in range(4):
        category = "Sea" if number % 2 else "City"
        act(alice, plane.item(f"liked-{number}", 0, 1, 0.1 * number, categories=[category]))
    plane.item("sea-1", 0, 1, 0.1, categories=["Sea"])
    plane.item("sea-2", 0, 1, 0.2, categories=["Sea"])
    plane.item("city", 0, 1, 0.9, categories=["City"])


def many_near_items(plane: Plane, _: Profile) -> None:
    for number in range(40):
        plane.item(f"near-{number:02}", 1, 0.05 * number, categories=["Sea"], published_at=days_ago(40 - number))


EFFECTS: dict[str, Effect] = {
    "boosts.freshness": Effect(
        an_old_and_a_new_item, (0, ["near-but-old", "new"]), (1, ["new", "near-but-old"]), statement=WORDS
    ),
    "boosts.freshness_half_life_days": Effect(
        an_old_and_a_new_item,
        (0.5, ["near-but-old", "new"]),
        (30, ["new", "near-but-old"]),
        base={"boosts": {"freshness": 1}},
        statement=WORDS,
    ),
    "boosts.trending": Effect(
        a_near_item_and_a_trend,
        (0, ["near", "trend", "stale-trend"]),
        (1, ["trend", "near", "stale-trend"]),
        base={"boosts": {"trending_half_life_days": 2}},
        statement=WORDS,
    ),
    "boosts.trending_half_life_days": Effect(
        a_near_item_and_a_trend,
        (2, ["trend", "near", "stale-trend"]),
        (100, ["stale-trend", "trend", "near"]),
        base={"boosts": {"trending": 1}},
        statement=WORDS,
    ),
    "diversity.candidates": Effect(
        many_near_items,
        (20, ["near-19"]),
        (50, ["near-39"]),
        base={"boosts": {"freshness": 10, "freshness_half_life_days": 5}, "result_list": {"length": 1}},
        statement=WORDS,
    ),
    "diversity.relevance": Effect(
        two_alike_and_another,
        (1, ["first", "second", "other"]),
        (0.3, ["first", "other", "second"]),
        statement=WORDS,
    ),
    "diversity.calibration": Effect(
        likes_two_categories,
        (0, ["sea-1", "sea-2", "city"]),
        (0.9, ["sea-1", "city", "sea-2"]),
    ),
    "diversity.per_category": Effect(
        two_alike_and_another,
        (None, ["first", "second", "other"]),
        (1, ["first", "other"]),
        base={"diversity": {"fill": False}},
        statement=WORDS,
    ),
    "diversity.per_creator": Effect(
        two_alike_and_another,
        (None, ["first", "second", "other"]),
        (1, ["first", "other"]),
        base={"diversity": {"fill": False}},
        statement=WORDS,
    ),
    "diversity.creator_attribute": Effect(
        two_alike_and_another,
        ("creator", ["first", "other"]),
        ("maker", ["first", "second"]),
        base={"diversity": {"fill": False, "per_creator": 1}},
        statement=WORDS,
    ),
    "diversity.fill": Effect(
        two_alike_and_another,
        (False, ["first", "other"]),
        (True, ["first", "other", "second"]),
        base={"diversity": {"per_category": 1}},
        statement=WORDS,
    ),
    "interest.use_history": Effect(a_like_and_a_hit, (True, ["alike", "hit"]), (False, ["hit", "alike"])),
    "interest.use_statement": Effect(
        words_and_a_hit, (True, ["fitting", "hit"]), (False, ["hit", "fitting"]), statement=WORDS
    ),
    "interest.statement_weight": Effect(
        a_like_and_words, (0.1, ["alike", "fitting"]), (0.9, ["fitting", "alike"]), statement=WORDS
    ),
    "interest.kind_weights": Effect(
        saved_one_and_liked_another,
        ({}, ["like-the-liked", "like-the-saved"]),
        ({"save": 5}, ["like-the-saved", "like-the-liked"]),
    ),
    "interest.half_life_days": Effect(
        two_old_likes_and_a_new_one,
        (None, ["like-the-old", "like-the-new"]),
        (30, ["like-the-new", "like-the-old"]),
    ),
    "interest.half_life_interactions": Effect(
        two_old_likes_and_a_new_one,
        (None, ["like-the-old", "like-the-new"]),
        (1, ["like-the-new", "like-the-old"]),
    ),
    "interest.history_length": Effect(
        two_old_likes_and_a_new_one,
        (3, ["like-the-old", "like-the-new"]),
        (1, ["like-the-new", "like-the-old"]),
    ),
    "interest.dislike_weight": Effect(
        a_like_and_a_dislike, (0, ["closer-but-tainted", "clean"]), (1, ["clean", "closer-but-tainted"])
    ),
    "popular.popularity_weight": Effect(
        a_hit_and_a_novelty, (1, ["hit", "novelty"]), (0.1, ["novelty", "hit"]), known_person=False
    ),
    "popular.freshness_weight": Effect(
        a_hit_and_a_novelty, (0.3, ["hit", "novelty"]), (2, ["novelty", "hit"]), known_person=False
    ),
    "popular.freshness_half_life_days": Effect(
        an_older_hit_and_a_newer_one, (36_500, ["older", "newer"]), (1, ["newer", "older"]), known_person=False
    ),
    "popular.window_days": Effect(
        a_hit_then_and_a_hit_now, (None, ["then", "now"]), (30, ["now", "then"]), known_person=False
    ),
    "filters.kinds": Effect(a_film_and_a_book, ([], ["book", "film"]), (["film", "game"], ["film"]), statement=WORDS),
    "filters.categories": Effect(
        a_film_and_a_book, ([], ["book", "film"]), (["Sea", "Mountains"], ["book"]), statement=WORDS
    ),
    "filters.languages": Effect(a_film_and_a_book, ([], ["book", "film"]), (["en"], ["film"]), statement=WORDS),
    "seen.policy": Effect(an_item_liked_ten_days_ago, ("never", ["other"]), ("always", ["liked", "other"])),
    "seen.after_days": Effect(
        an_item_liked_ten_days_ago,
        (30, ["other"]),
        (5, ["liked", "other"]),
        base={"seen": {"policy": "after_days"}},
    ),
    "result_list.length": Effect(a_near_and_a_far_item, (20, ["near", "far"]), (1, ["near"]), statement=WORDS),
    "result_list.minimum_score": Effect(
        a_near_and_a_far_item, (None, ["near", "far"]), (0.5, ["near"]), statement=WORDS
    ),
    "result_list.explanations": Effect(
        a_near_and_a_far_item,
        (True, ["It fits what you say you like."] * 2),
        (False, ["", ""]),
        statement=WORDS,
        look=reasons,
    ),
}


# Shown elsewhere: what a trained model's blocks weigh, how new items enter it, and what is left to chance.
SHOWN_ELSEWHERE = {
    *(f"blocks.{name}" for name in ScoringSettings().blocks.model_dump()),
    "boosts.new_items",
    "new_items.gain",
    "new_items.hand_over",
    "exploration.rate",
}


def test_every_setting_has_an_effect_somewhere() -> None:
    sections = ScoringSettings().model_dump()
    named = {f"{section}.{name}" for section, values in sections.items() for name in values}
    assert named == set(EFFECTS) | SHOWN_ELSEWHERE


def test_exploration_draws_from_below_the_list_and_says_so(plane: Plane) -> None:
    many_near_items(plane, Profile())
    plane.configure({"exploration": {"rate": 0.5}, "result_list": {"length": 10}})
    answers = [recommend(catalog=plane.catalog, statement=WORDS, now=NOW) for _ in range(8)]
    plain = [f"near-{number:02}" for number in range(10)]
    explored = [result for answer in answers for result in answer.results if result.item_id not in plain]
    assert 15 <= len(explored) <= 65
    assert {result.reason for result in explored} == {"Something else, to see whether you like it."}
    assert all(result.propensity == pytest.approx(0.5 / 30) for result in explored)
    plane.configure({"exploration": {"rate": 0}, "result_list": {"length": 10}})
    answer = recommend(catalog=plane.catalog, statement=WORDS, now=NOW)
    assert shown(answer) == plain
    assert [result.propensity for result in answer.results] == [None] * 10


@pytest.mark.parametrize("path", EFFECTS)
def test_setting_changes_the_next_answer(path: str, plane: Plane, alice: Profile) -> None:
    effect = EFFECTS[path]
    section, name = path.split(".")
    effect.arrange(plane, alice)
    for value, expected in (effect.before, effect.after):
        base = effect.base.get(section, {})
        plane.configure({**effect.base, section: {**base, name: value}})
        answer = recommend(
            catalog=plane.catalog,
            profile=alice if effect.known_person else None,
            statement=effect.statement,
            now=NOW,
        )
        assert effect.look(answer) == expected


def test_calibration_keeps_to_what_picks_of_several_categories_have_in_common(plane: Plane, alice: Profile) -> None:
    for number, other in enumerate(["Sea", "City", "Night"]):
        act(alice, plane.item(f"liked-{number}", 0, 1, 0.1 * number, categories=["Jazz", other, f"{other} life"]))
    for number, other in enumerate(["Sea", "City", "Night"]):
        plane.item(f"stray-{number}", 0, 1, 0.1 * number, categories=[f"{other} life", "Rock", "Pop"])
        plane.item(f"jazz-{number}", 0, 1, 1 + 0.1 * number, categories=["Jazz", other, f"{other} song"])
    for calibration, expected in ((0, ["stray-1", "stray-0", "stray-2"]), (0.9, ["jazz-0", "jazz-1", "jazz-2"])):
        plane.configure({"diversity": {"calibration": calibration}, "result_list": {"length": 3}})
        assert shown(recommend(catalog=plane.catalog, profile=alice, now=NOW)) == expected


@pytest.mark.parametrize("path", ["filters.kinds", "filters.categories", "filters.languages"])
def test_filters_hold_for_the_popular_list_too(path: str, plane: Plane) -> None:
    effect = EFFECTS[path]
    section, name = path.split(".")
    a_film_and_a_book(plane, Profile())
    value, expected = effect.after
    plane.configure({section: {name: value}})
    assert shown(recommend(catalog=plane.catalog, now=NOW)) == expected


def test_minimum_score_is_not_filled_up_with_popular_items(plane: Plane) -> None:
    plane.item("near", 1)
    everybody_likes(plane.catalog, plane.item("waiting"), at=NOW)
    plane.configure({"result_list": {"minimum_score": 0.5}})
    answer = recommend(catalog=plane.catalog, statement=WORDS)
    assert shown(answer) == ["near"]


def test_minimum_score_of_an_impersonal_list_is_not_looked_at(plane: Plane) -> None:
    plane.item("untried", 1)
    plane.configure({"result_list": {"minimum_score": 0.9}})
    answer = recommend(catalog=plane.catalog, now=NOW)
    assert shown(answer) == ["untried"]
    assert reasons(answer) == ["Not tried by others yet."]


def test_length_asked_for_goes_before_the_configured_one(plane: Plane) -> None:
    a_near_and_a_far_item(plane, Profile())
    plane.configure({"result_list": {"length": 1}})
    assert shown(recommend(catalog=plane.catalog, statement=WORDS, k=2)) == ["near", "far"]
