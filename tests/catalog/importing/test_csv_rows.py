"""Tables: what is a row, what is none, and when a file cannot be trusted."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.importing.row_error import RowError
from tests.catalog.importing.reading import read_rows, refusal_of, write


def titles_and_errors(path: Path) -> tuple[list[object], list[tuple[int, str]]]:
    rows, errors = read_rows(path)
    return [record["title"] for _, record in rows], [(error.row_number, error.reason) for error in errors]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiter_is_found_in_the_header(tmp_path: Path, delimiter: str) -> None:
    rows = [["item_id", "title", "tags"], ["1", '"Solaris, or; the\tsea"', "space"]]
    path = write(tmp_path / "items.csv", "".join(delimiter.join(row) + "\n" for row in rows))
    assert titles_and_errors(path) == (["Solaris, or; the\tsea"], [])


def test_separator_line_of_spreadsheets(tmp_path: Path) -> None:
    path = write(tmp_path / "items.csv", "sep=;\nitem_id;title\n1;Solaris\n")
    assert read_rows(path)[0] == [(3, {"item_id": "1", "title": "Solaris"})]


def test_quotes_hold_line_ends_and_doubled_quotes(tmp_path: Path) -> None:
    path = write(tmp_path / "items.csv", 'item_id,title\n1,"A ""film""\nin two lines"\n2,Stalker\n')
    assert titles_and_errors(path) == (['A "film"\nin two lines', "Stalker"], [])


def test_row_numbers_count_as_a_spreadsheet_does(tmp_path: Path) -> None:
    path = write(tmp_path / "items.csv", 'item_id,title\n1,"two\nlines"\n\n3,Stalker\n4\n')
    rows, errors = read_rows(path)
    assert [number for number, _ in rows] == [2, 4]
    assert [error.row_number for error in errors] == [5]


def test_short_and_long_rows_are_refused_and_the_others_kept(tmp_path: Path) -> None:
    path = write(
        tmp_path / "items.csv", "item_id,title,tags\n1,Solaris,space\n2,Stalker\n3,Mirror,time,extra\n4,Ran,\n"
    )
    assert titles_and_errors(path) == (
        ["Solaris", "Ran"],
        [(3, "the row has 2 columns, the header has 3"), (4, "the row has 4 columns, the header has 3")],
    )


def test_nul_is_refused_where_it_stands(tmp_path: Path) -> None:
    path = write(tmp_path / "items.csv", "item_id,title\n1,Sola\0ris\n2,Stalker\n")
    rows, errors = read_rows(path)
    assert [record["title"] for _, record in rows] == ["Stalker"]
    assert errors == [RowError(2, "", "1,Sola\\u0000ris", "the row contains a NUL character")]


def test_nul_in_the_header_refuses_the_file(tmp_path: Path) -> None:
    assert "NUL" in refusal_of(write(tmp_path / "items.csv", "item_id,ti\0tle\n1,Solaris\n"))


def test_header_in_the_middle_is_no_row(tmp_path: Path) -> None:
    path = write(tmp_path / "items.csv", "item_id,title\n1,Solaris\nitem_id,title\n2,Stalker\n")
    assert titles_and_errors(path) == (["Solaris", "Stalker"], [(3, "the row repeats the header")])


def test_text_behind_a_closed_quote_refuses_its_row_alone(tmp_path: Path) -> None:
    path = write(tmp_path / "items.csv", 'item_id,title\n1,"So"laris\n2,Stalker\n')
    titles, errors = titles_and_errors(path)
    assert titles == ["Stalker"]
    assert errors == [(2, 'a closed quote is followed by more text; a quote inside quotes is doubled: ""')]


def test_unclosed_quote_refuses_the_file_and_says_where_it_began(tmp_path: Path) -> None:
    path = write(tmp_path / "items.csv", 'item_id,title\n1,Solaris\n2,"Stalker\n3,Mirror\n4,Ran\n')
    reason = refusal_of(path)
    assert "row 3 begins at line 3" in reason
    assert "reaches to line 5" in reason


def test_unclosed_quote_that_a_later_quote_closes_refuses_the_file(tmp_path: Path) -> None:
    path = write(tmp_path / "items.csv", 'item_id,title\n1,"Solaris\n2,Stalker\n3,"Mirror"\n')
    assert "row 2 begins at line 2" in refusal_of(path)


def test_rows_joined_by_quotes_are_named_by_their_lines(tmp_path: Path) -> None:
    path = write(tmp_path / "items.csv", 'item_id,title\n1,"Solaris\n2,Stalker\n3,",Mirror"\n4,Ran\n')
    titles, errors = titles_and_errors(path)
    assert titles == ["Ran"]
    assert errors == [(2, "the row, lines 2 to 4, has 3 columns, the header has 2")]


def test_quote_open_in_the_last_line_is_a_cut_off_row(tmp_path: Path) -> None:
    path = write(tmp_path / "items.csv", 'item_id,title\n1,Solaris\n2,"Stal')
    assert titles_and_errors(path) == (
        ["Solaris"],
        [(3, "a quote is opened and never closed; is the file cut off?")],
    )


def test_field_of_ten_megabytes_is_refused_and_the_next_row_kept(tmp_path: Path) -> None:
    path = write(tmp_path / "items.csv", f"item_id,title\n1,{'x' * 10_000_000}\n2,Stalker\n")
    rows, errors = read_rows(path)
    assert [record["title"] for _, record in rows] == ["Stalker"]
    assert errors[0].reason == "a value is longer than 1,000,000 characters"
    assert len(errors[0].value) == 80


def test_million_columns_are_refused(tmp_path: Path) -> None:
    header = ",".join(f"c{number}" for number in range(1_000_000))
    assert "1,000,000 columns; at most 2,000 are taken" in refusal_of(write(tmp_path / "items.csv", header + "\n"))


def test_row_of_a_million_columns_is_one_refused_row(tmp_path: Path) -> None:
    path = write(tmp_path / "items.csv", "item_id,title\n" + "," * 999_999 + "\n2,Stalker\n")
    titles, errors = titles_and_errors(path)
    assert titles == ["Stalker"]
    assert errors == [(2, "the row has 1,000,000 columns, the header has 2")]


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff"])
def test_empty_file_is_refused(tmp_path: Path, content: str) -> None:
    assert refusal_of(write(tmp_path / "items.csv", content)) == "items.csv is empty: not even a header."


def test_header_alone_is_a_table_without_rows(tmp_path: Path) -> None:
    assert read_rows(write(tmp_path / "items.csv", "item_id,title\n")) == ([], [])


def test_missing_header_is_refused_with_what_was_found(tmp_path: Path) -> None:
    reason = refusal_of(write(tmp_path / "items.csv", "1,Solaris\n2,Stalker\n"))
    assert "the header has no column item_id, title. Its columns: 1, Solaris." in reason
    assert "The first row must name the columns" in reason


def test_missing_column_is_named(tmp_path: Path) -> None:
    reason = refusal_of(write(tmp_path / "items.csv", "item_id,name\n1,Solaris\n"))
    assert "the header has no column title. Its columns: item_id, name." in reason


@pytest.mark.parametrize("header", ["item_id,title,title", "item_id,title,TITLE", "item_id,title,mood,mood"])
def test_doubled_column_refuses_the_file(tmp_path: Path, header: str) -> None:
    path = write(tmp_path / "items.csv", f"{header}\n" + ",".join(["1"] * (header.count(",") + 1)))
    assert "twice. Rename or remove one." in refusal_of(path)


def test_column_without_a_name_is_not_used(tmp_path: Path) -> None:
    rows, _ = read_rows(write(tmp_path / "items.csv", ",item_id,title\n0,1,Solaris\n1,2,Stalker\n"))
    assert rows[0] == (2, {"": "0", "item_id": "1", "title": "Solaris"})
