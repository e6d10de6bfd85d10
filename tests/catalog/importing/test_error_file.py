"""The file of refused rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.importing.error_file import ErrorFile
from catalog.importing.exceptions import FileRefused
from catalog.importing.row_error import RowError


def test_it_is_made_only_when_a_row_is_refused(tmp_path: Path) -> None:
    with ErrorFile(tmp_path / "errors.csv", source=tmp_path / "items.csv"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_it_lists_row_column_value_and_reason(tmp_path: Path) -> None:
    with ErrorFile(tmp_path / "errors.csv", source=tmp_path / "items.csv") as errors:
        errors.refuse(RowError(3, "year", "十", "is not a year"))
        errors.refuse(RowError(5, "", 'a,"b', "is short"))
    assert (tmp_path / "errors.csv").read_text(encoding="utf-8") == (
        'row,column,value,reason\n3,year,十,is not a year\n5,,"a,""b",is short\n'
    )


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_formula_of_a_stranger_does_not_run_in_a_spreadsheet(tmp_path: Path, value: str) -> None:
    with ErrorFile(tmp_path / "errors.csv", source=tmp_path / "items.csv") as errors:
        errors.refuse(RowError(2, "title", value, "is bad"))
    assert f"2,title,'{value},is bad\n" in (tmp_path / "errors.csv").read_text(encoding="utf-8")


def test_the_imported_file_is_never_overwritten(tmp_path: Path) -> None:
    source = tmp_path / "items.csv"
    source.write_text("item_id,title\n", encoding="utf-8")
    with pytest.raises(FileRefused, match="is the file to be imported"):
        ErrorFile(tmp_path / "sub" / ".." / "items.csv", source=source)


def test_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with (
        ErrorFile(tmp_path / "nowhere" / "errors.csv", source=tmp_path / "items.csv") as errors,
        pytest.raises(FileRefused, match=r"cannot be written to .*nowhere/errors.csv: No such file"),
    ):
        errors.refuse(RowError(2, "", "", ""))
