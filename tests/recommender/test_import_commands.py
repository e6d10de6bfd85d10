"""import_interactions and import_dataset: options, report, exit code."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from catalog.models import Catalog, Item
from recommender.models import Interaction
from tests.catalog.importing.reading import write
from users.models import Profile

ITEMS = "item_id,title\n1,Solaris\n2,Stalker\n"
PURCHASES = "user_id,item_id,value,timestamp,seq,split\nalice,1,1,,1,train\nalice,1,1,,2,train\nbob,9,1,,1,test\n"


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    monkeypatch.chdir(tmp_path)
    Path("office").mkdir()
    write(Path("office/items.csv"), ITEMS)
    write(Path("office/interactions.csv"), PURCHASES)


def run(command: str, *arguments: str) -> list[str]:
    output = io.StringIO()
    call_command(command, *arguments, "--catalog", "office", stdout=output)
    return output.getvalue().splitlines()


def test_dataset_is_imported_into_a_new_catalog() -> None:
    assert run("import_dataset", "office", "--kind", "purchase") == [
        "items: 2 new, 0 changed, 0 unchanged, 0 refused",
        "interactions: 2 new, 0 changed, 0 unchanged, 1 refused",
        "interactions: columns not used: split",
        "refused rows: interactions.csv.errors.csv",
    ]
    assert Path("interactions.csv.errors.csv").read_text(encoding="utf-8") == (
        "row,column,value,reason\n4,item_id,9,is no item of this catalog\n"
    )
    assert set(Interaction.objects.values_list("catalog__slug", "kind__name")) == {("office", "purchase")}
    assert run("import_dataset", "office", "--kind", "purchase")[:2] == [
        "items: 0 new, 0 changed, 2 unchanged, 0 refused",
        "interactions: 0 new, 0 changed, 2 unchanged, 1 refused",
    ]


def test_kind_is_asked_for_and_nothing_is_kept_until_it_is_said() -> None:
    with pytest.raises(CommandError, match=r"say --kind\. This catalog's kinds are: .*purchase.* Nothing was imported"):
        run("import_dataset", "office")
    assert Catalog.objects.count() == 0


@pytest.mark.parametrize("option", ["--dry-run", "--all-or-nothing"])
def test_nothing_of_a_dataset_is_kept_where_that_was_asked(option: str) -> None:
    if option == "--dry-run":
        assert run("import_dataset", "office", "--kind", "purchase", option)[-1] == "dry run: nothing was kept"
    else:
        with pytest.raises(CommandError, match="all or nothing was asked for"):
            run("import_dataset", "office", "--kind", "purchase", option)
    assert (
        Catalog.objects.count() == Item.objects.count() == Interaction.objects.count() == Profile.objects.count() == 0
    )
    assert Path("interactions.csv.errors.csv").exists()


def test_errors_of_a_dataset_go_to_a_folder() -> None:
    Path("refused").mkdir()
    lines = run("import_dataset", "office", "--kind", "purchase", "--errors", "refused")
    assert lines[-1] == "refused rows: refused/interactions.csv.errors.csv"
    assert Path("refused/interactions.csv.errors.csv").exists()


def test_interactions_are_imported_alone() -> None:
    call_command("import_items", "office/items.csv", "--catalog", "office", stdout=io.StringIO())
    assert run("import_interactions", "office/interactions.csv", "--kind", "purchase")[0] == (
        "interactions: 2 new, 0 changed, 0 unchanged, 1 refused"
    )


def test_interactions_of_which_none_has_an_item_fail() -> None:
    with pytest.raises(CommandError, match="Not one row of a file could be used"):
        run("import_interactions", "office/interactions.csv", "--kind", "purchase")
    assert Catalog.objects.count() == 0
    assert Path("interactions.csv.errors.csv").read_text(encoding="utf-8").count("is no item of this catalog") == 3
