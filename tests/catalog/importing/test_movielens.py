"""The original layout of MovieLens."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalog.importing.items import ItemRow
from catalog.importing.movielens import MovieLensFiles, open_movielens_items, title_and_year
from catalog.importing.progress import Progress
from catalog.importing.row_error import RowError
from catalog.importing.row_file import ReadOptions
from tests.catalog.importing.reading import write

MOVIES = """movieId,title,genres
1,Toy Story (1995),Adventure|Animation|Children|Comedy|Fantasy
2571,"Matrix, The (1999)",Action|Sci-Fi|Thriller
171749,Death Note: Desu nôto (2006–2007),(no genres listed)
"""
TAGS = """userId,movieId,tag,timestamp
1,1,fun,1139045764
2,1,Pixar,1139045764
3,1,pixar ,1139045764
3,1,toys,1139045764
3,99,nowhere,1139045764
3,2571, ,1139045764
3,2571
"""
LINKS = """movieId,imdbId,tmdbId
1,0114709,862
2571,0133093,
"""


def items_of(files: MovieLensFiles) -> tuple[list[ItemRow], list[RowError]]:
    with open_movielens_items(files, ReadOptions(), Progress()) as (_, rows):
        found = list(rows)
    return [row for row in found if isinstance(row, ItemRow)], [row for row in found if isinstance(row, RowError)]


def test_films_come_with_year_tags_and_other_ids(tmp_path: Path) -> None:
    files = MovieLensFiles(
        movies=write(tmp_path / "movies.csv", MOVIES),
        ratings=tmp_path / "ratings.csv",
        tags=write(tmp_path / "tags.csv", TAGS),
        links=write(tmp_path / "links.csv", LINKS),
    )
    items, errors = items_of(files)
    assert items == [
        ItemRow(
            row_number=2,
            external_id="1",
            title="Toy Story",
            categories=["Adventure", "Animation", "Children", "Comedy", "Fantasy"],
            tags=["pixar", "fun", "toys"],
            attributes={"year": 1995, "imdb_id": "0114709", "tmdb_id": "862"},
            published_at=datetime(1995, 1, 1, tzinfo=UTC),
            publication_given=True,
        ),
        ItemRow(
            row_number=3,
            external_id="2571",
            title="The Matrix",
            categories=["Action", "Sci-Fi", "Thriller"],
            tags=[],
            attributes={"year": 1999, "imdb_id": "0133093", "tmdb_id": None},
            published_at=datetime(1999, 1, 1, tzinfo=UTC),
            publication_given=True,
        ),
        ItemRow(
            row_number=4,
            external_id="171749",
            title="Death Note: Desu nôto",
            categories=[],
            tags=[],
            attributes={"year": 2006},
            published_at=datetime(2006, 1, 1, tzinfo=UTC),
            publication_given=True,
        ),
    ]
    assert errors == [
        RowError(7, "tags.csv: tag", " ", "is empty"),
        RowError(8, "tags.csv", "3,2571", "the row has 2 columns, the header has 4"),
        RowError(6, "tags.csv: movieId", "99", "is no film of the movies file"),
    ]


def test_tags_are_left_alone_where_there_is_no_file_of_them(tmp_path: Path) -> None:
    movies = write(tmp_path / "movies.csv", MOVIES)
    items, _ = items_of(MovieLensFiles(movies, tmp_path / "ratings.csv", None, None))
    assert [item.tags for item in items] == [None, None, None]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Toy Story (1995)", ("Toy Story", 1995)),
        ("Matrix, The (1999)", ("The Matrix", 1999)),
        ("Beautiful Mind, A (2001)", ("A Beautiful Mind", 2001)),
        ("Postman, The (Postino, Il) (1994)", ("The Postman (Il Postino)", 1994)),
        ("Avventura, L' (Adventure, The) (1960)", ("L'Avventura (The Adventure)", 1960)),
        (
            "City of Lost Children, The (Cité des enfants perdus, La) (1995)",
            ("The City of Lost Children (La Cité des enfants perdus)", 1995),
        ),
        (
            "Good, the Bad and the Ugly, The (Buono, il brutto, il cattivo, Il) (1966)",
            ("The Good, the Bad and the Ugly (Il Buono, il brutto, il cattivo)", 1966),
        ),
        ("Babylon 5", ("Babylon 5", None)),
        ("Crazy, Stupid, Love. (2011)", ("Crazy, Stupid, Love.", 2011)),
        ("2001: A Space Odyssey (1968) ", ("2001: A Space Odyssey", 1968)),
        ("Fawlty Towers (1975-1979)", ("Fawlty Towers", 1975)),
        ("(500) Days of Summer (2009)", ("(500) Days of Summer", 2009)),
    ],
)
def test_title_is_put_as_it_is_spoken(text: str, expected: tuple[str, int | None]) -> None:
    assert title_and_year(text) == expected
