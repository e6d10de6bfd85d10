"""The script `run`: before Python, and without an installation where none is needed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from genre_site.embedded.instance import CHECKOUT

BROKEN = "#!/bin/sh\nexit 127\n"
STAND_IN = """#!/bin/sh
# Says yes to the questions about its version and modules, and prints what it is run with.
case $2 in -c) exit 0 ;; esac
echo "$0 $*"
exit 9
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """As cloned: no .venv."""
    folder = tmp_path / "a clone"
    (folder / "genre_site" / "cli").mkdir(parents=True)
    for path in ("run", "requirements.txt", "requirements-dev.txt", "genre_site/cli/help.txt"):
        shutil.copy(CHECKOUT / path, folder / path)
    return folder


def run(checkout: Path, *arguments: str, **options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(checkout / "run"), *arguments],
        cwd=options.pop("cwd", "/"),
        env={**os.environ, **options},
        capture_output=True,
        text=True,
    )


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("arguments", [[], ["help"], ["-h"], ["--help"]])
def test_help_needs_no_installation(checkout: Path, arguments: list[str]) -> None:
    answer = run(checkout, *arguments)
    assert answer.returncode == 0
    assert answer.stdout.startswith("Usage: ./run COMMAND")
    assert "GENRE_TORCH=cpu" in answer.stdout
    assert not (checkout / ".venv").exists()


def test_an_unknown_command_is_refused_before_anything_is_made(checkout: Path) -> None:
    answer = run(checkout, "frobnicate")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr == "genre: 'frobnicate' is not a command; ./run help lists them.\n"


def test_it_may_be_reached_through_a_link(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "genre").symlink_to(checkout / "run")
    answer = subprocess.run([str(tmp_path / "genre"), "help"], capture_output=True, text=True)
    assert answer.stdout.startswith("Usage")


def test_a_python_that_cannot_run_is_passed_over_for_the_next_in_path(checkout: Path, tmp_path: Path) -> None:
    broken = program(tmp_path / "shims" / "python3.11", BROKEN)
    working = program(tmp_path / "bin" / "python3.11", STAND_IN)
    answer = run(checkout, "status", PATH=f"{broken.parent}:{working.parent}:/usr/bin:/bin")
    script = checkout / "genre_site" / "cli" / "virtual_environment.py"
    assert answer.stdout == f"{working} -I {script} {checkout} requirements.txt\n"
    assert answer.returncode == 9


def test_the_developers_commands_ask_for_the_developers_requirements(checkout: Path, tmp_path: Path) -> None:
    working = program(tmp_path / "bin" / "python3.11", STAND_IN)
    for command in ("test", "lint", "bench"):
        answer = run(checkout, command, PATH=f"{working.parent}:/usr/bin:/bin")
        assert answer.stdout.endswith(" requirements-dev.txt\n")


def test_an_installation_that_is_current_is_used_at_once(checkout: Path, tmp_path: Path) -> None:
    python = program_in_environment(checkout)
    answer = run(checkout, "manage", "import_items", "../x.csv", cwd=str(tmp_path))
    assert answer.stdout == f"{python} -P -m genre_site.cli manage import_items ../x.csv\n"
    (checkout / "requirements.txt").write_text("django==99\n")
    working = program(tmp_path / "bin" / "python3.11", STAND_IN)
    answer = run(checkout, "manage", PATH=f"{working.parent}:/usr/bin:/bin")
    assert "virtual_environment.py" in answer.stdout


def program_in_environment(checkout: Path) -> Path:
    (checkout / ".venv").mkdir()
    shutil.copy(checkout / "requirements.txt", checkout / ".venv" / ".installed-requirements.txt")
    return program(checkout / ".venv" / "bin" / "python", STAND_IN)
