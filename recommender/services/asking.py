"""A list as a program asks for it, by names of its own."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import override

from catalog.models import Catalog
from recommender.exceptions import InvalidRequest, NotInCatalog
from recommender.models import Scenario
from recommender.selectors.named import item_named, profile_named
from recommender.services.answers import Answer, Notice
from recommender.services.continuing import continue_answer
from recommender.services.outside_wishes import OutsideWishes
from recommender.services.recommending import recommend
from recommender.services.similar import similar_items
from users.models import Profile

NOTHING = OutsideWishes()


@dataclass(frozen=True)
class Asked:
    """What a program asks.

    person: whom the list is for, where it is known already; else `profile`, an external id, says it; "": somebody
    unknown. allow_unknown: whether a profile that the catalog does not have is somebody unknown, and no mistake.
    next: a token that continues an answer; then nothing else is asked but `k` and whether to explain.
    """

    person: Profile | None = None
    profile: str = ""
    statement: str = ""
    k: int | None = None
    scenario: str = Scenario.HOME
    wishes: OutsideWishes = NOTHING
    allow_unknown: bool = False
    next: str = ""


def ask(*, catalog: Catalog, asked: Asked, language: str, only: Collection[int] | None = None) -> Answer:
    """Answer it; as many queries as `recommend`, one for the profile and up to three for the wishes.

    `only`: ids of profiles, where nobody else's lists may be continued.

    Raises NotInCatalog for a profile that the catalog does not have, unless that is allowed; and what `recommend` and
    `continue_answer` raise.
    """
    with override(language):
        if asked.next:
            _check_nothing_else(asked)
            return continue_answer(
                catalog=catalog,
                token=asked.next,
                k=asked.k,
                explain=asked.wishes.explain,
                language=language,
                only=only,
            )
        notices: list[Notice] = []
        profile = asked.person or _profile(catalog, asked, notices)
        return recommend(
            catalog=catalog,
            profile=profile,
            statement=asked.statement,
            k=asked.k,
            scenario=asked.scenario,
            wishes=asked.wishes.read(catalog, notices),
            language=language,
        )


def _check_nothing_else(asked: Asked) -> None:
    if asked != Asked(k=asked.k, next=asked.next, wishes=OutsideWishes(explain=asked.wishes.explain)):
        raise InvalidRequest(_("A list goes on with the wishes that it began with: leave out the others."))


def _profile(catalog: Catalog, asked: Asked, notices: list[Notice]) -> Profile | None:
    if not asked.profile:
        return None
    try:
        return profile_named(catalog, asked.profile)
    except NotInCatalog:
        if not asked.allow_unknown:
            raise
    message = _("There is no profile “%(name)s” here yet.") % {"name": asked.profile}
    notices.append(Notice("profile_unknown", message))
    return None


def similar_to(
    *, catalog: Catalog, external_id: str, wishes: OutsideWishes, language: str, k: int | None = None
) -> Answer:
    """Items like one of the catalog; as many queries as `similar_items`, and two. Raises NotInCatalog."""
    with override(language):
        item = item_named(catalog, external_id)
        return similar_items(item=item, k=k, wishes=wishes.read(catalog, []), language=language)
