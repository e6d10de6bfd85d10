"""The impersonal ranking, with the formula's values worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import log
from typing import Any

import pytest

from catalog.models import Catalog, Item
from recommender.engine.settings import FilterSettings, PopularSettings
from recommender.models import InteractionKind
from recommender.selectors.popular import popular_items
from tests.conftest import MakeItem, MakeProfile, act
from users.models import Profile

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
EVERYTHING = FilterSettings()


def ranked(
    catalog: Catalog,
    *,
    filters: FilterSettings = EVERYTHING,
    excluded: tuple[Item, ...] = (),
    limit: int = 20,
    **settings: Any,
) -> dict[str, tuple[float, float]]:
    """Popularity and freshness by identifier, in order."""
    found = popular_items(
        catalog.pk,
        PopularSettings(**settings),
        filters=filters,
        excluded_ids={item.pk for item in excluded},
        limit=limit,
        now=NOW,
    )
    names = dict(catalog.items.values_list("pk", "external_id"))
    return {names[item.item_id]: (item.popularity, item.freshness) for item in found}


def close(expected: dict[str, tuple[float, float]]) -> dict[str, object]:
    return {name: pytest.approx(parts, abs=1e-12) for name, parts in expected.items()}


@pytest.fixture
def people(make_profile: MakeProfile) -> list[Profile]:
    return [make_profile(f"person-{number}") for number in range(4)]


def test_popularity_is_the_logarithm_of_what_people_did_beside_the_most_popular(
    catalog: Catalog, make_item: MakeItem, people: list[Profile]
) -> None:
    hit, known, seen, untried = (make_item(name) for name in ("hit", "known", "seen", "untried"))
    for person in people[:3]:
        act(person, hit)
    act(people[0], known, "save")
    act(people[1], known, "click")
    act(people[0], seen, "view")

    found = ranked(catalog)

    assert list(found) == ["hit", "known", "seen", "untried"]
    assert found == close(
        {
            "hit": (1.0, 0),
            "known": (log(1 + 0.8 + 0.3) / log(4), 0),
            "seen": (log(1.2) / log(4), 0),
            "untried": (0, 0),
        }
    )
    assert untried.pk in {item.pk for item in catalog.items.all()}


def test_ratings_count_by_their_distance_from_neutral(
    catalog: Catalog, make_item: MakeItem, people: list[Profile]
) -> None:
    loved, mixed, disliked, unrated = (make_item(name) for name in ("loved", "mixed", "disliked", "unrated"))
    act(people[0], loved, "rating", value=5)
    act(people[1], loved, "rating", value=4)
    act(people[0], mixed, "rating", value=5)
    act(people[1], mixed, "rating", value=2)
    act(people[0], disliked, "rating", value=1)
    act(people[0], unrated, "rating")
    assert ranked(catalog) == close(
        {
            "loved": (1.0, 0),
            "mixed": (log(1.5) / log(2.5), 0),
            "disliked": (0, 0),
            "unrated": (0, 0),
        }
    )


def test_values_of_multiplying_kinds_count(catalog: Catalog, make_item: MakeItem, people: list[Profile]) -> None:
    InteractionKind.objects.filter(catalog=catalog, name="purchase").update(value_mode="multiply")
    act(people[0], make_item("dozen"), "purchase", value=12)
    act(people[0], make_item("one"), "purchase")
    assert ranked(catalog) == close(
        {
            "dozen": (1.0, 0),
            "one": (log(2) / log(13), 0),
        }
    )


def test_dislikes_do_not_make_popular(catalog: Catalog, make_item: MakeItem, people: list[Profile]) -> None:
    notorious, liked = make_item("notorious"), make_item("liked")
    for person in people:
        act(person, notorious, "dislike")
    act(people[0], liked)
    assert ranked(catalog) == close({"liked": (1.0, 0), "notorious": (0, 0)})


@pytest.mark.parametrize(("days", "expected"), [(0, 1.0), (10, 0.5), (20, 0.25), (30, 0.125), (-5, 1.0)])
def test_freshness_halves_with_the_half_life(catalog: Catalog, make_item: MakeItem, days: int, expected: float) -> None:
    make_item("dated", published_at=NOW - timedelta(days=days))
    assert ranked(catalog, freshness_half_life_days=10, freshness_weight=1) == close({"dated": (0, expected)})


def test_very_old_item_has_no_freshness_and_no_underflow(catalog: Catalog, make_item: MakeItem) -> None:
    make_item("old", published_at=datetime(1, 1, 2, tzinfo=UTC))
    assert ranked(catalog, freshness_half_life_days=0.001) == close({"old": (0, 0)})


def test_item_without_a_date_is_not_fresh(catalog: Catalog, make_item: MakeItem) -> None:
    make_item("undated")
    make_item("dated", published_at=NOW)
    assert ranked(catalog) == close({"dated": (0, 0.3), "undated": (0, 0)})


def test_weights_scale_the_parts(catalog: Catalog, make_item: MakeItem, people: list[Profile]) -> None:
    act(people[0], make_item("hit", published_at=NOW))
    assert ranked(catalog, popularity_weight=3, freshness_weight=0.5) == close({"hit": (3.0, 0.5)})
    assert ranked(catalog, popularity_weight=0, freshness_weight=0) == close({"hit": (0, 0)})


def test_only_interactions_within_the_window_count(
    catalog: Catalog, make_item: MakeItem, people: list[Profile]
) -> None:
    then, now, undated = make_item("then"), make_item("now"), make_item("undated")
    for person in people:
        act(person, then, occurred_at=NOW - timedelta(days=7, seconds=1))
        act(person, undated, sequence=1)
    act(people[0], now, occurred_at=NOW - timedelta(days=7))
    assert list(ranked(catalog)) == ["then", "undated", "now"]
    assert ranked(catalog, window_days=7) == close({"now": (1.0, 0), "then": (0, 0), "undated": (0, 0)})


def test_hidden_and_excluded_items_are_left_out_and_set_no_measure(
    catalog: Catalog, make_item: MakeItem, people: list[Profile]
) -> None:
    hidden, excluded, left = make_item("hidden", hidden=True), make_item("excluded"), make_item("left")
    for person in people:
        act(person, hidden)
        act(person, excluded)
    act(people[0], left)
    assert ranked(catalog, excluded=(excluded,)) == close({"left": (1.0, 0)})


def test_filters(catalog: Catalog, make_item: MakeItem) -> None:
    make_item("film", kind="film", categories=["Drama", "Sea"], language="en")
    make_item("book", kind="book", categories=["Poetry"], language="zh-hans")
    make_item("thing")
    assert set(ranked(catalog, filters=FilterSettings(kinds=["film", "book"]))) == {"film", "book"}
    assert set(ranked(catalog, filters=FilterSettings(categories=["Sea", "Poetry"]))) == {"film", "book"}
    assert set(ranked(catalog, filters=FilterSettings(languages=["zh-hans"]))) == {"book"}
    assert ranked(catalog, filters=FilterSettings(kinds=["film"], languages=["zh-hans"])) == {}


@pytest.mark.parametrize("name", ["100%", "%s", "%(limit)s", "it's", "剧情", '"quoted"', "{braces}"])
def test_filter_names_may_hold_any_characters(catalog: Catalog, make_item: MakeItem, name: str) -> None:
    make_item("wanted", kind=name, categories=[name])
    make_item("other", kind="x", categories=["x"])
    assert set(ranked(catalog, filters=FilterSettings(kinds=[name], categories=[name]))) == {"wanted"}


def test_equal_items_stand_in_order_of_their_ids_up_to_the_limit(catalog: Catalog, make_item: MakeItem) -> None:
    for name in ("c", "a", "b"):
        make_item(name)
    assert list(ranked(catalog, limit=2)) == ["c", "a"]
    assert ranked(catalog, limit=0) == {}


def test_other_catalogs_do_not_count(
    catalog: Catalog, other_catalog: Catalog, make_item: MakeItem, make_profile: MakeProfile, people: list[Profile]
) -> None:
    dish = make_item("dish", catalog=other_catalog)
    for number in range(5):
        act(make_profile(f"cook-{number}", catalog=other_catalog), dish)
    act(people[0], make_item("film"))
    assert ranked(catalog) == close({"film": (1.0, 0)})


def test_empty_catalog(catalog: Catalog) -> None:
    assert ranked(catalog) == {}
