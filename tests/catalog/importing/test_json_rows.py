"""JSON lines: one strict object a line."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.importing.row_error import RowError
from tests.catalog.importing.reading import read_rows, refusal_of, write

GOOD = '{"item_id": "1", "title": "Solaris"}'


def reasons(path: Path) -> list[tuple[int, str]]:
    return [(error.row_number, error.reason) for error in read_rows(path)[1]]


def test_types_are_kept_and_empty_lines_counted(tmp_path: Path) -> None:
    path = write(tmp_path / "items.jsonl", '{"item_id": 7, "title": "霸王别姬", "tags": ["opera"]}\n\n' + GOOD)
    assert read_rows(path)[0] == [
        (1, {"item_id": 7, "title": "霸王别姬", "tags": ["opera"]}),
        (3, {"item_id": "1", "title": "Solaris"}),
    ]


def test_truncated_last_line_is_refused_and_the_others_kept(tmp_path: Path) -> None:
    rows, errors = read_rows(write(tmp_path / "items.jsonl", GOOD + '\n{"item_id": "2", "ti'))
    assert rows == [(1, {"item_id": "1", "title": "Solaris"})]
    assert errors[0].row_number == 2
    assert errors[0].value == '{"item_id": "2", "ti'
    assert errors[0].reason.endswith("it is the last line: is the file cut off?")


@pytest.mark.parametrize("content", ['[{"item_id": "1", "title": "Solaris"}]', "[\n" + GOOD + "\n]\n"])
def test_list_instead_of_lines_is_refused_with_advice(tmp_path: Path, content: str) -> None:
    reason = refusal_of(write(tmp_path / "items.jsonl", content))
    assert "is a JSON list" in reason
    assert "jq -c '.[]'" in reason


def test_indented_object_is_refused_with_advice(tmp_path: Path) -> None:
    reason = refusal_of(write(tmp_path / "items.jsonl", '{\n  "item_id": "1",\n  "title": "Solaris"\n}\n'))
    assert "line 1 begins a list or an object that goes on over many lines" in reason


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"item_id": "1", "item_id": "2", "title": "x"}', "the key 'item_id' stands twice in one object"),
        ('{"item_id": "1", "title": "x", "score": NaN}', "NaN is not JSON"),
        ('{"item_id": "1", "title": "x", "score": -Infinity}', "-Infinity is not JSON"),
        ('{"item_id": "1", "title": "x", "score": 1e999}', "1e999 is larger than any number that can be stored"),
        (f'{{"item_id": {"9" * 5_000}, "title": "x"}}', "a number of 5,000 digits"),
        ('{"item_id": "1", "title": "\\u0000"}', "a text contains \\u0000, which is no character"),
        ('{"item_id": "1", "title": "\\ud83d"}', "a text contains \\ud83d, which is no character"),
        ('{"item_id": "1", "\\udc00": ["x"]}', "a text contains \\udc00, which is no character"),
        ('{"item_id": "1", "title": "a\0b"}', "the line contains a NUL character"),
        ('{"a": ' + "[" * 100_000 + "]" * 100_000 + "}", "the object is nested more than 32 levels deep"),
        ('{"a": ' + "[" * 40 + "]" * 40 + "}", "the object is nested more than 32 levels deep"),
        ('["item_id", "title"]', "it is not a JSON object: {...}"),
        ("12", "it is not a JSON object: {...}"),
        ("item 2", "it is not JSON at character 1: Expecting value"),
        (f'{{"item_id": "1", "title": "{"x" * 4_000_000}"}}', "the object is longer than 4,000,000 characters"),
        (f'{{"{"k" * 256}": 1}}', "a key is longer than 255 characters"),
    ],
)
def test_line_that_is_no_strict_object_is_refused(tmp_path: Path, line: str, reason: str) -> None:
    path = write(tmp_path / "items.jsonl", f"{GOOD}\n{line}\n{GOOD}\n")
    assert reasons(path) == [(2, reason)]
    assert len(read_rows(path)[0]) == 2


def test_surrogate_pair_is_a_character(tmp_path: Path) -> None:
    rows, errors = read_rows(write(tmp_path / "items.jsonl", '{"item_id": "1", "title": "\\ud83d\\ude00"}\n'))
    assert rows == [(1, {"item_id": "1", "title": "😀"})]
    assert errors == []


def test_brackets_inside_texts_do_not_nest(tmp_path: Path) -> None:
    path = write(tmp_path / "items.jsonl", '{"item_id": "1", "title": "' + "[{" * 50 + '\\"[[' + '"}\n')
    assert reasons(path) == []


def test_two_names_of_one_field_in_one_object_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "items.jsonl", GOOD + '\n{"item_id": "1", "title_zh": "甲", "title_zh-hans": "乙"}\n')
    assert read_rows(path)[1] == [
        RowError(
            2,
            "title_zh-hans",
            '{"item_id": "1", "title_zh": "甲", "title_zh-hans": "乙"}',
            "title_zh-hans is given twice",
        )
    ]


def test_endlessly_many_different_keys_refuse_the_file(tmp_path: Path) -> None:
    lines = "".join(f'{{"item_id": "{number}", "key{number}": 1}}\n' for number in range(2_001))
    assert "more than 2,000 different keys" in refusal_of(write(tmp_path / "items.jsonl", lines))
