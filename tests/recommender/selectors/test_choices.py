"""Groups of works that a newcomer chooses from."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.models import Item
from recommender.selectors.choices import CATEGORIES_A_KIND, GROUP_SIZE, groups_of


def work(number: int, kind: str, *categories: str, creator: str = "", **fields: object) -> Item:
    attributes = {"creator": creator} if creator else {}
    return Item(pk=number, kind=kind, title=str(number), categories=list(categories), attributes=attributes, **fields)


def numbers(items: Sequence[Item]) -> list[int]:
    return [item.pk for item in items]


def test_groups_are_by_kind_and_category_and_the_medium_is_none() -> None:
    items = [work(n, "film", "Film", "Drama" if n % 2 else "Comedy") for n in range(10)]
    items += [work(n, "book", "Book", "Essay" if n % 2 else "Novel") for n in range(10, 18)]

    groups = groups_of(items)

    assert [(group.kind, group.category, numbers(group.items)) for group in groups] == [
        ("film", "Comedy", [0, 2, 4, 6, 8]),
        ("film", "Drama", [1, 3, 5, 7, 9]),
        ("book", "Novel", [10, 12, 14, 16]),
        ("book", "Essay", [11, 13, 15, 17]),
    ]


def test_no_work_is_in_two_groups_and_the_rare_category_chooses_first() -> None:
    items = [work(n, "film", "Drama", *(["War"] if n < 4 else [])) for n in range(9)]
    items.append(work(9, "film", "Comedy"))
    groups = {group.category: numbers(group.items) for group in groups_of(items)}
    assert groups == {"Drama": [4, 5, 6, 7, 8], "War": [0, 1, 2, 3]}


def test_most_popular_come_first_of_different_creators() -> None:
    names = ["ann", "ann", "ann", "ben", "", "", "cleo", "dan", "eve"]
    items = [work(n, "film", creator=name) for n, name in enumerate(names)]
    (group,) = groups_of(items)
    assert numbers(group.items) == [0, 3, 4, 5, 6, 7]


def test_group_is_filled_where_there_are_too_few_creators() -> None:
    items = [work(n, "film", creator="ann") for n in range(9)]
    (group,) = groups_of(items)
    assert numbers(group.items) == list(range(GROUP_SIZE))


def test_without_categories_there_is_one_group_a_kind() -> None:
    groups = groups_of([work(n, "dish") for n in range(3)])
    assert [(group.category, len(group.items)) for group in groups] == [("", 3)]


def test_page_stays_of_a_size() -> None:
    items = [work(n, f"kind-{n % 9}", f"category-{n // 9 % 8}", "all") for n in range(9 * 80)]
    groups = groups_of(items)
    assert len(groups) == 6 * CATEGORIES_A_KIND
    assert {len(group.items) for group in groups} == {GROUP_SIZE}
    assert groups_of([]) == []


def test_category_is_named_in_the_readers_language() -> None:
    translated = work(1, "film", "Film", "War", translations={"zh-hans": {"categories": ["电影", "战争"]}})
    plain = [work(n, "film", "Film", "War") for n in (2, 3)]
    other = work(4, "film", "Film", "Comedy")
    (group,) = groups_of([*plain, translated, other])
    assert (group.category_in("zh-hans"), group.category_in("en")) == ("战争", "War")
