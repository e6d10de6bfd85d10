"""A made-up data set of the size of MovieLens ml-latest-small, the same for each seed."""

from __future__ import annotations

import csv
import random
from pathlib import Path

ITEMS = 9_742
PROFILES = 610
INTERACTIONS = 100_836
GENRES = ("Action", "Adventure", "Comedy", "Crime", "Documentary", "Drama", "Fantasy", "Horror", "Romance", "Thriller")
SYLLABLES = ("ba", "den", "fir", "gol", "hu", "kem", "lo", "mar", "nis", "o", "pra", "quel", "ros", "ti", "ul", "ver")
FIRST_SECOND, LAST_SECOND = 828_000_000, 1_537_000_000


def write_dataset(folder: Path, rng: random.Random) -> None:
    """Write items.csv and interactions.csv; no person rates an item twice."""
    words = ["".join(rng.choices(SYLLABLES, k=rng.randint(1, 4))) for _ in range(20_000)]
    with (folder / "items.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["item_id", "title", "description", "year", "categories", "tags", "language", "runtime_min"])
        for item_id in range(1, ITEMS + 1):
            writer.writerow(
                [
                    item_id,
                    " ".join(rng.choices(words, k=rng.randint(1, 5))).title(),
                    " ".join(rng.choices(words, k=rng.randint(20, 60))).capitalize() + ".",
                    rng.randint(1930, 2018),
                    "|".join(rng.sample(GENRES, rng.randint(1, 4))),
                    "|".join(rng.choices(words, k=rng.choice((0, 0, 0, 2)))),
                    "en",
                    rng.randint(60, 200),
                ]
            )
    with (folder / "interactions.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["user_id", "item_id", "value", "timestamp"])
        # Numbering all pairs and drawing numbers gives pairs without repetition; sorted, they stand by person.
        for pair in sorted(rng.sample(range(ITEMS * PROFILES), INTERACTIONS)):
            person, item = divmod(pair, ITEMS)
            second = rng.randint(FIRST_SECOND, LAST_SECOND)
            writer.writerow([person + 1, item + 1, rng.choice((1.0, 2.0, 3.0, 3.5, 4.0, 4.5, 5.0)), second])
