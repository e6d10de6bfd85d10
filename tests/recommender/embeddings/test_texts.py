"""What cleaning leaves as it is, and what it changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.embeddings.texts import MAXIMUM_CHARACTERS, clean_text


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("Interstellar 星际穿越 😀\n", "Interstellar 星际穿越 😀\n"),
        ("a\x00b", "a b"),
        ("\ud83d\ude00", "😀"),
        ("\ud83d lone", "\ufffd lone"),
        ("lone \ude00", "lone \ufffd"),
        ("\ude00\ud83d", "\ufffd\ufffd"),
        ("", ""),
    ],
)
def test_only_what_crashes_tokenizers_changes(text: str, cleaned: str) -> None:
    assert clean_text(text) == cleaned


def test_long_text_is_cut() -> None:
    assert clean_text("ab" * MAXIMUM_CHARACTERS) == "ab" * (MAXIMUM_CHARACTERS // 2)


@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_any_text_becomes_valid_and_stays_so(text: str) -> None:
    cleaned = clean_text(text)
    cleaned.encode("utf-8")
    assert "\x00" not in cleaned
    assert clean_text(cleaned) == cleaned


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=200))
def test_valid_text_is_left_alone(text: str) -> None:
    assert clean_text(text) == text
