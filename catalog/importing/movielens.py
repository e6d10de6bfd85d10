"""MovieLens as GroupLens publishes it: movies.csv, tags.csv, links.csv to rows of items."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from catalog.importing.exceptions import InvalidValue
from catalog.importing.items import LONGEST_TITLE, ItemRow
from catalog.importing.layout import Layout
from catalog.importing.moments import start_of_year
from catalog.importing.movielens_spool import MovieLensSpool
from catalog.importing.progress import Progress
from catalog.importing.row_error import RowError, row_error
from catalog.importing.row_file import ReadOptions, Record, RowFile, open_rows
from catalog.importing.values import identifier, names, plain_text

MOVIES_LAYOUT = Layout(required=("movieid", "title"), optional=("genres",))
# What the columns of ratings.csv are called as interactions.
RATING_COLUMNS = {"user_id": "userId", "item_id": "movieId", "value": "rating"}
NO_GENRES = "(no genres listed)"
# "Toy Story (1995)", "Death Note (2006–2007)", "Fawlty Towers (1975-)"
YEAR_AT_END = re.compile(r"\s*\((\d{4})(?:[-–](?:\d{4})?)?\)\s*\Z")
ARTICLES = "The|A|An|Les|Le|La|L'|Un|Une|El|Los|Las|Il|Lo|Gli|I|Der|Die|Das|Den|Det|De|Het|O|Os|As"
# "Matrix, The" and, inside brackets, "(Postino, Il)"
ARTICLE_BEHIND = re.compile(rf"([^()]+?), ({ARTICLES})(?=\s*(?:\(|\)|\Z))")


@dataclass(frozen=True)
class MovieLensFiles:
    movies: Path
    ratings: Path
    tags: Path | None
    links: Path | None


@contextmanager
def open_movielens_items(
    files: MovieLensFiles, options: ReadOptions, progress: Progress
) -> Iterator[tuple[RowFile, Iterator[ItemRow | RowError]]]:
    """The opened movies.csv, and its films as items, with their tags (most used first) and their other ids.

    Faults in tags.csv and links.csv come as RowErrors too; their column says which file is meant.
    """
    with MovieLensSpool() as spool, open_rows(files.movies, MOVIES_LAYOUT, options) as movies:
        yield movies, _items(files, movies, spool, options, progress)


def _items(
    files: MovieLensFiles, movies: RowFile, spool: MovieLensSpool, options: ReadOptions, progress: Progress
) -> Iterator[ItemRow | RowError]:
    if files.tags:
        yield from spool.read_tags(files.tags, options, progress)
    if files.links:
        yield from spool.read_links(files.links, options, progress)
    for row in progress.reading(movies):
        if isinstance(row, RowError):
            yield row
            continue
        try:
            yield _item(*row, spool, has_tags=files.tags is not None)
        except InvalidValue as error:
            yield row_error(row[0], error)
    yield from spool.of_unknown_films()


def _item(number: int, record: Record, spool: MovieLensSpool, *, has_tags: bool) -> ItemRow:
    movie_id = identifier(record["movieid"], "movieId")
    title, year = title_and_year(plain_text(record["title"], "title", longest=LONGEST_TITLE))
    if not title:
        raise InvalidValue("title", record["title"], "is empty")
    film = spool.take(movie_id)
    return ItemRow(
        row_number=number,
        external_id=movie_id,
        title=title,
        categories=_categories(record["genres"]) if "genres" in record else None,
        tags=film.tags if has_tags else None,
        attributes={"year": year, **film.identifiers},
        published_at=None if year is None else start_of_year(year),
        publication_given=year is not None,
    )


def _categories(genres: object) -> list[str]:
    return [] if genres == NO_GENRES else names(genres, "genres")


def title_and_year(text: str) -> tuple[str, int | None]:
    """`Matrix, The (1999)` -> (`The Matrix`, 1999)."""
    found = YEAR_AT_END.search(text)
    title = text[: found.start()] if found else text
    year = int(found[1]) if found and int(found[1]) > 0 else None
    return ARTICLE_BEHIND.sub(_article_first, title).strip(), year


def _article_first(found: re.Match[str]) -> str:
    name, article = found[1], found[2]
    space = "" if article.endswith("'") else " "
    lead = name[: len(name) - len(name.lstrip())]
    return f"{lead}{article}{space}{name.lstrip()}"
