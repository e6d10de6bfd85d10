"""The home page as rows: each an answer and why it is there, and no item in two of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from django.utils import timezone

from catalog.models import Catalog, Item
from recommender.engine.settings import ScoringSettings
from recommender.models import Scenario, ScoringConfig
from recommender.selectors.configuration import active_config
from recommender.selectors.history import excluded_item_ids
from recommender.selectors.kinds import item_kinds
from recommender.selectors.liked import LikedItem, newest_liked
from recommender.selectors.shown import ids_of_items
from recommender.services.answering import settings_of
from recommender.services.answers import Answer, Basis
from recommender.services.recommending import recommend
from recommender.services.similar import similar_items
from recommender.services.wishes import Wishes
from users.models import Profile

FIRST_ROW_LENGTH, ROW_LENGTH = 12, 6
LIKED_ROWS, KIND_ROWS = 2, 4


class RowKind(StrEnum):
    """Why a row is on the page."""

    FOR_YOU = "for-you"
    LIKED = "liked"
    OF_KIND = "of-kind"
    POPULAR = "popular"


@dataclass(frozen=True)
class FeedRow:
    """A row: `liked` is the item that one of its kind is like, and `item_kind` what it is narrowed to."""

    kind: RowKind
    answer: Answer
    liked: LikedItem | None = None
    item_kind: str = ""

    @property
    def is_personal(self) -> bool:
        return self.answer.basis != Basis.POPULAR


@dataclass
class _Page:
    """What the rows share while they are made; `away` is what must not come back to the person."""

    catalog: Catalog
    profile: Profile | None
    language: str
    now: datetime
    config: ScoringConfig
    settings: ScoringSettings
    away: set[int]
    shown: set[int] = field(default_factory=set)

    def answer(self, *, k: int, item_kind: str = "", popular: bool = False) -> Answer:
        return recommend(
            catalog=self.catalog,
            profile=None if popular else self.profile,
            k=k,
            config=self.config,
            wishes=self._nobodys
            if popular
            else Wishes(kinds=[item_kind] if item_kind else (), excluded_ids=self.shown),
            language=self.language,
            now=self.now,
        )

    def like(self, item: Item, *, k: int) -> Answer:
        return similar_items(item=item, k=k, wishes=self._nobodys, language=self.language, now=self.now)

    @property
    def _nobodys(self) -> Wishes:
        """Of a row whose log names nobody: what the person saw is left out of it, and not written down there."""
        return Wishes(private_ids=self.shown | self.away)


def feed(*, catalog: Catalog, profile: Profile | None, language: str, now: datetime | None = None) -> list[FeedRow]:
    """The rows for a person, or for somebody unknown; empty ones are left out.

    The number of queries depends on the number of rows alone: of nine at most each costs an answer's, and one more.
    Every row is logged as an answer. Raises NotInCatalog where the home scenario has no active configuration.
    """
    now = now or timezone.now()
    config = active_config(catalog.pk, Scenario.HOME)
    settings = settings_of(config, [])
    away = set() if profile is None else excluded_item_ids(profile.pk, settings.seen, now=now)
    page = _Page(catalog, profile, language, now, config, settings, away)
    rows = []
    for row in _rows(page):
        page.shown |= ids_of_items(catalog, [result.item_id for result in row.answer.results])
        if row.answer.results:
            rows.append(row)
    return rows


def _rows(page: _Page) -> Iterator[FeedRow]:
    first = FeedRow(RowKind.FOR_YOU, page.answer(k=FIRST_ROW_LENGTH))
    yield first
    if first.is_personal and page.profile is not None:
        for liked in newest_liked(page.profile, page.settings.interest, limit=LIKED_ROWS):
            row = FeedRow(RowKind.LIKED, page.like(liked.item, k=ROW_LENGTH), liked=liked)
            # Without an embedding of the item there is nothing that is like it.
            if row.is_personal:
                yield row
    for item_kind in _kinds(page):
        yield FeedRow(RowKind.OF_KIND, page.answer(k=ROW_LENGTH, item_kind=item_kind), item_kind=item_kind)
    if first.is_personal:
        yield FeedRow(RowKind.POPULAR, page.answer(k=ROW_LENGTH, popular=True))


def _kinds(page: _Page) -> list[str]:
    """The kinds that get a row of their own: where there is one kind only, the first row is it already."""
    allowed = page.settings.filters.kinds
    kinds = [kind for kind in item_kinds(page.catalog.pk) if not allowed or kind in allowed]
    return kinds[:KIND_ROWS] if len(kinds) > 1 else []
