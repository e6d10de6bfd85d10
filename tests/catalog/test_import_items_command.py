"""import_items: options, report, exit code."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from catalog.models import Catalog, Item
from tests.catalog.importing.reading import write

GOOD = "item_id,title,mood\n1,Solaris,calm\n2,Stalker,grave\n"
MIXED = "item_id,title,year\n1,Solaris,1972\n2,,1979\n3,Ran,soon\n4,Ikiru\n\n5,Mirror,1975\n"


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    monkeypatch.chdir(tmp_path)


def run(*arguments: str) -> list[str]:
    output = io.StringIO()
    call_command("import_items", *arguments, "--catalog", "films", stdout=output)
    return output.getvalue().splitlines()


def failure_of(*arguments: str) -> str:
    with pytest.raises(CommandError) as caught:
        run(*arguments)
    return str(caught.value)


def test_new_catalog_is_made_with_its_defaults() -> None:
    write(Path("items.csv"), GOOD)
    assert run("items.csv") == [
        "items: 2 new, 0 changed, 0 unchanged, 0 refused",
        "items: columns kept as attributes: mood",
    ]
    assert Catalog.objects.get().slug == "films"
    assert Catalog.objects.get().interaction_kinds.filter(name="rating").exists()
    assert run("items.csv")[0] == "items: 0 new, 0 changed, 2 unchanged, 0 refused"
    assert not Path("items.csv.errors.csv").exists()


def test_refused_rows_are_counted_and_listed() -> None:
    write(Path("items.csv"), MIXED)
    assert run("items.csv") == [
        "items: 2 new, 0 changed, 0 unchanged, 3 refused",
        "items: 1 empty rows",
        "refused rows: items.csv.errors.csv",
    ]
    with Path("items.csv.errors.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [
            ["row", "column", "value", "reason"],
            ["3", "title", "", "is empty"],
            ["4", "year", "soon", "is not a year from 1 to 9999"],
            ["5", "", "4,Ikiru", "the row has 2 columns, the header has 3"],
        ]


def test_errors_go_where_they_are_asked_for() -> None:
    write(Path("items.csv"), MIXED)
    assert run("items.csv", "--errors", "bad.csv")[-1] == "refused rows: bad.csv"
    assert Path("bad.csv").read_text(encoding="utf-8").count("\n") == 4


def test_imported_file_is_no_place_for_errors() -> None:
    write(Path("items.csv"), MIXED)
    assert "is the file to be imported" in failure_of("items.csv", "--errors", "items.csv")
    assert Path("items.csv").read_text(encoding="utf-8") == MIXED


def test_dry_run_reports_and_keeps_nothing() -> None:
    write(Path("items.csv"), MIXED)
    lines = run("items.csv", "--dry-run")
    assert lines[0] == "items: 2 new, 0 changed, 0 unchanged, 3 refused"
    assert lines[-1] == "dry run: nothing was kept"
    assert Path("items.csv.errors.csv").exists()
    assert Item.objects.count() == Catalog.objects.count() == 0


def test_all_or_nothing_keeps_nothing_when_a_row_is_refused() -> None:
    write(Path("items.csv"), MIXED)
    assert failure_of("items.csv", "--all-or-nothing").endswith("Nothing was imported.")
    assert Path("items.csv.errors.csv").exists()
    assert Item.objects.count() == Catalog.objects.count() == 0


def test_all_or_nothing_keeps_all_when_every_row_is_good() -> None:
    write(Path("items.csv"), GOOD)
    assert run("items.csv", "--all-or-nothing")[0] == "items: 2 new, 0 changed, 0 unchanged, 0 refused"
    assert Item.objects.count() == 2


def test_file_without_one_usable_row_fails() -> None:
    write(Path("items.csv"), "item_id,title\n1,\n")
    assert failure_of("items.csv") == "Not one row of a file could be used. Nothing was imported."
    assert Catalog.objects.count() == 0


def test_header_alone_is_no_failure() -> None:
    write(Path("items.csv"), "item_id,title\n")
    assert run("items.csv") == ["items: 0 new, 0 changed, 0 unchanged, 0 refused"]


def test_refused_file_leaves_no_catalog_behind() -> None:
    write(Path("items.csv"), "name\nSolaris\n")
    assert "no column item_id, title" in failure_of("items.csv")
    assert Catalog.objects.count() == 0


def test_columns_encoding_and_size_can_be_named() -> None:
    write(Path("films.csv"), "编号,片名,title\n1,霸王别姬,unused\n".encode("gbk"))
    columns = ("--column", "item_id=编号", "--column", "title=片名", "--encoding", "gbk")
    assert run("films.csv", *columns) == [
        "items: 1 new, 0 changed, 0 unchanged, 0 refused",
        "items: columns not used: title",
    ]
    assert Item.objects.get().title == "霸王别姬"
    assert "holds more than 10 bytes" in failure_of("films.csv", *columns, "--max-bytes", "10")


@pytest.mark.parametrize(
    "arguments",
    [("items.csv", "--column", "title"), ("items.csv", "--max-bytes", "0"), ("items.csv", "--max-bytes", "-1")],
)
def test_malformed_options_are_named(arguments: tuple[str, ...]) -> None:
    write(Path("items.csv"), GOOD)
    assert arguments[-1] in failure_of(*arguments)


def test_malformed_catalog_name_is_refused() -> None:
    write(Path("items.csv"), GOOD)
    with pytest.raises(CommandError, match="Lower-case letters, digits and hyphens"):
        call_command("import_items", "items.csv", "--catalog", "Films!")
