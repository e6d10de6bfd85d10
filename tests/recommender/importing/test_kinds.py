"""Which kind rows have that name none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from catalog.importing.exceptions import FileRefused
from catalog.importing.row_error import RowError
from catalog.importing.row_file import Record
from recommender.services.importing_kinds import choose_kind, look_like_ratings

KINDS = frozenset({"purchase", "rating", "view"})


def rows_with(*records: Record) -> Iterator[tuple[int, Record] | RowError]:
    return iter(list(enumerate(records, start=2)))


def test_several_values_from_0_to_10_are_ratings() -> None:
    kind, rows = choose_kind(
        rows_with({"value": "4.0"}, {"value": "x"}, {"value": "0.5"}), asked=None, kinds=KINDS, file_name="i.csv"
    )
    assert kind == "rating"
    assert [number for number, _ in rows if isinstance(number, int)] == [2, 3, 4]  # type: ignore[misc]  # no errors here


@pytest.mark.parametrize("values", [["1", "1", "1"], ["4", "11"], ["-1", "1"], ["", ""], [None], ["x"], ["5"]], ids=str)
def test_other_values_are_not(values: list[object]) -> None:
    assert look_like_ratings(values) is False
    with pytest.raises(FileRefused) as caught:
        choose_kind(rows_with(*({"value": value} for value in values)), asked=None, kinds=KINDS, file_name="i.csv")
    assert str(caught.value) == (
        "i.csv has no column kind, and its values are no ratings: say --kind. "
        "This catalog's kinds are: purchase, rating, view."
    )


def test_kind_that_was_asked_for_is_not_questioned() -> None:
    assert choose_kind(rows_with({"value": "4"}), asked="purchase", kinds=KINDS, file_name="i.csv")[0] == "purchase"


def test_kind_that_the_catalog_lacks_is_refused() -> None:
    with pytest.raises(FileRefused, match=r"There is no kind 'buy'\. This catalog's kinds are: purchase, rating, view"):
        choose_kind(rows_with({"value": "4"}), asked="buy", kinds=KINDS, file_name="i.csv")


def test_file_that_names_kinds_needs_no_other() -> None:
    assert choose_kind(rows_with({"kind": "view"}), asked=None, kinds=KINDS, file_name="i.csv")[0] is None


def test_catalog_without_ratings_has_none_to_guess() -> None:
    with pytest.raises(FileRefused, match="say --kind"):
        choose_kind(rows_with({"value": "4"}, {"value": "5"}), asked=None, kinds=frozenset({"view"}), file_name="i.csv")
