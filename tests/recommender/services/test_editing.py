"""One thing edited as a whole, also where others edit it at the same moment."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.models import Catalog, Item
from recommender.exceptions import ChangedMeanwhile
from recommender.services import editing
from recommender.services.catalogs import open_catalog
from recommender.services.written_rows import Outcome
from tests.recommender.services.together import all_at_once

# RFC 7396, appendix A, as far as an object is patched.
EXAMPLES = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]


@pytest.mark.parametrize(("target", "patch", "result"), EXAMPLES)
def test_merge_is_that_of_the_standard(target: object, patch: object, result: object) -> None:
    assert editing.merged(target, patch) == result


def only_new(current: Item | None) -> None:
    if current is not None:
        raise ChangedMeanwhile("There is one already.")


def anything(_current: Item | None) -> None:
    pass


@pytest.mark.django_db(transaction=True)
class TestTogether:
    @pytest.fixture
    def catalog(self, transactional_db: None) -> Catalog:
        return open_catalog(slug="films")

    def test_one_alone_makes_what_must_not_be_there(self, catalog: Catalog) -> None:
        def put(number: int) -> str:
            body = {"title": f"T{number}", "attributes": {f"by{number}": 1}}
            try:
                written = editing.replace(
                    editing.ITEMS, catalog=catalog, external_id="one", body=body, condition=only_new
                )
            except ChangedMeanwhile:
                return "too late"
            return str(written.outcome)

        assert sorted(all_at_once(12, put)) == [Outcome.CREATED, *["too late"] * 11]
        assert len(Item.objects.get().attributes) == 1

    def test_replacements_leave_nothing_of_each_other(self, catalog: Catalog) -> None:
        def put(number: int) -> Outcome:
            body: dict[str, Any] = {"title": f"T{number}", "attributes": {f"by{number}": number}}
            return editing.replace(
                editing.ITEMS, catalog=catalog, external_id="one", body=body, condition=anything
            ).outcome

        outcomes = all_at_once(12, put)
        assert (outcomes.count(Outcome.CREATED), outcomes.count(Outcome.UPDATED)) == (1, 11)
        item = Item.objects.get()
        number = int(item.title[1:])
        assert item.attributes == {f"by{number}": number}

    def test_patches_are_all_kept(self, catalog: Catalog) -> None:
        Item.objects.create(catalog=catalog, external_id="one", title="T", attributes={"kept": 1})

        def patch(number: int) -> Outcome:
            body = {"attributes": {f"by{number}": number}}
            return editing.patch(
                editing.ITEMS, catalog=catalog, external_id="one", body=body, condition=anything
            ).outcome

        assert all_at_once(12, patch) == [Outcome.UPDATED] * 12
        assert Item.objects.get().attributes == {"kept": 1, **{f"by{number}": number for number in range(12)}}
