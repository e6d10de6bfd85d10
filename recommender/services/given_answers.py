"""Answers that were given, read again by whoever may see them."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import override

from catalog.models import Catalog
from recommender.exceptions import NotInCatalog
from recommender.models import Slate
from recommender.services.answers import Answer, answer_of, find_slate
from recommender.services.replaying import Replay, replay


@dataclass(frozen=True)
class GivenAnswer:
    """The answer as it was given; `replay`: the same made again, if asked for."""

    answer: Answer
    replay: Replay | None = None

    def as_dict(self) -> dict[str, object]:
        """The JSON of the API."""
        again = {} if self.replay is None else {"replay": self.replay.as_dict()}
        return self.answer.as_dict() | again


def given_answer(
    *,
    catalog: Catalog,
    request_id: uuid.UUID,
    language: str,
    only: Collection[int] | None = None,
    replayed: bool = False,
) -> GivenAnswer:
    """One query, and those of a replay. Raises NotInCatalog.

    `only`: ids of profiles, where no answers but theirs and nobody's may be read.
    """
    with override(language):
        slate = slate_named(catalog, request_id, only=only)
        return GivenAnswer(answer_of(slate), replay(slate, language=language) if replayed else None)


def slate_named(catalog: Catalog, request_id: uuid.UUID, *, only: Collection[int] | None = None) -> Slate:
    """One query. Raises NotInCatalog."""
    slate = find_slate(request_id, catalog=catalog)
    if slate is None or (only is not None and slate.profile_id is not None and slate.profile_id not in only):
        raise NotInCatalog(_("There is no answer with the id %(id)s.") % {"id": request_id})
    return slate
