"""Covers that are drawn from the title, and pictures over them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string

from recommender.views.covers import PATTERNS, SCHEMES, cover_of, initials


@pytest.mark.parametrize(
    ("title", "letters"),
    [
        ("Interstellar", "I"),
        ("The Wandering Earth", "WE"),
        ("A Brief History of Time", "BH"),
        ("The", "T"),
        ("spirited away", "SA"),
        ("2001: A Space Odyssey", "2001"),
        ("12345 days", "1D"),
        ("“Heroes”", "H"),
        ("Ágætis byrjun", "ÁB"),
        ("星际穿越", "星"),
        ("《活着》", "活"),
        ("となりのトトロ", "と"),
        ("기생충", "기"),
        ("…", "…"),
        (" ! ", "!"),
        ("", ""),
    ],
)
def test_letters(title: str, letters: str) -> None:
    assert initials(title) == letters


def test_item_has_one_cover_in_all_languages() -> None:
    english, chinese = (cover_of(title, identifier="film-interstellar") for title in ("Interstellar", "星际穿越"))
    assert (english.scheme, english.pattern) == (chinese.scheme, chinese.pattern)
    assert (english.initials, chinese.initials) == ("I", "星")


def test_covers_are_spread_over_schemes_and_patterns() -> None:
    covers = [cover_of("x", identifier=f"item-{number}") for number in range(400)]
    assert {cover.scheme for cover in covers} == set(range(SCHEMES))
    assert {cover.pattern for cover in covers} == set(range(PATTERNS))


def test_each_pattern_is_drawn() -> None:
    drawing = Path(settings.BASE_DIR, "static/genre/covers.svg").read_text()
    assert set(re.findall(r'id="pattern-(\d+)"', drawing)) == {str(number) for number in range(PATTERNS)}


def test_picture_lies_over_the_drawn_cover_and_says_nothing_to_screen_readers() -> None:
    cover = cover_of("Interstellar", identifier="film", image_url="https://pictures.example/a.jpg?x=1&y=2")
    html = render_to_string("cover.html", {"cover": cover})
    assert 'src="https://pictures.example/a.jpg?x=1&amp;y=2"' in html
    assert 'alt=""' in html
    assert html.index(">I</text>") < html.index("</svg>") < html.index("<img")
    assert "<img" not in render_to_string("cover.html", {"cover": cover_of("Interstellar", identifier="film")})


def test_picture_has_neither_width_nor_height_which_would_make_an_icon_of_a_broken_one() -> None:
    sheet = Path(settings.BASE_DIR, "static/genre/cards.css").read_text()
    found = re.search(r"\.cover img \{([^}]*)\}", sheet)
    assert found
    assert not re.search(r"^\s*(width|height|aspect-ratio):", found[1], re.MULTILINE)
