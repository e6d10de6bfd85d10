"""What the demo needs to know of the showcase's files: a title to look for and a person to ask for."""

from __future__ import annotations

import csv
from pathlib import Path

from genre_site.embedded.instance import CHECKOUT

CATALOG = "showcase"
FOLDER = CHECKOUT / "showcase"


def titles(folder: Path = FOLDER) -> list[str]:
    """In English and in Chinese, since a page shows the reader's language."""
    rows = _rows(folder / "items.csv")
    return [row[column] for row in rows for column in ("title", "title_zh") if row.get(column)]


def first_profile(folder: Path = FOLDER) -> str:
    return next(row["user_id"] for row in _rows(folder / "profiles.csv") if row["simulated"] == "true")


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
