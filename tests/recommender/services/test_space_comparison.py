"""Two spaces side by side: neighbours and lists of each, and what both have."""

from __future__ import annotations

import pytest
from django.utils import timezone

from catalog.models import Catalog, Item
from recommender.exceptions import InvalidRequest
from recommender.models import EmbeddingSpace, Slate
from recommender.services.space_comparison import MOST_SUBJECTS, Comparison, compare_items, compare_profiles
from tests.conftest import MakeItem, MakeProfile, act, embed_all
from users.models import Profile


@pytest.fixture
def by_title(space: EmbeddingSpace) -> EmbeddingSpace:
    return space


@pytest.fixture
def by_category(catalog: Catalog) -> EmbeddingSpace:
    return EmbeddingSpace.objects.create(
        catalog=catalog, name="categories", backend="hashing", dimension=64, text_template="{categories}"
    )


@pytest.fixture
def films(by_title: EmbeddingSpace, by_category: EmbeddingSpace, make_item: MakeItem) -> dict[str, Item]:
    """Titles say one thing and categories another."""
    EmbeddingSpace.objects.filter(pk=by_title.pk).update(text_template="{title}")
    by_title.refresh_from_db()
    by_title.save()
    made = {
        "asked": make_item("asked", title="night train", categories=["comedy"]),
        "title": make_item("title", title="night train returns", categories=["horror"]),
        "category": make_item("category", title="summer breeze", categories=["comedy"]),
    }
    embed_all(by_title)
    embed_all(by_category)
    return made


def titles(comparison: Comparison) -> tuple[list[str], list[str]]:
    first, second = comparison.first, comparison.second
    return [near.title for near in first.neighbours], [near.title for near in second.neighbours]


def test_each_space_has_its_own_nearest_item(
    films: dict[str, Item], by_title: EmbeddingSpace, by_category: EmbeddingSpace
) -> None:
    [found] = compare_items(by_title, by_category, [films["asked"]], language="en")

    assert (found.subject_id, found.title) == (films["asked"].pk, "night train")
    assert titles(found)[0][0] == "night train returns"
    assert titles(found)[1][0] == "summer breeze"
    assert found.second.neighbours[0].score == pytest.approx(1.0, abs=2e-3)
    assert found.shared == 2
    assert [neighbour.in_both for neighbour in found.first.neighbours] == [True, True]
    assert [(rank, left and left.title, right and right.title) for rank, left, right in found.rows] == [
        (1, "night train returns", "summer breeze"),
        (2, "summer breeze", "night train returns"),
    ]


def test_item_without_a_vector_says_so(
    films: dict[str, Item], by_title: EmbeddingSpace, by_category: EmbeddingSpace, make_item: MakeItem
) -> None:
    new = make_item("new")
    [found] = compare_items(by_title, by_category, [new], language="en")
    assert titles(found) == ([], [])
    assert found.first.notice == found.second.notice == "Not embedded in this space."
    assert found.rows == []


def test_each_space_has_its_own_list_for_a_person(
    films: dict[str, Item], by_title: EmbeddingSpace, by_category: EmbeddingSpace, alice: Profile
) -> None:
    act(alice, films["asked"])
    [found] = compare_profiles(by_title, by_category, [alice], language="en", now=timezone.now())

    assert found.title == "Alice"
    assert titles(found)[0][0] == "night train returns"
    assert titles(found)[1][0] == "summer breeze"
    # What she has seen is in neither list, and looking is not logged.
    assert "night train" not in titles(found)[0] + titles(found)[1]
    assert not Slate.objects.exists()


def test_people_of_whom_nothing_is_to_be_read_have_no_list(
    films: dict[str, Item],
    by_title: EmbeddingSpace,
    by_category: EmbeddingSpace,
    alice: Profile,
    make_profile: MakeProfile,
) -> None:
    private = make_profile("private", personalise=False)
    act(private, films["asked"])
    found = compare_profiles(by_title, by_category, [alice, private], language="en", now=timezone.now())
    assert [one.first.notice for one in found] == [
        "Nothing is known about the person in this space.",
        "Personalisation is off.",
    ]
    assert [titles(one) for one in found] == [([], []), ([], [])]


def test_catalogs_are_not_mixed_and_the_number_is_bounded(
    films: dict[str, Item], by_title: EmbeddingSpace, by_category: EmbeddingSpace, other_catalog: Catalog
) -> None:
    with pytest.raises(InvalidRequest, match="one catalog"):
        compare_items(by_title, other_catalog.embedding_spaces.get(), [films["asked"]], language="en")
    dish = Item.objects.create(catalog=other_catalog, external_id="dish", title="dish")
    with pytest.raises(InvalidRequest, match="one catalog"):
        compare_items(by_title, by_category, [dish], language="en")
    with pytest.raises(InvalidRequest, match="10 or fewer"):
        compare_items(by_title, by_category, [films["asked"]] * (MOST_SUBJECTS + 1), language="en")
