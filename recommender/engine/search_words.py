"""What somebody typed into a search box, as words that are looked for one by one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import product

# A run of Chinese characters holds several words without a space: it may be cut. Longer ones are sentences, which are
# for their meaning, and would fall into too many pieces.
LONGEST_CUT = 8
SHORTEST_PIECE = 2

HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# What stands around words and between them; hyphens, apostrophes and full stops belong to them.
SEPARATORS = re.compile(r"[\s,;:!?\"()\[\]，。、；：！？（）【】《》〈〉「」『』“”‘’…·]+")
RUNS = re.compile(f"[{HAN}]+|[^{HAN}]+")
ONLY_HAN = re.compile(f"[{HAN}]+")


@dataclass(frozen=True)
class SearchWord:
    """A word, and the ways in which it may be cut into several; none for most words."""

    text: str
    cuts: tuple[tuple[str, ...], ...] = ()


def search_words(query: str) -> list[SearchWord]:
    """The words of a query, each once, in their order.

    Args:
        query: as it was typed, with white space of any kind.

    Returns:
        Words without the punctuation around them; of a query that is nothing but punctuation, what stands between the
        spaces. Chinese characters may be cut into pieces of two and more ("科幻电影": 科幻, 电影), and from letters and
        digits beside them ("AI电影": AI, 电影), while the query has at most `LONGEST_CUT` of them.
    """
    texts = [text for text in SEPARATORS.split(query) if text] or query.split()
    characters = sum(len(run) for text in texts for run in ONLY_HAN.findall(text))
    may_cut = 0 < characters <= LONGEST_CUT
    return [SearchWord(text, _cuts(text) if may_cut else ()) for text in dict.fromkeys(texts)]


def _cuts(text: str) -> tuple[tuple[str, ...], ...]:
    by_run = [_pieces(run) if ONLY_HAN.fullmatch(run) else [(run,)] for run in RUNS.findall(text)]
    cuts = [tuple(piece for pieces in chosen for piece in pieces) for chosen in product(*by_run)]
    return tuple(cut for cut in cuts if len(cut) > 1)


def _pieces(run: str) -> list[tuple[str, ...]]:
    """All ways to cut a run into pieces of at least two characters, the whole among them, the fewest pieces first."""
    found: list[tuple[str, ...]] = [(run,)]
    for length in range(SHORTEST_PIECE, len(run) - SHORTEST_PIECE + 1):
        found += [(run[:length], *rest) for rest in _pieces(run[length:])]
    return sorted(found, key=len)
