"""Two spaces side by side on the admin's page: chosen, asked for, and refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Catalog
from recommender.models import EmbeddingSpace, Slate
from tests.conftest import MakeItem, MakeProfile, act, embed_all
from tests.recommender.admin.conftest import messages
from users.models import Profile, User

PAGE = "/admin/recommender/embeddingspace/compare/"


@pytest.fixture
def spaces(catalog: Catalog, space: EmbeddingSpace, make_item: MakeItem, alice: Profile) -> dict[str, Any]:
    """Two filled ones of a catalog with six items, of which Alice likes one."""
    for number in range(6):
        make_item(f"item-{number}", title=f"quiet piano {number}")
    act(alice, catalog.items.get(external_id="item-0"))
    other = EmbeddingSpace.objects.create(catalog=catalog, name="other", backend="hashing", dimension=32)
    embed_all(space)
    embed_all(other)
    return {"first": space.pk, "second": other.pk}


def test_items_and_profiles_are_compared_with_their_overlap(staff: Client, spaces: dict[str, Any]) -> None:
    answered = staff.get(PAGE, {**spaces, "items": "item-1\nitem-2", "profiles": "alice"})

    assert [comparison.title for comparison in answered.context["by_item"]] == ["quiet piano 1", "quiet piano 2"]
    assert [comparison.title for comparison in answered.context["by_profile"]] == ["Alice"]
    html = answered.content.decode()
    # All of them are near in a catalog so small.
    assert html.count("5 of 5 in both.") == 3
    assert not Slate.objects.exists()


def test_examples_are_proposed(staff: Client, spaces: dict[str, Any]) -> None:
    answered = staff.get(PAGE, spaces)
    assert [comparison.title for comparison in answered.context["by_item"]] == [f"quiet piano {n}" for n in range(3)]
    assert [comparison.title for comparison in answered.context["by_profile"]] == ["Alice"]


def test_page_without_a_question_shows_the_form_alone(staff: Client, spaces: dict[str, Any]) -> None:
    answered = staff.get(PAGE, {"first": spaces["first"]})
    assert answered.status_code == 200
    assert "by_item" not in answered.context
    assert answered.context["form"].errors == {}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"items": "item-1\nnowhere"}, "Not in this catalog: nowhere."),
        ({"profiles": "bob"}, "Not in this catalog: bob."),
        ({"items": "\n".join(f"item-{number}" for number in range(11))}, "Choose 10 or fewer."),
        ({"second": "0", "items": ""}, "Select a valid choice."),
    ],
)
def test_mistakes_are_said_at_their_field(
    staff: Client, spaces: dict[str, Any], asked: dict[str, str], said: str
) -> None:
    answered = staff.get(PAGE, {**spaces, "items": "", "profiles": "", **asked})
    assert answered.status_code == 200
    assert said in answered.content.decode()


def test_two_spaces_of_one_catalog_are_wanted(
    staff: Client, spaces: dict[str, Any], other_catalog: Catalog, space: EmbeddingSpace
) -> None:
    strange = other_catalog.embedding_spaces.get()
    for second in (space.pk, strange.pk):
        answered = staff.get(PAGE, {**spaces, "second": second, "items": "item-1"})
        assert "Choose two spaces of one catalog." in answered.content.decode()


def chosen(staff: Client, page: str, *rows: Any) -> Any:
    return staff.post(f"/admin/{page}/", {"action": "compare_spaces", "_selected_action": rows}, follow=True)


def test_lists_of_items_profiles_and_spaces_lead_here(
    staff: Client, catalog: Catalog, spaces: dict[str, Any], alice: Profile, space: EmbeddingSpace
) -> None:
    item = catalog.items.get(external_id="item-3")
    assert [one.title for one in chosen(staff, "catalog/item", item.pk).context["by_item"]] == ["quiet piano 3"]
    assert [one.title for one in chosen(staff, "users/profile", alice.pk).context["by_profile"]] == ["Alice"]
    assert len(chosen(staff, "recommender/embeddingspace", *spaces.values()).context["by_item"]) == 3
    told = messages(chosen(staff, "recommender/embeddingspace", space.pk))
    assert told == "Choose two spaces of one catalog."


def test_comparison_needs_the_right_to_see_all_of_it(
    client: Client, charlie: User, as_staff: Callable[..., None], spaces: dict[str, Any]
) -> None:
    client.force_login(charlie)
    assert client.get(PAGE, spaces).status_code == 302
    as_staff(charlie, "view_embeddingspace", "view_item")
    assert client.get(PAGE, spaces).status_code == 403
    as_staff(charlie, "view_embeddingspace", "view_item", "view_profile")
    assert client.get(PAGE, spaces).status_code == 200


def test_number_of_queries_does_not_depend_on_how_much_there_is(
    staff: Client, spaces: dict[str, Any], make_item: MakeItem, make_profile: MakeProfile
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            staff.get(PAGE, {**spaces, "items": "item-1", "profiles": "alice"})
        return len(captured)

    queries()
    few = queries()
    for number in range(6, 10):
        make_item(f"item-{number}")
        make_profile(f"somebody-{number}")
    for pk in spaces.values():
        embed_all(EmbeddingSpace.objects.get(pk=pk))
    assert queries() == few
