"""From ranked items to the answer that is given, and to the log that it can be read from again."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import asdict

from django.utils.translation import gettext as _
from pydantic import ValidationError

from recommender.engine.settings import ScoringSettings
from recommender.exceptions import InvalidRequest
from recommender.models import ScoringConfig, Slate
from recommender.selectors.titles import item_labels
from recommender.services.answers import Answer, Evidence, Notice, Result, answer_of
from recommender.services.composing import RankedItem
from recommender.services.reasons import reason_text
from recommender.services.slates import log_slate

logger = logging.getLogger(__name__)

LONGEST_LIST = 200
# Of words that come from outside: more than anybody says of their taste, and a request line still holds it.
LONGEST_STATEMENT = 500
# Notices that tell of something missing, not merely of what the list was made from.
DEGRADING_CODES = frozenset({"encoder_unavailable", "no_embedding_space", "not_all_embedded", "configuration_invalid"})


def settings_of(config: ScoringConfig, notices: list[Notice]) -> ScoringSettings:
    """A configuration's settings; where they do not fit this version's schema, the defaults and a notice."""
    try:
        return config.scoring_settings
    except ValidationError as error:
        logger.exception("scoring configuration %d is invalid: %d errors", config.pk, error.error_count())
        notices.append(
            Notice("configuration_invalid", _("The active configuration cannot be read: defaults were used."))
        )
        return ScoringSettings()


def list_length(k: int | None, settings: ScoringSettings) -> int:
    """The length asked for, or the configuration's."""
    if k is None:
        return settings.result_list.length
    if not 1 <= k <= LONGEST_LIST:
        raise InvalidRequest(_("k is %(k)d: a list has 1 to %(longest)d items.") % {"k": k, "longest": LONGEST_LIST})
    return k


def give_answer(slate: Slate, ranked: Sequence[RankedItem], notices: Sequence[Notice], *, explanations: bool) -> Answer:
    """Fill a slate with what is shown, log it, and return the answer; one query for titles and one insert."""
    explained = bool(slate.wishes.get("explain"))
    results = results_of(ranked, language=slate.language, explanations=explanations, explained=explained)
    slate.results = [result.as_kept() for result in results]
    slate.notices = [asdict(notice) for notice in notices]
    slate.degraded = any(notice.code in DEGRADING_CODES for notice in notices)
    log_slate(slate)
    return answer_of(slate)


def results_of(
    ranked: Sequence[RankedItem], *, language: str, explanations: bool, explained: bool = False
) -> list[Result]:
    """Ranked items with their titles, their reasons and, if they are explained, their evidence; one query."""
    reason_ids = {item.reason.item_id for item in ranked if item.reason.item_id is not None}
    share_ids = {share.item_id for item in ranked for share in item.shares}
    labels = item_labels({item.item_id for item in ranked} | reason_ids | share_ids, language=language)
    titles = {item_id: label.title for item_id, label in labels.items()}
    # An item may be deleted between being ranked and being named.
    named = [item for item in ranked if item.item_id in labels and item.reason.item_id in {None, *labels}]
    return [
        Result(
            rank=rank,
            item_id=labels[item.item_id].external_id,
            title=titles[item.item_id],
            score=item.score,
            parts=item.parts,
            reason=reason_text(item.reason, titles, language=language) if explanations else "",
            propensity=item.propensity,
            evidence=[
                Evidence(labels[share.item_id].external_id, titles[share.item_id], share.amount)
                for share in item.shares
                if share.item_id in labels
            ]
            if explained
            else None,
        )
        for rank, item in enumerate(named, start=1)
    ]
