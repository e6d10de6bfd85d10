"""The rest of a list that was given in part."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from catalog.models import Catalog
from recommender.exceptions import InvalidRequest, NotInCatalog
from recommender.selectors.shown import items_shown_by
from recommender.services.answers import Answer
from recommender.services.feed import FIRST_ROW_LENGTH
from recommender.services.recommending import recommend
from users.models import Profile

# An address names every answer before: beyond this a server may refuse it for its length.
LONGEST_CHAIN = 100


def continue_list(
    *,
    catalog: Catalog,
    profile: Profile | None,
    after: Sequence[uuid.UUID],
    language: str,
    now: datetime | None = None,
) -> Answer:
    """The next items of the person's list, none of which the earlier answers showed; two queries and an answer's.

    Raises NotInCatalog where one of these answers is not the person's to see, and InvalidRequest for more of them than
    `LONGEST_CHAIN`.
    """
    if len(after) > LONGEST_CHAIN:
        raise InvalidRequest(_("A list is not continued further than this."))
    shown = items_shown_by(catalog, after, profile=profile)
    if shown is None:
        raise NotInCatalog(_("There is no such list to be continued."))
    return recommend(
        catalog=catalog, profile=profile, k=FIRST_ROW_LENGTH, excluded_ids=shown, language=language, now=now
    )
