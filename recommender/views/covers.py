"""A cover drawn from the title, for items without a picture: the same title always has the same cover."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass

# So many colour schemes and patterns stand in static/genre/cards.css and templates/cover.html.
SCHEMES, PATTERNS = 8, 5
LONGEST_INITIALS = 2
# Of a title that begins with a number, such as 2001, the number is shown.
LONGEST_NUMBER = 4
# Scripts whose single characters say as much as a word's first letters.
SYLLABIC = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL")


@dataclass(frozen=True)
class Cover:
    """What the template draws: a colour scheme, a pattern, and one or two letters."""

    scheme: int
    pattern: int
    initials: str
    image_url: str = ""


def cover_of(title: str, *, identifier: str, image_url: str = "") -> Cover:
    """By the item's identifier, so that both languages show one cover; the letters are the shown title's."""
    digest = hashlib.sha256(identifier.encode()).digest()
    return Cover(digest[0] % SCHEMES, digest[1] % PATTERNS, initials(title), image_url)


def initials(title: str) -> str:
    """The first letters of the first words; a number as a whole; of a title in Chinese characters the first one."""
    words = [word for word in ("".join(c for c in part if c.isalnum()) for part in title.split()) if word]
    if not words:
        return title.strip()[:1]
    if is_syllabic(words[0][0]):
        return words[0][0]
    if words[0].isdecimal() and len(words[0]) <= LONGEST_NUMBER:
        return words[0]
    significant = [word for word in words if word.casefold() not in {"the", "a", "an", "of"}] or words
    return "".join(word[0].upper() for word in significant[:LONGEST_INITIALS])


def is_syllabic(character: str) -> bool:
    return unicodedata.name(character, "").startswith(SYLLABIC)
