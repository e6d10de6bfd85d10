"""Items by words: every word of a query stands somewhere in what the item may be searched by (`Item.search_text`)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from catalog.models import Item
from recommender.engine.search_words import search_words
from recommender.selectors.effective import PUBLISHED
from recommender.selectors.named_parameters import named_sql
from recommender.selectors.pools import EVERYTHING, Pool

# Titles in all languages, each between line breaks: what a word must stand in to count for more than a tag, and what a
# whole query is compared with. Everything is lowered by the database, as the searched text was.
SEARCH = """
SELECT item.id, {is_title} AS is_title
FROM catalog_item item CROSS JOIN LATERAL (
    SELECT lower(concat(chr(10), item.title, chr(10), (
        SELECT string_agg(title #>> ARRAY[]::text[], chr(10))
        FROM jsonb_path_query(item.translations, '$.*.title') title
    ), chr(10))) AS titles
) named
WHERE item.catalog_id = %(catalog)s AND NOT item.hidden AND {published}
    AND item.id <> ALL (%(known)s::bigint[]) AND {condition} AND {chosen}
ORDER BY is_title DESC, ({begins_title}) DESC, {in_titles} DESC, length(item.title), item.id
LIMIT %(limit)s
"""

# The ways to look for a word: in each of them, all pieces have to be found.
Ways = Sequence[tuple[str, ...]]


@dataclass(frozen=True)
class WordMatch:
    """An item that has the words; `is_title`: one of its titles is the query, neither more nor less."""

    item_id: int
    is_title: bool


def items_with_words(catalog_id: int, query: str, *, limit: int, pool: Pool = EVERYTHING) -> list[WordMatch]:
    """Visible items of the pool that have every word, best first. One query, and another one where words may be cut.

    Best are those whose title is the query, then those whose title begins with it, then those with most of the words
    in their titles, then those of short titles, then by id. Where fewer than `limit` have the words as they stand,
    those follow that have all pieces of them (`search_words`).

    The trigram index answers words of three characters and more; shorter ones are looked for in all of the catalog.
    """
    words = search_words(query)
    if not words:
        return []
    spoken = list(dict.fromkeys([" ".join(query.split()), " ".join(word.text for word in words)]))
    exact = [[(word.text,)] for word in words]
    found = _search(catalog_id, spoken, exact, known=(), limit=limit, pool=pool)
    if len(found) < limit and any(word.cuts for word in words):
        ways = [[(word.text,), *word.cuts] for word in words]
        known = [match.item_id for match in found]
        found += _search(catalog_id, spoken, ways, known=known, limit=limit - len(found), pool=pool)
    return found


def _search(
    catalog_id: int, spoken: Sequence[str], words: Sequence[Ways], *, known: Collection[int], limit: int, pool: Pool
) -> list[WordMatch]:
    patterns = _Patterns()
    chosen = "true"
    parameters: dict[str, Any] = {}
    if pool.narrows:
        sql, parameters = named_sql(Item.objects.filter(pool.q(), catalog_id=catalog_id).values("pk"), "chosen")
        chosen = f"item.id IN ({sql})"
    pieces = dict.fromkeys(piece for ways in words for way in ways for piece in way)
    sql = SEARCH.format(
        published=PUBLISHED,
        is_title=" OR ".join(patterns.like("named.titles", f"\n{_escaped(text)}\n") for text in spoken),
        begins_title=" OR ".join(patterns.like("named.titles", f"\n{_escaped(text)}") for text in spoken),
        condition=" AND ".join(_one_of(ways, patterns) for ways in words),
        chosen=chosen,
        in_titles=" + ".join(f"({patterns.like('named.titles', _escaped(piece))})::int" for piece in pieces),
    )
    parameters |= {"catalog": catalog_id, "known": list(known), "limit": limit, **patterns.parameters}
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [WordMatch(*row) for row in cursor.fetchall()]


class _Patterns:
    """Conditions, and the parameters that stand for their patterns."""

    def __init__(self) -> None:
        self.parameters: dict[str, str] = {}

    def like(self, column: str, pattern: str) -> str:
        name = f"pattern_{len(self.parameters)}"
        self.parameters[name] = f"%{pattern}%"
        return f"{column} LIKE lower(%({name})s)"


def _one_of(ways: Ways, patterns: _Patterns) -> str:
    alternatives = (" AND ".join(patterns.like("item.search_text", _escaped(piece)) for piece in way) for way in ways)
    return "(" + " OR ".join(alternatives) + ")"


def _escaped(text: str) -> str:
    """Text as a part of a pattern in which every character stands for itself."""
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
