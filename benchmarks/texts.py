"""Seeded items whose texts are about as long as a film's or a product's short description."""

from __future__ import annotations

import random

from catalog.models import Catalog, Item

VOCABULARY = """
a the of in and with for who when after before against story film novel album game journey family friend city
village island river mountain winter summer night morning war peace love loss secret letter music piano guitar
kitchen recipe garden teacher student captain soldier doctor painter detective queen stranger machine robot ship
planet forest desert bridge tower train station market museum theatre dream memory promise mistake discovery
ancient modern quiet brave lonely gentle bitter bright hidden broken forgotten famous small long first last finds
leaves returns remembers builds loses follows learns teaches saves crosses hides opens begins
"""
WORDS = VOCABULARY.split()
SEED = 20_240
# Words of a description; with title and category this makes 75 tokens of MiniLM's on average.
SHORTEST, LONGEST = 25, 105


def synthetic_items(catalog: Catalog, count: int) -> list[Item]:
    """Items that are not saved yet, the same ones at each call."""
    rng = random.Random(SEED)
    return [
        Item(
            catalog=catalog,
            external_id=str(number),
            title=_words(rng, 3).title(),
            categories=[rng.choice(WORDS)],
            description=_words(rng, rng.randint(SHORTEST, LONGEST)).capitalize() + ".",
        )
        for number in range(count)
    ]


def _words(rng: random.Random, count: int) -> str:
    return " ".join(rng.choices(WORDS, k=count))
