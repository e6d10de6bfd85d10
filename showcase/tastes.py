"""The simulated people of personas.toml, and how much a work is to one's taste."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
# A work counts as fitting where it meets at least this share of the person's strongest wish.
FITTING_SHARE = 0.5

Row = dict[str, str]


@dataclass(frozen=True)
class Persona:
    """Somebody made up: what they are called, what they like, how much they do and when."""

    id: str
    name_en: str
    name_zh: str
    language: str
    statement: str
    rows: int
    hours: str
    likes: Mapping[str, float]
    avoids: tuple[str, ...] = ()

    def taste(self, item: Row) -> float:
        """How much a work is to the person's taste: 0 not at all, 1 meets the strongest wish, or more."""
        if self.avoids_item(item):
            return 0.0
        features = features_of(item)
        return sum(weight for wish, weight in self.likes.items() if wish in features) / max(self.likes.values())

    def avoids_item(self, item: Row) -> bool:
        return not features_of(item).isdisjoint(self.avoids)

    def fits(self, item: Row) -> bool:
        return self.taste(item) >= FITTING_SHARE


def features_of(item: Row) -> set[str]:
    """What a wish can name: categories as they are, the rest with what it is in front."""
    return {
        *item["categories"].split("|"),
        *(f"tag:{tag}" for tag in item["tags"].split("|")),
        f"creator:{item['creator']}",
        f"language:{item['original_language']}",
    }


def read_personas(folder: Path = FOLDER) -> tuple[list[Persona], frozenset[str]]:
    """The people, and the ids of the works that most people have heard of."""
    file = tomllib.loads((folder / "personas.toml").read_text(encoding="utf-8"))
    people = [Persona(**{**entry, "avoids": tuple(entry.get("avoids", ()))}) for entry in file["persona"]]
    return people, frozenset(file["popular"])


def read_rows(name: str, folder: Path = FOLDER) -> list[Row]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))
