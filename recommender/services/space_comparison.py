"""Two embedding spaces of a catalog side by side: what each says is near an item, and what each would recommend.

By texts alone, as before any training: a trained version belongs to one space, and would hide what the spaces say.
Nothing is logged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import override

from catalog.models import Item
from recommender.engine.settings import ExplorationSettings, ScoringSettings
from recommender.engine.threads import one_thread
from recommender.exceptions import InvalidRequest
from recommender.models import EmbeddingSpace, Scenario
from recommender.selectors.configuration import active_config
from recommender.selectors.history import excluded_item_ids
from recommender.selectors.titles import ItemLabel, item_labels
from recommender.services.answering import settings_of
from recommender.services.interests import interest_of
from recommender.services.nearest_items import LIST_LENGTH, nearest_scores
from recommender.services.ranking import rank_for_interest
from users.models import Profile

# Items and people that are compared at once, each with two vector searches.
MOST_SUBJECTS = 10

Subject = TypeVar("Subject", Item, Profile)


@dataclass(frozen=True)
class Neighbour:
    """An item in a list; `in_both`: the other space's list has it too."""

    item_id: int
    title: str
    score: float
    in_both: bool


@dataclass(frozen=True)
class Side:
    """What one space says, best first; empty with a notice that says why."""

    neighbours: Sequence[Neighbour]
    notice: str = ""


@dataclass(frozen=True)
class Comparison:
    """Both spaces' lists for one item or one person; `shared`: how many items stand in both."""

    subject_id: int
    title: str
    first: Side
    second: Side
    shared: int

    @property
    def length(self) -> int:
        return max(len(self.first.neighbours), len(self.second.neighbours))

    @property
    def rows(self) -> list[tuple[int, Neighbour | None, Neighbour | None]]:
        """Rank by rank."""
        sides = [list(side.neighbours) + [None] * self.length for side in (self.first, self.second)]
        return [(rank + 1, sides[0][rank], sides[1][rank]) for rank in range(self.length)]


@dataclass(frozen=True)
class _Ranked:
    """Ids and scores, best first."""

    scores: Sequence[tuple[int, float]]
    notice: str = ""


def compare_items(
    first: EmbeddingSpace, second: EmbeddingSpace, items: Sequence[Item], *, language: str
) -> list[Comparison]:
    """The items nearest to each of some items, by cosine similarity; about six queries an item.

    Raises InvalidRequest for too many items, and for what is not all of one catalog.
    """
    _check(first, second, items)
    with override(language):
        ranked = [(_nearest(first, item), _nearest(second, item)) for item in items]
        return _comparisons(items, ranked, lambda item: item.title_in(language), language=language)


def compare_profiles(
    first: EmbeddingSpace, second: EmbeddingSpace, profiles: Sequence[Profile], *, language: str, now: datetime
) -> list[Comparison]:
    """Each person's list for the start page, with the settings that are active there; about twelve queries a person.

    Raises InvalidRequest as above, NotInCatalog where the start page has no active configuration.
    """
    _check(first, second, profiles)
    with override(language), one_thread():
        config = active_config(first.catalog_id, Scenario.HOME)
        settings = settings_of(config, []).model_copy(update={"exploration": ExplorationSettings()})
        ranked = [
            (_list_of(first, profile, settings, now), _list_of(second, profile, settings, now)) for profile in profiles
        ]
        return _comparisons(profiles, ranked, str, language=language)


def _check(first: EmbeddingSpace, second: EmbeddingSpace, subjects: Sequence[Item] | Sequence[Profile]) -> None:
    if len(subjects) > MOST_SUBJECTS:
        raise InvalidRequest(_("Choose %(count)d or fewer.") % {"count": MOST_SUBJECTS})
    if {first.catalog_id, second.catalog_id, *(subject.catalog_id for subject in subjects)} != {first.catalog_id}:
        raise InvalidRequest(_("Only spaces, items and profiles of one catalog can be compared."))


def _nearest(space: EmbeddingSpace, item: Item) -> _Ranked:
    scores = nearest_scores(space, item)
    return _Ranked(scores, "" if scores else _("Not embedded in this space."))


def _list_of(space: EmbeddingSpace, profile: Profile, settings: ScoringSettings, now: datetime) -> _Ranked:
    if not profile.personalise:
        return _Ranked([], _("Personalisation is off."))
    made = interest_of(space, profile=profile, statement=profile.statement, settings=settings.interest)
    notice = " ".join(notice.message for notice in made.notices)
    if made.vector is None:
        return _Ranked([], notice or _("Nothing is known about the person in this space."))
    ranked = rank_for_interest(
        space,
        made.vector,
        settings,
        excluded_ids=excluded_item_ids(profile.pk, settings.seen, now=now),
        length=LIST_LENGTH,
        now=now,
        rng=np.random.default_rng(0),
        history=made.weights,
    )
    return _Ranked([(item.item_id, item.score) for item in ranked], notice)


def _comparisons(
    subjects: Sequence[Subject],
    ranked: Sequence[tuple[_Ranked, _Ranked]],
    title: Callable[[Subject], str],
    *,
    language: str,
) -> list[Comparison]:
    """With the titles of everything in one query."""
    labels = item_labels(
        {item_id for pair in ranked for one in pair for item_id, _score in one.scores}, language=language
    )
    comparisons = []
    for subject, (first, second) in zip(subjects, ranked, strict=True):
        shared = {item_id for item_id, _score in first.scores} & {item_id for item_id, _score in second.scores}
        comparisons.append(
            Comparison(
                subject.pk,
                title(subject),
                _side(first, shared, labels),
                _side(second, shared, labels),
                len(shared),
            )
        )
    return comparisons


def _side(ranked: _Ranked, shared: set[int], labels: dict[int, ItemLabel]) -> Side:
    # An item may be deleted between being found and being named.
    known = [(item_id, score) for item_id, score in ranked.scores if item_id in labels]
    return Side(
        [Neighbour(item_id, labels[item_id].title, score, item_id in shared) for item_id, score in known],
        ranked.notice,
    )
