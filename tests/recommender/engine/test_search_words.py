"""Which words a query is looked for by."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.engine.search_words import LONGEST_CUT, search_words


def texts(query: str) -> list[str]:
    return [word.text for word in search_words(query)]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", []),
        ("  \u3000 ", []),
        ("space opera", ["space", "opera"]),
        ("space\u3000opera  space", ["space", "opera"]),
        ("《三体》", ["三体"]),
        ("科幻，太空。", ["科幻", "太空"]),
        ("Who? (1998)", ["Who", "1998"]),
        ("Spider-Man: Schindler's", ["Spider-Man", "Schindler's"]),
        ("100% a_b", ["100%", "a_b"]),
        ("?!", ["?!"]),
    ],
)
def test_words_stand_without_what_is_around_them(query: str, words: list[str]) -> None:
    assert texts(query) == words


@pytest.mark.parametrize(
    ("query", "cuts"),
    [
        ("space", []),
        ("太空", []),
        ("宫崎骏", []),
        ("科幻太空", [("科幻", "太空")]),
        ("宫崎骏电影", [("宫崎", "骏电影"), ("宫崎骏", "电影")]),
        ("AI电影", [("AI", "电影")]),
        ("2001太空漫游", [("2001", "太空漫游"), ("2001", "太空", "漫游")]),
    ],
)
def test_chinese_characters_may_be_cut_into_words(query: str, cuts: list[tuple[str, ...]]) -> None:
    assert list(search_words(query)[0].cuts) == cuts


def test_sentences_are_not_cut() -> None:
    assert search_words("字" * LONGEST_CUT)[0].cuts
    assert not search_words("字" * (LONGEST_CUT + 1))[0].cuts
    assert not any(word.cuts for word in search_words("一二三四五 六七八九"))


@given(st.text(max_size=200))
def test_pieces_are_what_the_word_is_made_of(query: str) -> None:
    for word in search_words(query):
        assert word.text
        assert all("".join(cut) == word.text for cut in word.cuts)
