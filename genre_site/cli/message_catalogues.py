"""Compiles translations with Babel: a bare machine has no gettext, and compiled files are not kept in git."""

from __future__ import annotations

import os
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from genre_site.cli.console import say
from genre_site.cli.exceptions import CliError
from genre_site.embedded.instance import CHECKOUT


def compile_stale_catalogues(checkout: Path = CHECKOUT) -> int:
    """Returns how many were compiled. A checkout that cannot be written keeps what it has, and that is said."""
    compiled = 0
    for source in find_catalogues(checkout):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        try:
            _compile(source, target)
        except PermissionError:
            say(f"{target} cannot be written: pages stay in English")
            continue
        compiled += 1
    return compiled


def find_catalogues(checkout: Path) -> list[Path]:
    return sorted((*checkout.glob("locale/*/LC_MESSAGES/*.po"), *checkout.glob("*/locale/*/LC_MESSAGES/*.po")))


def _compile(source: Path, target: Path) -> None:
    with source.open("rb") as file:
        try:
            catalogue = read_po(file, abort_invalid=True)
        except PoFileError as error:
            raise CliError(f"{source} is no valid message catalogue: {error}.") from error
    # Another process may read the catalogue at this moment: it sees the old one or the new one.
    unfinished = target.with_name(f"{target.name}.{os.getpid()}")
    with unfinished.open("wb") as file:
        write_mo(file, catalogue)
    unfinished.replace(target)
