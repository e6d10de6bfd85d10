"""The Chromium that browser tests and the benches of pages drive: one that is there, or playwright's own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from genre_site.cli.console import say
from genre_site.cli.program_environment import PYTHON

VARIABLE = "GENRE_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ANSWER_SECONDS = 30.0
INSTALL_SECONDS = 300.0
WHAT_TO_DO = (
    f"install Chromium (on Debian and Ubuntu: apt-get install chromium) or name one in {VARIABLE}, "
    "then run the same command again."
)


def find_chromium(environment: Mapping[str, str] = os.environ) -> str | None:
    """The path of a Chromium that runs here; what GENRE_CHROMIUM names, and nothing else, where it names one."""
    named = environment.get(VARIABLE, "").strip()
    if named:
        return named if runs(named) else None
    return next((path for path in _candidates(environment) if runs(path)), None)


def ensure_chromium(environment: Mapping[str, str] = os.environ) -> str | None:
    """The same, with one attempt to install playwright's own where there is none; one sentence says that none came."""
    found = find_chromium(environment)
    if found is None and not environment.get(VARIABLE, "").strip():
        say("no Chromium was found; trying to install playwright's own, which takes up to five minutes")
        _install(environment)
        runs.cache_clear()
        found = find_chromium(environment)
    if found is None:
        say(f"no Chromium runs here, and what needs one is skipped: {WHAT_TO_DO}")
    return found


@cache
def runs(path: str) -> bool:
    """Whether the program is there and finds its libraries, which an installed one need not."""
    try:
        asked = subprocess.run([path, "--version"], capture_output=True, timeout=ANSWER_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0


def _candidates(environment: Mapping[str, str]) -> Iterator[str]:
    for name in NAMES:
        if path := shutil.which(name, path=environment.get("PATH")):
            yield path
    if path := _playwrights_own(environment):
        yield path


def _playwrights_own(environment: Mapping[str, str]) -> str | None:
    """Where playwright puts its Chromium; None without playwright, which ./run demo does not bring."""
    ask = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
    try:
        answer = subprocess.run(
            [*PYTHON, "-c", ask], env=environment, capture_output=True, text=True, timeout=ANSWER_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return None
    path = answer.stdout.strip()
    return path if answer.returncode == 0 and Path(path).exists() else None


def _install(environment: Mapping[str, str]) -> None:
    """Into playwright's usual cache."""
    command = [*PYTHON, "-m", "playwright", "install", "chromium"]
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        say(f"playwright did not install it within {INSTALL_SECONDS:.0f} seconds")
        return
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines()
        say(f"playwright could not install it: {lines[0] if lines else 'it says nothing'}")
