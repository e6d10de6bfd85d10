"""Reads .env: NAME=value lines, quoted as in a shell; what the environment itself says counts more."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path

from genre_site.cli.exceptions import CliError

NAME_PATTERN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def with_environment_file(path: Path, environment: Mapping[str, str]) -> dict[str, str]:
    return {**read_environment_file(path), **environment} if path.is_file() else dict(environment)


def read_environment_file(path: Path) -> dict[str, str]:
    values = {}
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
        text = line.strip().removeprefix("export ")
        if not text or text.startswith("#"):
            continue
        name, separator, value = text.partition("=")
        if not separator or not NAME_PATTERN.fullmatch(name.strip()):
            raise CliError(f"{path}, line {number}: this is not NAME=value.")
        values[name.strip()] = _unquoted(value, path, number)
    return values


def _unquoted(value: str, path: Path, number: int) -> str:
    try:
        words = shlex.split(value, comments=True)
    except ValueError as error:
        raise CliError(f"{path}, line {number}: {error}.") from error
    return " ".join(words)
