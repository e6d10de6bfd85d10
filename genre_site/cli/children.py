"""Programs that a command runs and waits for; they end with it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from genre_site.cli.exceptions import CliError, Terminated

GRACE_SECONDS = 10.0


def run_child(
    arguments: list[str],
    *,
    environment: Mapping[str, str],
    folder: Path | None = None,
    stdout: IO[str] | None = None,
    hears_ctrl_c: bool = True,
) -> int:
    """Its exit code, 128 + n when signal n ended it."""
    child = subprocess.Popen(
        arguments, env=dict(environment), cwd=folder, stdout=stdout, start_new_session=not hears_ctrl_c
    )
    try:
        status = child.wait()
    except Terminated:
        end_child(child)
        raise
    except KeyboardInterrupt:
        # A terminal's Ctrl-C has reached the child, too, which may be tidying up.
        if not hears_ctrl_c or not _ended_by_itself(child):
            end_child(child)
        raise
    return 128 - status if status < 0 else status


def run_step(arguments: list[str], *, environment: Mapping[str, str], name: str, folder: Path | None = None) -> None:
    """A step on the way to something else: what it prints goes to standard error, and its failure ends the command."""
    # One that heard Ctrl-C itself would answer with a traceback.
    status = run_child(arguments, environment=environment, folder=folder, stdout=sys.stderr, hears_ctrl_c=False)
    if status != 0:
        raise CliError(f"{name} failed with exit code {status}; its messages stand above.")


def _ended_by_itself(child: subprocess.Popen[bytes]) -> bool:
    try:
        child.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return True


def end_child(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
