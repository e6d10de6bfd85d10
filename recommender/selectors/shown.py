"""Which items somebody has been shown, by the names that answers give them or by the log of the answers."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from django.db.models import Q

from catalog.models import Catalog, Item
from recommender.models import Slate
from users.models import Profile


def ids_of_items(catalog: Catalog, external_ids: Collection[str]) -> set[int]:
    """The items that answers name; one query."""
    return set(Item.objects.filter(catalog=catalog, external_id__in=external_ids).values_list("pk", flat=True))


def items_shown_by(catalog: Catalog, request_ids: Collection[uuid.UUID], *, profile: Profile | None) -> set[int] | None:
    """All items of these answers; two queries.

    None where one of the answers is not there, belongs to another catalog, or was somebody else's: only the profile's
    own and those for nobody in particular are looked at.
    """
    own = Q(profile=None) if profile is None else Q(profile=None) | Q(profile=profile)
    results = list(
        Slate.objects.filter(own, catalog=catalog, request_id__in=request_ids).values_list("results", flat=True)
    )
    if len(results) != len(set(request_ids)):
        return None
    return ids_of_items(catalog, {str(result["item_id"]) for shown in results for result in shown})


def may_refer_to(request_id: uuid.UUID, catalog: Catalog, *, profile: Profile) -> bool:
    """Whether the person was given this answer, or it was made for nobody in particular; one query."""
    own = Q(profile=None) | Q(profile=profile)
    return Slate.objects.filter(own, catalog=catalog, request_id=request_id).exists()


def readers_of_answers(catalog: Catalog, request_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str | None]:
    """Whom the catalog's answers were given to, by external id; None for nobody in particular. One query."""
    answers = Slate.objects.filter(catalog=catalog, request_id__in=request_ids)
    return dict(answers.values_list("request_id", "profile__external_id"))
