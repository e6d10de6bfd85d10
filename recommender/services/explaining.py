"""What an item's score is made of for a person, down to the items of their history; nothing is logged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from catalog.models import Item
from recommender.engine.threads import one_thread
from recommender.models import EmbeddingSpace, Interaction, Scenario, Slate
from recommender.selectors.configuration import active_config, serving_space
from recommender.selectors.histories import newest_history
from recommender.selectors.history import NEWEST_FIRST
from recommender.selectors.ranking_models import kept_version, model_of_space
from recommender.selectors.titles import item_labels
from recommender.services.answering import settings_of
from recommender.services.answers import Notice
from recommender.services.item_scores import AskingPerson, for_any_item, score_item
from recommender.services.reasons import reason_text
from users.models import Profile

# Parts of a score that are sums over the items of a history. The implicit factors are not: a solve has no shares.
SHARED_PARTS = frozenset({"collaborative", "text", "history", "dislikes"})
# Of a score: far more than another order of adding makes, and less than anybody would see.
SAME_SCORE = 1e-3


@dataclass(frozen=True)
class PastAct:
    """One interaction of a person with an item of their history."""

    interaction_id: int
    kind: str
    value: float | None
    occurred_at: datetime | None


@dataclass(frozen=True)
class HistoryShare:
    """What one item of the history adds to the score (or takes from it), and what the person did with it."""

    item_id: str
    title: str
    amount: float
    acts: Sequence[PastAct] = ()


@dataclass(frozen=True)
class Explanation:
    """A score and what it is made of; no parts: nothing can be said, and the notices say why.

    `shares` add up to the parts `SHARED_PARTS`; the largest first, whatever their sign.
    """

    score: float = 0.0
    parts: Mapping[str, float] = field(default_factory=dict)
    reason: str = ""
    shares: Sequence[HistoryShare] = ()
    notices: Sequence[Notice] = ()


@dataclass(frozen=True)
class HistoryBehind:
    """The history behind an answer that was given: as it was then, less what was removed since.

    `changed`: what is left no longer adds up to what the answer said.
    """

    shares: Sequence[HistoryShare] = ()
    changed: bool = False
    notices: Sequence[Notice] = ()


def explain_item(*, profile: Profile, item: Item, language: str, now: datetime | None = None) -> Explanation:
    """How well an item fits a person at this moment, whether or not a list would show it.

    As many queries as an answer takes, and four for the shares.
    """
    now = now or timezone.now()
    with override(language), one_thread():
        if not profile.personalise:
            return _unknown("personalisation_off", _("Personalisation is off: what you did is not looked at."))
        notices: list[Notice] = []
        settings = for_any_item(settings_of(active_config(profile.catalog_id, Scenario.HOME), notices))
        space = serving_space(profile.catalog_id)
        model = model_of_space(profile.catalog_id, space)
        person = AskingPerson(profile, None, profile.statement, settings, now)
        made = score_item(person, item, model, space)
        notices += made.notices
        if not made.is_known:
            return _unknown("nothing_known", _("Nothing is known yet that this could be measured by."), *notices)
        if made.ranked is None:
            return _unknown(
                "not_all_embedded", _("This item has no embedding yet: how well it fits cannot be said."), *notices
            )
        named = made.ranked.reason.item_id
        labels = item_labels({*made.amounts, *([] if named is None else [named])}, language=language)
        titles = {item_id: label.title for item_id, label in labels.items()}
        return Explanation(
            score=made.ranked.score,
            parts=made.ranked.parts,
            reason=reason_text(made.ranked.reason, titles, language=language) if named in {None, *titles} else "",
            shares=_shares(profile, made.amounts, language=language),
            notices=notices,
        )


def history_behind(*, slate: Slate, item: Item, parts: Mapping[str, float], language: str) -> HistoryBehind:
    """The shares of the history in a score that a slate gave an item, computed again from what is left of it.

    Args:
        slate: the answer, with its configuration and its profile.
        item: one of its items.
        parts: of the item's score, as the slate has them.
        language: of titles and notices.
    """
    profile = slate.profile
    if profile is None or not SHARED_PARTS & set(parts):
        return HistoryBehind()
    with override(language), one_thread():
        gone = Notice("version_gone", _("What the list was made with is no longer kept: shares cannot be told."))
        if slate.config is None:
            return HistoryBehind(notices=[gone])
        settings = for_any_item(settings_of(slate.config, []))
        space = EmbeddingSpace.objects.filter(pk=slate.space_id).first() if slate.space_id else None
        model = None if slate.model_version is None else kept_version(slate.catalog_id, slate.model_version)
        if (model if slate.model_version else space) is None:
            return HistoryBehind(notices=[gone])
        # What was done since did not speak for anything then.
        happened = Coalesce("occurred_at", "created_at")
        later = Interaction.objects.alias(happened=happened).filter(profile=profile, happened__gt=slate.created_at)
        history = newest_history(
            profile.pk,
            length=settings.interest.history_length,
            without=list(later.values_list("pk", flat=True)),
        )
        person = AskingPerson(profile, history.events, slate.statement, settings, slate.created_at)
        made = score_item(person, item, model, space)
        said = sum(value for name, value in parts.items() if name in SHARED_PARTS)
        difference = abs(sum(made.amounts.values()) - said)
        return HistoryBehind(
            shares=_shares(profile, made.amounts, language=language),
            changed=difference > SAME_SCORE * max(1.0, abs(said)),
            notices=made.notices,
        )


def _shares(profile: Profile, amounts: Mapping[int, float], *, language: str) -> list[HistoryShare]:
    """The largest first, ties by id; items that add nothing are left out. Two queries."""
    item_ids = [item_id for item_id, amount in amounts.items() if amount != 0]
    labels = item_labels(item_ids, language=language)
    acts = _acts(profile, item_ids)
    return [
        HistoryShare(labels[item_id].external_id, labels[item_id].title, amounts[item_id], acts.get(item_id, ()))
        for item_id in sorted(item_ids, key=lambda item_id: (-abs(amounts[item_id]), item_id))
        if item_id in labels
    ]


def _acts(profile: Profile, item_ids: Iterable[int]) -> dict[int, list[PastAct]]:
    rows = (
        Interaction.objects.filter(profile=profile, item_id__in=list(item_ids))
        .order_by(*NEWEST_FIRST)
        .values_list("item_id", "pk", "kind__name", "value", "occurred_at")
    )
    found: defaultdict[int, list[PastAct]] = defaultdict(list)
    for item_id, interaction_id, kind, value, occurred_at in rows:
        found[item_id].append(PastAct(interaction_id, kind, value, occurred_at))
    return dict(found)


def _unknown(code: str, message: str, *notices: Notice) -> Explanation:
    return Explanation(notices=[*notices, Notice(code, message)])
