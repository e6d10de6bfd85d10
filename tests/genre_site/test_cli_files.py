"""Small parts of ./run that read and write files: .env, translations, the showcase, the list of variables."""

from __future__ import annotations

import gettext
import os
import re
from pathlib import Path

import pytest

from genre_site.cli.environment_file import read_environment_file, with_environment_file
from genre_site.cli.exceptions import CliError
from genre_site.cli.message_catalogues import compile_stale_catalogues
from genre_site.cli.showcase import first_profile, titles
from genre_site.embedded.instance import CHECKOUT

VARIABLE = re.compile(r'"(GENRE_[A-Z_]+|DATABASE_URL|BROKER_URL)"')
CATALOGUE = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "film"
msgstr "电影"
"""


def test_an_environment_file_is_read_as_a_shell_would(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text(
        "# a comment\n\nGENRE_DEBUG=1 # why\nexport BROKER_URL='redis://a b'\nEMPTY=\n", encoding="utf-8-sig"
    )
    assert read_environment_file(path) == {"GENRE_DEBUG": "1", "BROKER_URL": "redis://a b", "EMPTY": ""}


def test_the_environment_counts_more_than_its_file(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    assert with_environment_file(path, {"A": "1"}) == {"A": "1"}
    path.write_text("A=2\nB=3\n")
    assert with_environment_file(path, {"A": "1"}) == {"A": "1", "B": "3"}


@pytest.mark.parametrize("line", ["no equals sign", "1A=2", 'A="open'])
def test_a_line_that_makes_no_sense_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / ".env"
    path.write_text(f"A=1\n{line}\n")
    with pytest.raises(CliError, match="line 2"):
        read_environment_file(path)


def test_every_variable_that_genre_reads_is_explained() -> None:
    explained = (CHECKOUT / ".env.example").read_text(encoding="utf-8")
    packages = ("catalog", "users", "recommender", "genre_site")
    sources = [path.read_text(encoding="utf-8") for package in packages for path in CHECKOUT.glob(f"{package}/**/*.py")]
    read = {name for source in sources for name in VARIABLE.findall(source)}
    assert "DATABASE_URL" in read
    assert [name for name in sorted(read) if name not in explained] == []


def test_translations_are_compiled_only_when_they_are_stale(tmp_path: Path) -> None:
    folder = tmp_path / "locale" / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    source = folder / "django.po"
    source.write_text(CATALOGUE, encoding="utf-8")
    assert compile_stale_catalogues(tmp_path) == 1
    assert compile_stale_catalogues(tmp_path) == 0
    translation = gettext.translation("django", tmp_path / "locale", ["zh_Hans"])
    assert translation.gettext("film") == "电影"
    source.write_text(CATALOGUE.replace("电影", "影片"), encoding="utf-8")
    os.utime(source, (2e9, 2e9))
    assert compile_stale_catalogues(tmp_path) == 1


def test_a_broken_catalogue_is_one_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "locale" / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text('msgid "film\n', encoding="utf-8")
    with pytest.raises(CliError, match="is no valid message catalogue"):
        compile_stale_catalogues(tmp_path)


def test_the_showcase_names_a_person_and_titles_in_both_languages() -> None:
    assert first_profile() == "sim-space-reader"
    assert {"Interstellar", "星际穿越"} <= set(titles())
