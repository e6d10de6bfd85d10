"""The bar that shows how far a file has been read."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.importing.items import ITEM_LAYOUT
from catalog.importing.progress import TerminalProgress
from catalog.importing.row_file import ReadOptions, open_rows
from tests.catalog.importing.reading import write


def test_rows_pass_and_nothing_is_shown_where_there_is_no_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "".join(f"{number},Film\n" for number in range(2_500))
    path = write(tmp_path / "items.csv", "item_id,title\n" + rows)
    with open_rows(path, ITEM_LAYOUT, ReadOptions()) as file, TerminalProgress() as progress:
        assert sum(1 for _ in progress.reading(file)) == 2_500
        assert file.position.position_bytes == file.position.size_bytes == path.stat().st_size
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_terminal_sees_the_file_on_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("FORCE_COLOR", "1")
    path = write(tmp_path / "items.csv", "item_id,title\n1,Solaris\n")
    with open_rows(path, ITEM_LAYOUT, ReadOptions()) as file, TerminalProgress() as progress:
        list(progress.reading(file))
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "items.csv" in captured.err
