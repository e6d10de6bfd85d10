"""Single values: what is taken, as what, and why something is not."""

from __future__ import annotations

import pytest

from catalog.importing import values
from catalog.importing.exceptions import InvalidValue


def reason_of(function: object, value: object) -> str:
    assert callable(function)
    with pytest.raises(InvalidValue) as caught:
        function(value, "column")
    assert caught.value.column == "column"
    return caught.value.reason


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("42", "42"),
        (" tt0114709 ", "tt0114709"),
        ("dishes-aquatic-咖喱炒蟹", "dishes-aquatic-咖喱炒蟹"),
        (42, "42"),
        ("x" * 255, "x" * 255),
        ("מזהה", "מזהה"),
        ("a b", "a b"),
    ],
)
def test_identifier_is_taken(value: object, expected: str) -> None:
    assert values.identifier(value, "column") == expected


def test_identifier_in_composed_and_decomposed_form_is_the_same() -> None:
    assert values.identifier("Ame\u0301lie", "column") == values.identifier("Am\u00e9lie", "column") == "Am\u00e9lie"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "is empty"),
        ("   ", "is empty"),
        (None, "is empty"),
        ("x" * 256, "is longer than 255 characters"),
        ("a\u200bb", "contains characters that cannot be seen"),
        ("\u202eabc", "contains characters that cannot be seen"),
        ("a\nb", "contains characters that cannot be seen"),
        ("\ufeffa", "contains characters that cannot be seen"),
        (True, "is true or false, not a text"),
        ([1], "is a list, not a text"),
        ({"id": 1}, "is an object, not a text"),
    ],
)
def test_identifier_is_refused(value: object, reason: str) -> None:
    assert reason_of(values.identifier, value) == reason


@pytest.mark.parametrize(
    ("value", "expected"),
    [("4.5", 4.5), ("", None), ("  ", None), (None, None), (3, 3.0), ("-1e3", -1000.0), (" 7 ", 7.0)],
)
def test_finite_number_is_taken(value: object, expected: float | None) -> None:
    assert values.finite_number(value, "column") == expected


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("NaN", "is not a finite number"),
        ("Infinity", "is not a finite number"),
        ("-inf", "is not a finite number"),
        ("1e999", "is not a finite number"),
        ("9" * 5_000, "is not a finite number"),
        (10**400, "is not a number"),
        ("1_000", "is not a finite number"),
        ("4,5", "is not a number"),
        ("five", "is not a number"),
        (True, "is true or false, not a number"),
        ([4], "is a list, not a number"),
    ],
)
def test_finite_number_is_refused(value: object, reason: str) -> None:
    assert reason_of(values.finite_number, value) == reason


@pytest.mark.parametrize(
    ("value", "expected"),
    [("7", 7), ("7.0", 7), (7, 7), ("-3", -3), ("", None), (None, None), (str(2**63 - 1), 2**63 - 1)],
)
def test_whole_number_is_taken(value: object, expected: int | None) -> None:
    assert values.whole_number(value, "column") == expected


@pytest.mark.parametrize("value", ["1.5", str(2**63), "9" * 5_000, "1e3", True, "x", [1]])
def test_whole_number_is_refused(value: object) -> None:
    assert reason_of(values.whole_number, value) == "is not a whole number"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Film| Drama ||Film|", ["Film", "Drama"]),
        (["Film", " Drama ", "Film"], ["Film", "Drama"]),
        ("", []),
        (None, []),
        ([1984], ["1984"]),
    ],
)
def test_names_keep_their_order_and_lose_repetitions(value: object, expected: list[str]) -> None:
    assert values.names(value, "column") == expected


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("x" * 256, "has a name longer than 255 characters"),
        ("|".join(str(number) for number in range(1_001)), "lists more than 1,000 names"),
        ([["a"]], "is a list, not a text"),
        (5, "is a number, not a list"),
    ],
)
def test_names_are_refused(value: object, reason: str) -> None:
    assert reason_of(values.names, value) == reason


@pytest.mark.parametrize("address", ["https://example.com/a.jpg?x=1#y", "http://example.com", ""])
def test_web_address_is_taken(address: str) -> None:
    assert values.web_address(address, "column") == address


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,<script>",
        "//example.com/a.jpg",
        "/a.jpg",
        "https://",
        "http://[::1",
        "https://example.com/a b",
        "ftp://example.com/a.jpg",
        "https://example.com/\u202ea",
    ],
)
def test_address_that_could_run_or_mislead_is_refused(address: str) -> None:
    assert reason_of(values.web_address, address) == "is not an http or https address"


@pytest.mark.parametrize(
    ("value", "expected"),
    [("true", True), ("No", False), ("1", True), (0, False), (True, True), ("", None), (None, None)],
)
def test_yes_or_no(value: object, expected: bool | None) -> None:
    assert values.yes_or_no(value, "column") is expected


def test_other_words_are_neither_yes_nor_no() -> None:
    assert reason_of(values.yes_or_no, "maybe") == "is neither true nor false"


@pytest.mark.parametrize(("value", "expected"), [("en", "en"), ("zh_Hans", "zh-Hans"), ("", "")])
def test_language_code(value: str, expected: str) -> None:
    assert values.language_code(value, "column") == expected


def test_name_of_a_language_is_no_code() -> None:
    assert reason_of(values.language_code, "Chinese language") == "is not a language code such as en or zh-hans"
