"""The demonstration's staff account: made once, kept in a file that only its owner reads."""

from __future__ import annotations

import json
import stat
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from users.management.commands.ensure_demo_operator import EMAIL, FILE_VARIABLE
from users.models import User


@pytest.fixture
def operator_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "demo_operator.json"
    monkeypatch.setenv(FILE_VARIABLE, str(path))
    return path


def ensured() -> dict[str, str]:
    output = StringIO()
    call_command("ensure_demo_operator", stdout=output)
    answer: dict[str, str] = json.loads(output.getvalue())
    return answer


def test_account_is_made_and_its_password_kept_for_its_owner(db: None, operator_file: Path) -> None:
    answer = ensured()
    account = User.objects.get(email=EMAIL)
    assert answer["email"] == EMAIL
    assert account.check_password(answer["password"])
    assert (account.is_staff, account.is_superuser) == (True, True)
    assert json.loads(operator_file.read_text()) == answer
    assert stat.S_IMODE(operator_file.stat().st_mode) == 0o600


def test_asked_again_the_password_stays(db: None, operator_file: Path) -> None:
    assert ensured() == ensured()
    assert User.objects.count() == 1


def test_password_of_the_file_holds_again_after_it_was_changed(db: None, operator_file: Path) -> None:
    answer = ensured()
    account = User.objects.get(email=EMAIL)
    account.set_password("something else entirely")
    account.save()
    assert ensured() == answer
    account.refresh_from_db()
    assert account.check_password(answer["password"])


def test_without_a_file_it_says_what_to_do(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FILE_VARIABLE, raising=False)
    with pytest.raises(CommandError, match="createsuperuser"):
        ensured()
    assert not User.objects.exists()
