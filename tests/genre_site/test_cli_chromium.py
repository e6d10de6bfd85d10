"""Which Chromium the browser tests drive, and what is said where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from genre_site.cli import chromium
from genre_site.cli.suite import BROWSER_TESTS, wants_browser


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    chromium.runs.cache_clear()


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Nothing to be found anywhere."""
    return {"PATH": str(tmp_path), "HOME": str(tmp_path), "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path / "playwright")}


def program(folder: Path, name: str, *, status: int = 0) -> str:
    path = folder / name
    path.write_text(f"#!/bin/sh\nexit {status}\n")
    path.chmod(0o755)
    return str(path)


def test_the_first_in_path_that_runs_is_taken(tmp_path: Path, environment: dict[str, str]) -> None:
    program(tmp_path, "chromium", status=127)
    working = program(tmp_path, "google-chrome")
    assert chromium.find_chromium(environment) == working


def test_one_that_is_named_comes_before_all(tmp_path: Path, environment: dict[str, str]) -> None:
    program(tmp_path, "chromium")
    named = program(tmp_path, "mine")
    assert chromium.find_chromium({**environment, "GENRE_CHROMIUM": named}) == named


def test_nothing_replaces_a_named_one_that_does_not_run(
    tmp_path: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program(tmp_path, "chromium")
    monkeypatch.setattr(chromium, "_install", lambda environment: pytest.fail("nobody asked for another one"))
    assert chromium.ensure_chromium({**environment, "GENRE_CHROMIUM": "/nowhere/chromium"}) is None
    assert capsys.readouterr().err.count("\n") == 1


def test_without_one_playwrights_own_is_tried_once(
    tmp_path: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def install(environment: Mapping[str, str]) -> None:
        program(tmp_path, "chromium")

    monkeypatch.setattr(chromium, "_install", install)
    assert chromium.ensure_chromium(environment) == str(tmp_path / "chromium")


def test_where_none_can_be_had_one_line_says_what_to_do(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tried: list[Mapping[str, str]] = []
    monkeypatch.setattr(chromium, "_install", tried.append)
    assert chromium.ensure_chromium(environment) is None
    assert tried == [environment]
    last = capsys.readouterr().err.splitlines()[-1]
    assert "skipped" in last
    assert "apt-get install chromium" in last
    assert "GENRE_CHROMIUM" in last


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ([], True),
        (["-k", "search"], True),
        ([str(BROWSER_TESTS)], True),
        ([f"{BROWSER_TESTS / 'test_search.py'}::test_one"], True),
        ([str(BROWSER_TESTS.parent), "-x"], True),
        ([str(BROWSER_TESTS.parent / "catalog")], False),
    ],
)
def test_only_a_run_with_browser_tests_looks_for_one(arguments: list[str], wanted: bool) -> None:
    assert wants_browser(arguments) is wanted
