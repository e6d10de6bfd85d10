"""When .venv is made, when it is left alone, and when it is made again."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from genre_site.cli import virtual_environment
from genre_site.cli.virtual_environment import is_current, is_usable, main

WITHOUT_PACKAGES = "# nothing to download\n"


def write_requirements(checkout: Path) -> Path:
    for name in ("requirements.txt", "requirements-dev.txt"):
        (checkout / name).write_text(WITHOUT_PACKAGES)
    return checkout


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    return write_requirements(tmp_path)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with its environment made: it takes seconds, so the tests share one."""
    checkout = write_requirements(tmp_path_factory.mktemp("made"))
    assert main([str(checkout), "requirements.txt"]) == 0
    return checkout


@pytest.fixture
def prepared(made: Path) -> Iterator[Path]:
    yield made
    shutil.copy(write_requirements(made) / "requirements.txt", made / ".venv" / ".installed-requirements.txt")


def test_what_was_installed_is_left_alone(prepared: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert is_current(prepared, "requirements.txt")
    assert main([str(prepared), "requirements.txt"]) == 0
    assert capfd.readouterr() == ("", "")


def test_a_changed_requirement_is_installed_and_told_on_standard_error(
    prepared: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (prepared / "requirements.txt").write_text(WITHOUT_PACKAGES + "# changed\n")
    assert not is_current(prepared, "requirements.txt")
    assert main([str(prepared), "requirements.txt"]) == 0
    told = capfd.readouterr()
    assert told.out == ""
    assert told.err == "genre: installing requirements.txt into .venv; the first time takes some minutes.\n"
    assert is_current(prepared, "requirements.txt")


def test_the_developers_requirements_are_a_second_matter(prepared: Path) -> None:
    assert not is_current(prepared, "requirements-dev.txt")


def test_a_failed_installation_is_told_and_keeps_what_was_there(
    prepared: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (prepared / "requirements.txt").write_text("./no-such-folder\n")
    assert main([str(prepared), "requirements.txt"]) == 1
    assert "genre: pip could not install requirements.txt" in capfd.readouterr().err
    assert is_usable(prepared / ".venv")
    assert not (prepared / ".venv" / ".installing").exists()


@pytest.mark.slow
def test_an_interrupted_installation_starts_from_nothing(prepared: Path) -> None:
    half_installed = prepared / ".venv" / "half_installed"
    half_installed.write_text("")
    (prepared / ".venv" / ".installing").touch()
    assert main([str(prepared), "requirements.txt"]) == 0
    assert not half_installed.exists()
    assert is_current(prepared, "requirements.txt")


def test_the_processors_build_of_torch_comes_from_its_own_index(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = []

    def record(command: list[str | Path], **_: object) -> subprocess.CompletedProcess[bytes]:
        commands.append([str(part) for part in command])
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", record)
    for use_cpu_torch in (False, True):
        virtual_environment.install(checkout / ".venv", checkout / "requirements.txt", use_cpu_torch=use_cpu_torch)
    extra = ["--extra-index-url", "https://download.pytorch.org/whl/cpu"]
    assert commands[1] == commands[0] + extra


def test_an_unknown_build_of_torch_is_refused(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GENRE_TORCH", "tpu")
    assert main([str(checkout), "requirements.txt"]) == 2
    assert "GENRE_TORCH=tpu is not known" in capfd.readouterr().err
    assert not (checkout / ".venv").exists()


def test_a_python_that_does_not_run_makes_no_usable_environment(checkout: Path) -> None:
    assert not is_usable(checkout / ".venv")
    (checkout / ".venv" / "bin").mkdir(parents=True)
    (checkout / ".venv" / "bin" / "python").symlink_to("/nonexistent/python")
    assert not is_usable(checkout / ".venv")
    assert sys.version_info >= virtual_environment.OLDEST_PYTHON
