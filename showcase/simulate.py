"""Make up what the people of personas.toml did: `python -m showcase.simulate` writes profiles.csv, interactions.csv.

Chance is drawn from a hash of who and what it is about, not from a running generator: the same files come out on every
machine, and a new work or a new person leaves what the others did nearly as it was. Rows that were written by hand
(people who are not in personas.toml) stay.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from showcase.tastes import FOLDER, Persona, Row, read_personas, read_rows

SEED = "genre-showcase-1"
SEASON_START, SEASON_DAYS = datetime(2026, 6, 1, tzinfo=UTC), 152
# Of the works that fit, so many stay untouched, so that there is something to recommend.
UNTOUCHED_SHARE, UNTOUCHED_LEAST = 0.4, 8
POPULAR_BONUS, NOISE = 0.35, 0.4
# Hours of the day in the person's own time, and how far that is ahead of UTC.
HOURS = {"morning": 7, "noon": 11, "evening": 18, "night": 21}
HOURS_AHEAD = {"zh-hans": 8, "en": 0}
# What somebody does with a work, by how much it is to their taste: (share of chance, kind, value).
Choices = tuple[tuple[float, str, str], ...]
LOVED: Choices = (
    (0.40, "like", ""),
    (0.18, "rating", "5"),
    (0.12, "rating", "4"),
    (0.17, "save", ""),
    (0.13, "view", ""),
)
LIKED: Choices = (
    (0.28, "like", ""),
    (0.22, "rating", "4"),
    (0.08, "rating", "3"),
    (0.14, "save", ""),
    (0.28, "view", ""),
)
OTHER: Choices = (
    (0.12, "like", ""),
    (0.14, "rating", "3"),
    (0.10, "rating", "2"),
    (0.04, "save", ""),
    (0.60, "view", ""),
)
AVOIDED: Choices = ((0.55, "dislike", ""), (0.35, "hide", ""), (0.10, "rating", "1"))
AVOIDED_PER_ROWS = 10
LOVED_FROM, LIKED_FROM = 1.0, 0.3
LOOKED_FIRST_SHARE = 0.4


@dataclass(frozen=True)
class Deed:
    persona: Persona
    item_id: str
    kind: str
    value: str
    at: datetime

    def as_row(self) -> Row:
        return {
            "user_id": self.persona.id,
            "item_id": self.item_id,
            "kind": self.kind,
            "value": self.value,
            "timestamp": self.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "interaction_id": f"{self.persona.id}/{self.item_id}/{self.kind}",
        }


def chance(*about: str) -> float:
    """A number in [0, 1) that depends on nothing but what it is about."""
    digest = hashlib.sha256("/".join((SEED, *about)).encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def deeds_of(persona: Persona, items: Sequence[Row], popular: frozenset[str]) -> list[Deed]:
    """What the person did: so many rows as personas.toml says, oldest first."""
    avoided = [item for item in items if persona.avoids_item(item)]
    ranked = sorted(items, key=lambda item: -_draw_towards(persona, item, popular))
    untouched = _untouched(persona, items)
    touched = [
        *_most_known(persona, avoided, popular)[: persona.rows // AVOIDED_PER_ROWS],
        *(item for item in ranked if item["item_id"] not in untouched and item not in avoided),
    ]
    deeds: list[Deed] = []
    for item in touched:
        left = persona.rows - len(deeds)
        if not left:
            break
        # The last one of two: what came of a look, rather than the look.
        deeds += list(_deeds_about(persona, item))[-left:]
    return sorted(deeds, key=lambda deed: (deed.at, deed.item_id))


def _draw_towards(persona: Persona, item: Row, popular: frozenset[str]) -> float:
    known = POPULAR_BONUS * (item["item_id"] in popular)
    return min(persona.taste(item), 1.5) + known + NOISE * chance(persona.id, item["item_id"], "finds")


def _untouched(persona: Persona, items: Sequence[Row]) -> set[str]:
    fitting = sorted(
        (item["item_id"] for item in items if persona.fits(item)),
        key=lambda item_id: chance(persona.id, item_id, "misses"),
    )
    return set(fitting[: max(UNTOUCHED_LEAST, round(UNTOUCHED_SHARE * len(fitting)))])


def _most_known(persona: Persona, items: Sequence[Row], popular: frozenset[str]) -> list[Row]:
    return sorted(
        items, key=lambda item: (item["item_id"] not in popular, chance(persona.id, item["item_id"], "meets"))
    )


def _deeds_about(persona: Persona, item: Row) -> Iterator[Deed]:
    """One thing that the person did with a work, and perhaps a look at it before."""
    item_id = item["item_id"]
    kind, value = _reaction(persona, item)
    at = _moment(persona, item_id)
    if kind != "view" and chance(persona.id, item_id, "looks") < LOOKED_FIRST_SHARE:
        before = timedelta(seconds=60 * 8 + int(chance(persona.id, item_id, "looking") * 60 * 150))
        yield Deed(persona, item_id, "view", "", max(at - before, SEASON_START))
    yield Deed(persona, item_id, kind, value, at)


def _reaction(persona: Persona, item: Row) -> tuple[str, str]:
    choices = _choices(persona, item)
    drawn = chance(persona.id, item["item_id"], "reacts")
    for share, kind, value in choices:
        drawn -= share
        if drawn < 0:
            return kind, value
    return choices[-1][1:]


def _choices(persona: Persona, item: Row) -> Choices:
    if persona.avoids_item(item):
        return AVOIDED
    taste = persona.taste(item)
    if taste >= LOVED_FROM:
        return LOVED
    return LIKED if taste >= LIKED_FROM else OTHER


def _moment(persona: Persona, item_id: str) -> datetime:
    """A time of the person's day, on a day of the months in which they were about."""
    first = int(chance(persona.id, "arrives") * SEASON_DAYS * 0.45)
    last = SEASON_DAYS - 1 - int(chance(persona.id, "leaves") * SEASON_DAYS * 0.2)
    day = first + int(chance(persona.id, item_id, "day") * (last - first))
    hour = HOURS[persona.hours] + 4.5 * chance(persona.id, item_id, "hour") - HOURS_AHEAD[persona.language]
    at = SEASON_START + timedelta(days=day, seconds=int(hour * 3600))
    return max(at, SEASON_START + timedelta(minutes=int(chance(persona.id, item_id, "minute") * 600)))


def profiles(folder: Path = FOLDER) -> list[Row]:
    people, _ = read_personas(folder)
    ids = {persona.id for persona in people}
    by_hand = [row for row in read_rows("profiles.csv", folder) if row["user_id"] not in ids]
    columns = ("name_en", "name_zh", "statement", "language")
    made = [
        {"user_id": persona.id, **{name: getattr(persona, name) for name in columns}, "simulated": "true"}
        for persona in people
    ]
    return by_hand + made


def interactions(folder: Path = FOLDER) -> list[Row]:
    people, popular = read_personas(folder)
    items = read_rows("items.csv", folder)
    ids = {persona.id for persona in people}
    by_hand = [row for row in read_rows("interactions.csv", folder) if row["user_id"] not in ids]
    made = [deed.as_row() for persona in people for deed in deeds_of(persona, items, popular)]
    return sorted(by_hand + made, key=lambda row: (row["timestamp"], row["interaction_id"]))


def write_rows(path: Path, rows: Sequence[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    write_rows(FOLDER / "profiles.csv", profiles())
    write_rows(FOLDER / "interactions.csv", interactions())
