"""The search: items that have the words, and items that are about what they mean, merged by their ranks."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import override

from catalog.models import Catalog
from recommender.embeddings.batching import encode_query
from recommender.embeddings.exceptions import EmbeddingError
from recommender.engine.rank_fusion import reciprocal_rank_fusion
from recommender.engine.settings import FilterSettings
from recommender.engine.threads import one_thread
from recommender.exceptions import InvalidRequest
from recommender.models import EmbeddingSpace
from recommender.selectors.configuration import serving_space
from recommender.selectors.nearest import nearest_item_ids
from recommender.selectors.pools import EVERYTHING, Pool
from recommender.selectors.search import items_with_words
from recommender.selectors.titles import item_labels
from recommender.services.answering import LONGEST_LIST
from recommender.services.answers import Notice
from recommender.services.embedding import encoder_of

logger = logging.getLogger(__name__)

LONGEST_QUERY = 200
USUAL_LENGTH = 24
# Of each ranking at least so many are merged: further down, agreement of the two still lifts an item.
SHORTEST_RANKING = 100


class FoundBy(StrEnum):
    """What of an item answers the query."""

    WORDS = "words"
    MEANING = "meaning"


@dataclass(frozen=True)
class SearchResult:
    """One item; `rank` starts at 1, `score` is that of reciprocal rank fusion."""

    rank: int
    item_id: str
    title: str
    score: float
    found_by: tuple[FoundBy, ...]


@dataclass(frozen=True)
class SearchAnswer:
    """What was found; `degraded` says that something the search depends on was missing, the notices say what.

    `has_more`: whether a longer list would show more.
    """

    query: str
    results: Sequence[SearchResult]
    notices: Sequence[Notice] = ()
    has_more: bool = False

    @property
    def degraded(self) -> bool:
        return bool(self.notices)

    @property
    def has_words(self) -> bool:
        """Whether any result has the words of the query."""
        return any(FoundBy.WORDS in result.found_by for result in self.results)

    def as_dict(self) -> dict[str, object]:
        """The JSON of the API."""
        return {
            "query": self.query,
            "degraded": self.degraded,
            "notices": [asdict(notice) for notice in self.notices],
            "results": [
                {
                    "rank": result.rank,
                    "id": result.item_id,
                    "title": result.title,
                    "score": result.score,
                    "found_by": [str(way) for way in result.found_by],
                }
                for result in self.results
            ],
        }


def search_items(
    *, catalog: Catalog, query: str, k: int = USUAL_LENGTH, pool: Pool = EVERYTHING, language: str = "en"
) -> SearchAnswer:
    """The visible items that answer a query best.

    Items are ranked three times: those with a title that is the query, those that have all of its words, and all items
    by the nearness of their texts to it. The rankings are merged by reciprocal rank fusion. Hidden items are in none.

    Args:
        catalog: where to look.
        query: words in any language, at most `LONGEST_QUERY` characters.
        k: most results, 1..200.
        pool: among which items to look; its boosts do not matter here.
        language: of titles and notices.

    Raises:
        InvalidRequest: for a query without words or too long a one, or a length out of range.
    """
    with override(language), one_thread():
        words = _checked(query, k)
        notices: list[Notice] = []
        depth = max(SHORTEST_RANKING, k + 1)
        by_words = items_with_words(catalog.pk, words, limit=depth, pool=pool)
        by_meaning = _by_meaning(catalog, words, depth, pool, notices)
        having_words = [match.item_id for match in by_words]
        titles = [match.item_id for match in by_words if match.is_title]
        merged = reciprocal_rank_fusion([titles, having_words, by_meaning])
        labels = item_labels([item_id for item_id, _score in merged[:k]], language=language)
        # An item may be deleted between being found and being named.
        named = [(item_id, score) for item_id, score in merged[:k] if item_id in labels]
        return SearchAnswer(
            query=words,
            results=[
                SearchResult(
                    rank=rank,
                    item_id=labels[item_id].external_id,
                    title=labels[item_id].title,
                    score=score,
                    found_by=_ways(item_id, having_words, by_meaning),
                )
                for rank, (item_id, score) in enumerate(named, start=1)
            ],
            notices=notices,
            has_more=len(merged) > k,
        )


def _checked(query: str, k: int) -> str:
    """The query with single spaces and without NUL, which PostgreSQL does not take."""
    words = " ".join(query.replace("\x00", " ").split())
    if not words:
        raise InvalidRequest(_("Say what to look for."))
    if len(words) > LONGEST_QUERY:
        raise InvalidRequest(
            _("The query has %(length)d characters: at most %(longest)d are looked for.")
            % {"length": len(words), "longest": LONGEST_QUERY}
        )
    if not 1 <= k <= LONGEST_LIST:
        raise InvalidRequest(_("k is %(k)d: a list has 1 to %(longest)d items.") % {"k": k, "longest": LONGEST_LIST})
    return words


def _by_meaning(catalog: Catalog, words: str, depth: int, pool: Pool, notices: list[Notice]) -> list[int]:
    """Items by the nearness of their texts; none, and a notice, where there is nothing to tell it by."""
    space = serving_space(catalog.pk)
    if space is None:
        notices.append(Notice("no_embedding_space", _("No embeddings are served here: this was found by words alone.")))
        return []
    if space.state != EmbeddingSpace.State.FILLED:
        notices.append(
            Notice("not_all_embedded", _("Some items have no embedding yet: those are found by words alone."))
        )
    try:
        # Not centred: a query is not one of the texts that the mean was made of.
        vector = np.asarray(encode_query(encoder_of(space), space.recipe, words), dtype=np.float64)
    except EmbeddingError as error:
        logger.warning("query not encoded in space %d: %s", space.pk, error)
        notices.append(Notice("encoder_unavailable", _("The language model is away: this was found by words alone.")))
        return []
    pool = replace(pool, boosts=())
    return nearest_item_ids(space, vector, limit=depth, filters=FilterSettings(), excluded_ids=(), pool=pool)


def _ways(item_id: int, having_words: Sequence[int], by_meaning: Sequence[int]) -> tuple[FoundBy, ...]:
    found = {FoundBy.WORDS: item_id in having_words, FoundBy.MEANING: item_id in by_meaning}
    return tuple(way for way, is_so in found.items() if is_so)
