"""Gorse's lists of scores: the latest, the popular, neighbours, and what others like-minded people like."""

from __future__ import annotations

from collections.abc import Collection

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.models import Item
from recommender.api.access import Scope
from recommender.api.endpoint import reader_language
from recommender.exceptions import NotInCatalog
from recommender.gorse.endpoint import USUAL_COUNT, GorseEndpoint
from recommender.gorse.lists import TRENDING_DAYS, Score, in_categories, items_met_by, latest_items, most_popular
from recommender.selectors.filter_language import ItemFilter
from recommender.services.answering import LONGEST_LIST
from recommender.services.answers import Answer, Basis
from recommender.services.people import similar_profiles
from recommender.services.recommending import recommend
from recommender.services.similar import similar_items
from recommender.services.wishes import Wishes
from users.models import Profile

FROM_HISTORY = {Basis.HISTORY, Basis.HISTORY_AND_STATEMENT}
POPULAR, TRENDING, LATEST = "popular", "trending", "latest"


class ListEndpoint(GorseEndpoint):
    """A part of a list: `n` behind the first `offset`, as far as the longest list goes."""

    scopes = {"GET": Scope.READ}

    @property
    def count(self) -> int:
        return self.number("n", USUAL_COUNT)

    @property
    def offset(self) -> int:
        return self.number("offset", 0)

    @property
    def length(self) -> int:
        """How long a list it takes; 0 where nothing of it would be shown."""
        length = min(self.offset + self.count, LONGEST_LIST)
        return length if self.count and length > self.offset else 0

    def categories(self, category: str | None) -> ItemFilter | None:
        return in_categories(self.texts("category") or ([category] if category else []))

    def excluded(self) -> Collection[int]:
        """What the user whom the query names has met already."""
        user_id = self.text("user-id")
        return items_met_by(self.catalog, user_id) if user_id else ()

    def part(self, scores: list[Score]) -> Response:
        return Response([score.as_json() for score in scores[self.offset :][: self.count]])


def scores_of(answer: Answer) -> list[Score]:
    return [Score(result.item_id, result.score) for result in answer.results]


class LatestView(ListEndpoint):
    def get(self, request: Request, category: str | None = None) -> Response:
        return self.part(
            latest_items(
                self.catalog,
                condition=self.categories(category),
                excluded_ids=self.excluded(),
                length=self.length,
            )
        )


class NonPersonalizedView(ListEndpoint):
    """By the name that a recommender has in Gorse's configuration; here, that of a scenario."""

    def get(self, request: Request, name: str = POPULAR, category: str | None = None) -> Response:
        condition, length = self.categories(category), self.length
        if name == LATEST:
            return self.part(
                latest_items(self.catalog, condition=condition, excluded_ids=self.excluded(), length=length)
            )
        if name not in (POPULAR, TRENDING):
            return self.part(self._of_scenario(name, condition, length))
        return self.part(
            most_popular(
                self.catalog,
                condition=condition,
                excluded_ids=self.excluded(),
                length=length,
                now=timezone.now(),
                window_days=TRENDING_DAYS if name == TRENDING else None,
            )
        )

    def _of_scenario(self, name: str, condition: ItemFilter | None, length: int) -> list[Score]:
        wishes = Wishes(condition=condition, private_ids=self.excluded())
        try:
            # Asked for nothing, it still says whether there is such a scenario.
            answer = recommend(
                catalog=self.catalog, scenario=name, k=length or 1, wishes=wishes, language=reader_language()
            )
        except NotInCatalog as error:
            raise NotFound(
                _("There is no recommender “%(name)s”: there are popular, trending, latest and the scenarios.")
                % {"name": name}
            ) from error
        return scores_of(answer) if length else []


class ItemNeighborsView(ListEndpoint):
    """Items like an item; none while its text is not embedded yet, and none like an unknown one."""

    def get(self, request: Request, item_id: str, name: str = "", category: str | None = None) -> Response:
        condition, length = self.categories(category), self.length
        item = Item.objects.filter(catalog=self.catalog, external_id=item_id).first()
        if item is None or not length:
            return self.part([])
        wishes = Wishes(condition=condition, private_ids=self.excluded())
        answer = similar_items(item=item, k=length, wishes=wishes, language=reader_language())
        return self.part([] if answer.basis is Basis.POPULAR else scores_of(answer))


class UserNeighborsView(ListEndpoint):
    """People like a person; none before a training, and none like an unknown one."""

    def get(self, request: Request, user_id: str, name: str = "") -> Response:
        length = self.length
        profile = Profile.objects.filter(catalog=self.catalog, external_id=user_id).first()
        if profile is None or not length:
            return self.part([])
        answer = similar_profiles(profile=profile, k=length, language=reader_language())
        return self.part([Score(person.profile_id, person.score) for person in answer.people])


class CollaborativeView(ListEndpoint):
    """The personal list of somebody who has a history; nobody else has one."""

    def get(self, request: Request, user_id: str) -> Response:
        condition, length = self.categories(None), self.length
        profile = Profile.objects.filter(catalog=self.catalog, external_id=user_id).first()
        if profile is None or not length:
            return self.part([])
        wishes = Wishes(condition=condition)
        answer = recommend(catalog=self.catalog, profile=profile, k=length, wishes=wishes, language=reader_language())
        return self.part(scores_of(answer) if answer.basis in FROM_HISTORY else [])
