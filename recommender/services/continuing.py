"""The rest of a list that was given in part."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext as _

from catalog.models import Catalog
from recommender.exceptions import InvalidRequest, NotInCatalog
from recommender.services.answers import LONGEST_CHAIN, Answer, find_slate
from recommender.services.feed import FIRST_ROW_LENGTH
from recommender.services.next_tokens import answer_before
from recommender.services.recommending import recommend
from recommender.services.wishes import Wishes, wishes_from
from users.models import Profile


def continue_list(
    *,
    catalog: Catalog,
    profile: Profile | None,
    after: Sequence[uuid.UUID],
    language: str,
    now: datetime | None = None,
) -> Answer:
    """The next items of the person's list, none of which the earlier answers showed; two queries and an answer's.

    The earlier answers may be of several kinds, as on a page; what they wished is not wished again.

    Raises NotInCatalog where one of these answers is not the person's to see, and InvalidRequest for more of them than
    `LONGEST_CHAIN`.
    """
    if len(after) > LONGEST_CHAIN:
        raise InvalidRequest(_("A list is not continued further than this."))
    return recommend(
        catalog=catalog, profile=profile, k=FIRST_ROW_LENGTH, wishes=Wishes(after=after), language=language, now=now
    )


def continue_answer(
    *,
    catalog: Catalog,
    token: str,
    language: str,
    k: int | None = None,
    explain: bool = False,
    only: Collection[int] | None = None,
    now: datetime | None = None,
) -> Answer:
    """What follows the answer that gave this token, by the same wishes; three queries and an answer's.

    Args:
        catalog: whose answer it was.
        token: `Answer.next`.
        language: of titles, reasons and notices.
        k: how many more; None: as many as before.
        explain: as in `Wishes`.
        only: ids of profiles, where no lists but theirs and nobody's may be continued; None: all may.
        now: the time of the request.

    Raises:
        InvalidRequest: for a token that nobody gave out.
        NotInCatalog: for an answer of another catalog or person, or one that is not kept any more.
    """
    slate = find_slate(answer_before(token), catalog=catalog)
    if slate is None or (only is not None and slate.profile_id is not None and slate.profile_id not in only):
        raise NotInCatalog(_("There is no such list to be continued."))
    wishes = wishes_from(slate.wishes)
    return recommend(
        catalog=catalog,
        profile=slate.profile,
        statement=slate.wishes.get("statement", ""),
        k=slate.requested_length if k is None else k,
        scenario=slate.scenario,
        wishes=replace(wishes, after=[*wishes.after, slate.request_id], explain=explain),
        language=language,
        now=now,
    )
