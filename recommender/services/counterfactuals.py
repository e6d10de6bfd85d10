"""Without this interaction: the list that a person would get, beside the one that they get.

The ranking is made again from what would remain. Taking a term off the scores would not do: what remains is scaled
anew, popularity counts for more where less is known, the implicit factors are solved again, and an item that was only
seen by the interaction may come back.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from recommender.engine.threads import one_thread
from recommender.exceptions import InvalidRequest, NotInCatalog
from recommender.models import Interaction, Scenario
from recommender.selectors.configuration import active_config, serving_space
from recommender.selectors.ranking_models import model_of_space
from recommender.selectors.titles import ItemLabel, item_labels
from recommender.services.answering import list_length, settings_of
from recommender.services.answers import Basis, Notice
from recommender.services.composing import RankedItem
from recommender.services.reasons import reason_text
from recommender.services.unlogged_lists import ListAsked, UnloggedList, list_without
from users.models import Profile


@dataclass(frozen=True)
class LeftOut:
    """An interaction that is thought away."""

    interaction_id: int
    item_id: str
    title: str
    kind: str
    occurred_at: datetime | None


@dataclass(frozen=True)
class Standing:
    """Where an item stands in one of the two lists, its score, the parts that add up to it, and why it is there."""

    rank: int
    score: float
    parts: Mapping[str, float]
    reason: str


@dataclass(frozen=True)
class Change:
    """An item of one list or the other; None: it is not even among the candidates there."""

    item_id: str
    title: str
    before: Standing | None
    after: Standing | None

    @property
    def score_change(self) -> float | None:
        """Score after less score before; None where there is only one."""
        return None if self.before is None or self.after is None else self.after.score - self.before.score

    @property
    def parts_change(self) -> dict[str, float]:
        """The same by part; a part that one of them lacks counts as 0 there. They add up to the change of the score."""
        if self.before is None or self.after is None:
            return {}
        before, after = self.before.parts, self.after.parts
        return {name: after.get(name, 0.0) - before.get(name, 0.0) for name in sorted({*before, *after})}


@dataclass(frozen=True)
class Counterfactual:
    """Both lists, item by item: those of the list before, in its order, then those that only the list after has.

    Ranks above `length` are places behind the end of the list.
    """

    left_out: Sequence[LeftOut]
    length: int
    basis_before: Basis
    basis_after: Basis
    changes: Sequence[Change]
    notices: Sequence[Notice] = ()
    model_version: int | None = None

    @property
    def leaving(self) -> list[Change]:
        """In the list before, not in the list after."""
        return [change for change in self.changes if not self._shows(change.after)]

    @property
    def entering(self) -> list[Change]:
        """In the list after, not in the list before; in the order of the list after."""
        return [change for change in self.changes if not self._shows(change.before)]

    def as_dict(self) -> dict[str, object]:
        """The JSON of the API and of the command line."""
        return {
            "left_out": [
                {**asdict(one), "occurred_at": None if one.occurred_at is None else one.occurred_at.isoformat()}
                for one in self.left_out
            ],
            "length": self.length,
            "basis_before": str(self.basis_before),
            "basis_after": str(self.basis_after),
            "model_version": self.model_version,
            "notices": [asdict(notice) for notice in self.notices],
            "changes": [
                {**asdict(change), "score_change": change.score_change, "parts_change": change.parts_change}
                for change in self.changes
            ],
            "leaving": [change.item_id for change in self.leaving],
            "entering": [change.item_id for change in self.entering],
        }

    def _shows(self, standing: Standing | None) -> bool:
        return standing is not None and standing.rank <= self.length


def without(
    *,
    profile: Profile,
    interaction_ids: Collection[int] = (),
    item_ids: Collection[int] = (),
    k: int | None = None,
    scenario: str = Scenario.HOME,
    language: str = "en",
    now: datetime | None = None,
) -> Counterfactual:
    """What a person's list would be without some of their interactions; nothing is changed, and nothing logged.

    Args:
        profile: whose.
        interaction_ids: interactions to think away.
        item_ids: items; all that the person did with them is thought away.
        k: length of the list, 1..200; the configuration's where None.
        scenario: the placement whose active configuration answers. What it leaves to chance is left out.
        language: of titles, reasons and notices.
        now: the time of both lists.

    Raises:
        InvalidRequest: where nothing is to be thought away, and for a length out of range.
        NotInCatalog: for an interaction that is not the person's, an item that they did nothing with, and a scenario
            without an active configuration.

    Twice the queries of an answer, and three more, however much is thought away.
    """
    now = now or timezone.now()
    with override(language), one_thread():
        left_out = _left_out(profile, set(interaction_ids), set(item_ids))
        notices: list[Notice] = []
        settings = settings_of(active_config(profile.catalog_id, scenario), notices)
        space = serving_space(profile.catalog_id)
        model = model_of_space(profile.catalog_id, space)
        asked = ListAsked(profile, settings, list_length(k, settings), now, space, model)
        before = list_without(asked, ())
        after = list_without(asked, [interaction.pk for interaction in left_out])
        shown = _shown(before, after, asked.length)
        labels = _labels([before, after], shown, left_out, language=language)
        standings = [_standings(one, shown, labels, language=language) for one in (before, after)]
        return Counterfactual(
            left_out=[
                LeftOut(
                    interaction.pk,
                    labels[interaction.item_id].external_id,
                    labels[interaction.item_id].title,
                    interaction.kind.name,
                    interaction.occurred_at,
                )
                for interaction in left_out
                if interaction.item_id in labels
            ],
            length=asked.length,
            basis_before=before.basis,
            basis_after=after.basis,
            changes=[
                Change(
                    labels[item_id].external_id,
                    labels[item_id].title,
                    standings[0].get(item_id),
                    standings[1].get(item_id),
                )
                for item_id in shown
                if item_id in labels
            ],
            notices=list(dict.fromkeys([*notices, *before.notices, *after.notices])),
            model_version=None if model is None else model.version,
        )


def _left_out(profile: Profile, interaction_ids: set[int], item_ids: set[int]) -> list[Interaction]:
    if not interaction_ids and not item_ids:
        raise InvalidRequest(_("Name an interaction or an item to leave out."))
    named = Q(pk__in=interaction_ids) | Q(item_id__in=item_ids)
    found = list(Interaction.objects.filter(named, profile=profile).select_related("kind").order_by("pk"))
    strange = interaction_ids - {interaction.pk for interaction in found}
    if strange:
        raise NotInCatalog(_("The person has no interaction %(id)d.") % {"id": min(strange)})
    untouched = item_ids - {interaction.item_id for interaction in found}
    if untouched:
        raise NotInCatalog(_("The person did nothing with item %(id)d.") % {"id": min(untouched)})
    return found


def _shown(before: UnloggedList, after: UnloggedList, length: int) -> list[int]:
    """Ids of the items of the list before, then of those that only the list after has."""
    return list(dict.fromkeys(item.item_id for one in (before, after) for item in one.items[:length]))


def _labels(
    lists: Sequence[UnloggedList], shown: Sequence[int], left_out: Sequence[Interaction], *, language: str
) -> dict[int, ItemLabel]:
    """Of all items that are shown, named by a reason, or thought away; one query."""
    reasons = {item.reason.item_id for one in lists for item in one.items if item.item_id in set(shown)}
    named = {item_id for item_id in reasons if item_id is not None}
    return item_labels({*shown, *named, *(interaction.item_id for interaction in left_out)}, language=language)


def _standings(
    ranked: UnloggedList, shown: Collection[int], labels: Mapping[int, ItemLabel], *, language: str
) -> dict[int, Standing]:
    wanted = set(shown)
    titles = {item_id: label.title for item_id, label in labels.items()}

    def reason_of(item: RankedItem) -> str:
        # An item may be deleted between being a reason and being named.
        known = item.reason.item_id is None or item.reason.item_id in titles
        return reason_text(item.reason, titles, language=language) if known else ""

    return {
        item.item_id: Standing(rank, item.score, item.parts, reason_of(item))
        for rank, item in enumerate(ranked.items, start=1)
        if item.item_id in wanted
    }
