"""export_profile and erase_profile on the command line."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command

from users.models import Erasure, Profile


def run(command: str, *arguments: str) -> str:
    out = io.StringIO()
    call_command(command, *arguments, "--catalog", "films", stdout=out)
    return out.getvalue()


def test_export_is_json(alice: Profile) -> None:
    document = json.loads(run("export_profile", "alice"))
    assert (document["profile"], document["kind"]) == ("alice", "profile")


def test_export_speaks_the_language_asked_for(alice: Profile) -> None:
    assert json.loads(run("export_profile", "alice", "--lang", "en"))["sections"][0]["title"] == "Profile"


def test_erasure_prints_its_receipt(alice: Profile, bob: Profile) -> None:
    receipt = json.loads(run("erase_profile", "alice", "--yes"))
    assert receipt["id"] == str(Erasure.objects.get().pk)
    assert receipt["asked_by"] == "command"
    assert list(Profile.objects.all()) == [bob]


@pytest.mark.parametrize(("answer", "erased"), [("yes", True), ("y", False), ("", False)])
def test_erasure_asks_first(alice: Profile, monkeypatch: pytest.MonkeyPatch, answer: str, erased: bool) -> None:
    monkeypatch.setattr("builtins.input", lambda _question: answer)
    if erased:
        run("erase_profile", "alice")
    else:
        with pytest.raises(CommandError, match="Nothing was erased"):
            run("erase_profile", "alice")
    assert Profile.objects.exists() is not erased


@pytest.mark.parametrize("command", ["export_profile", "erase_profile"])
def test_nobody_of_that_name(alice: Profile, command: str) -> None:
    with pytest.raises(CommandError, match="The catalog “films” has no profile “nobody”"):
        run(command, "nobody")
    with pytest.raises(CommandError, match="There is no catalog “dishes”"):
        call_command(command, "alice", "--catalog", "dishes")
