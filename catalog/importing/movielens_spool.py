"""Tags and links of films, kept on disk until each film's turn comes: the large MovieLens sets have millions."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from catalog.importing.exceptions import InvalidValue
from catalog.importing.layout import Layout
from catalog.importing.progress import Progress
from catalog.importing.row_error import RowError, shown
from catalog.importing.row_file import ReadOptions, Record, open_rows
from catalog.importing.values import LONGEST_NAME, identifier, plain_text

TAGS_LAYOUT = Layout(required=("movieid", "tag"), optional=("userid", "timestamp"))
LINKS_LAYOUT = Layout(required=("movieid",), optional=("imdbid", "tmdbid"))
SCHEMA = """
CREATE TABLE tag (movie TEXT, tag TEXT, uses INTEGER, first_row INTEGER, PRIMARY KEY (movie, tag)) WITHOUT ROWID;
CREATE TABLE link (movie TEXT PRIMARY KEY, imdb TEXT, tmdb TEXT, first_row INTEGER) WITHOUT ROWID;
CREATE TABLE film (movie TEXT PRIMARY KEY) WITHOUT ROWID;
"""
COUNT_TAG = "INSERT INTO tag VALUES (?, ?, 1, ?) ON CONFLICT DO UPDATE SET uses = uses + 1"
KEEP_LINK = "INSERT INTO link VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
UNKNOWN_FILMS = "SELECT first_row, movie FROM {} WHERE movie NOT IN (SELECT movie FROM film) ORDER BY first_row"


@dataclass(frozen=True)
class FilmExtras:
    tags: list[str]
    identifiers: dict[str, str | None]


class MovieLensSpool:
    """A private temporary SQLite database; it disappears with the `with` block."""

    def __init__(self) -> None:
        # An empty name is SQLite's own way to ask for a temporary database that spills to disk.
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.executescript(SCHEMA)
        self._tags_file: str | None = None
        self._links_file: str | None = None

    def read_tags(self, path: Path, options: ReadOptions, progress: Progress) -> Iterator[RowError]:
        """Count each film's tags, whatever their capitals; yields the rows that cannot be used."""
        self._tags_file = path.name
        for row in self._rows(path, TAGS_LAYOUT, options, progress):
            if isinstance(row, RowError):
                yield row
                continue
            number, record = row
            try:
                movie = identifier(record["movieid"], "movieId")
                tag = " ".join(plain_text(record["tag"], "tag", longest=LONGEST_NAME).lower().split())
                if not tag:
                    raise InvalidValue("tag", record["tag"], "is empty")
            except InvalidValue as error:
                yield _located(path.name, number, error)
            else:
                self._database.execute(COUNT_TAG, (movie, tag, number))

    def read_links(self, path: Path, options: ReadOptions, progress: Progress) -> Iterator[RowError]:
        """Keep each film's ids elsewhere, the first row about it; yields the rows that cannot be used."""
        self._links_file = path.name
        for row in self._rows(path, LINKS_LAYOUT, options, progress):
            if isinstance(row, RowError):
                yield row
                continue
            number, record = row
            try:
                ids = [
                    identifier(record["movieid"], "movieId"),
                    plain_text(record.get("imdbid"), "imdbId", longest=LONGEST_NAME) or None,
                    plain_text(record.get("tmdbid"), "tmdbId", longest=LONGEST_NAME) or None,
                ]
            except InvalidValue as error:
                yield _located(path.name, number, error)
            else:
                self._database.execute(KEEP_LINK, (*ids, number))

    def take(self, movie: str) -> FilmExtras:
        """What is kept about a film, tags most used first; the film then counts as known."""
        self._database.execute("INSERT OR IGNORE INTO film VALUES (?)", (movie,))
        tags = self._database.execute("SELECT tag FROM tag WHERE movie = ? ORDER BY uses DESC, first_row", (movie,))
        link = self._database.execute("SELECT imdb, tmdb FROM link WHERE movie = ?", (movie,)).fetchone()
        return FilmExtras(
            tags=[tag for (tag,) in tags],
            identifiers={} if link is None else {"imdb_id": link[0], "tmdb_id": link[1]},
        )

    def of_unknown_films(self) -> Iterator[RowError]:
        """Tags and links about films that nobody took."""
        for table, file_name in (("tag", self._tags_file), ("link", self._links_file)):
            for number, movie in self._database.execute(UNKNOWN_FILMS.format(table)):
                yield RowError(number, f"{file_name}: movieId", shown(movie), "is no film of the movies file")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def _rows(
        self, path: Path, layout: Layout, options: ReadOptions, progress: Progress
    ) -> Iterator[tuple[int, Record] | RowError]:
        """One file's rows, in one SQLite transaction; errors say which file they are in."""
        with open_rows(path, layout, options) as file, closing(self._database.cursor()) as cursor:
            cursor.execute("BEGIN")
            for row in progress.reading(file):
                if isinstance(row, RowError):
                    yield RowError(row.row_number, f"{path.name}: {row.column}".rstrip(": "), row.value, row.reason)
                else:
                    yield row
            cursor.execute("COMMIT")


def _located(file_name: str, number: int, error: InvalidValue) -> RowError:
    return RowError(number, f"{file_name}: {error.column}", shown(error.value), error.reason)
