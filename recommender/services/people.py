"""People by their taste: who is like-minded, and whom an item suits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from catalog.models import Item
from recommender.engine.explanation import Reason
from recommender.engine.history import ItemWeight
from recommender.engine.interest import FloatArray
from recommender.engine.joint_interest import joint_interest, joint_scores
from recommender.engine.joint_space import Block
from recommender.models import RankingModel, RankingVector
from recommender.selectors.histories import newest_events_of
from recommender.selectors.history import kind_rules
from recommender.selectors.joint_models import hyperparameters_of, joint_space_of
from recommender.selectors.joint_vectors import joint_items
from recommender.selectors.people import FoundPerson, people_for, people_like
from recommender.selectors.ranking_models import active_model
from recommender.selectors.titles import ItemLabel, item_labels
from recommender.services.answering import list_length
from recommender.services.answers import Notice
from recommender.services.joint_interests import block_weights, joint_interest_of
from recommender.services.joint_ranking import joint_reason, loudest_items
from recommender.services.profile_vectors import SETTINGS, weighed
from recommender.services.reasons import reason_text
from users.models import Profile

# Of what two people both like, so many items are named.
MOST_SHARED_ITEMS = 5


@dataclass(frozen=True)
class Person:
    """Somebody who was found; `score` is a cosine similarity, above 0; `item_ids` what the reason stands on."""

    rank: int
    profile_id: str
    score: float
    reason: str
    item_ids: Sequence[str]


@dataclass(frozen=True)
class PeopleAnswer:
    """People, best first, by the version that found them; the notices say why there are none."""

    people: Sequence[Person]
    notices: Sequence[Notice] = ()
    model_version: int | None = None

    def as_dict(self) -> dict[str, object]:
        """The JSON of the API and of the command line."""
        return {
            "model_version": self.model_version,
            "notices": [asdict(notice) for notice in self.notices],
            "results": [
                {
                    "rank": person.rank,
                    "id": person.profile_id,
                    "score": person.score,
                    "reason": person.reason,
                    "items": list(person.item_ids),
                }
                for person in self.people
            ],
        }


def similar_profiles(*, profile: Profile, k: int = 10, language: str = "en") -> PeopleAnswer:
    """The people of the catalog whose histories say the most alike, each with what both like.

    Of the person who asks, the history of now; of the others, that of the last training, less what they took back.
    Nobody is found who paused personalisation, and nothing is looked for on behalf of somebody who did.

    Raises InvalidRequest for a k out of range. About ten queries, however many people there are.
    """
    with override(language):
        length = list_length(k, SETTINGS)
        model = active_model(profile.catalog_id)
        if model is None:
            return _nobody("not_trained", _("Nothing was trained here yet: people cannot be compared."))
        if not profile.personalise:
            return _nobody("personalisation_off", _("Personalisation is off: nobody is compared with you."), model)
        direction = _direction(model, profile)
        if direction is None:
            return _nobody("nothing_known", _("Nothing is known about the person yet."), model)
        found = people_like(model, direction, but=profile.pk, limit=length)
        shared = _shared_items(model, profile, found)
        labels = item_labels({item_id for item_ids in shared.values() for item_id in item_ids}, language=language)
        people = [_like_minded(rank, one, shared[one.profile_id], labels) for rank, one in enumerate(found, start=1)]
        return PeopleAnswer(people, model_version=model.version)


def profiles_for_item(*, item: Item, k: int = 10, language: str = "en") -> PeopleAnswer:
    """The people whom an item suits best of those who never met it, each with the reason to give them.

    Raises InvalidRequest for a k out of range. About eight queries, however many people there are.
    """
    with override(language):
        length = list_length(k, SETTINGS)
        model = active_model(item.catalog_id)
        if model is None:
            return _nobody("not_trained", _("Nothing was trained here yet: people cannot be compared."))
        placed = joint_items(model, [item.pk]).get(item.pk)
        if placed is None:
            return _nobody("item_not_ranked", _("The trained version does not know this item yet."), model)
        found = people_for(model, placed.vector, item_id=item.pk, limit=length)
        reasons = _reasons(model, placed.vector, found)
        ids = {reason.item_id for reason in reasons.values() if reason.item_id is not None}
        labels = item_labels(ids, language=language)
        people = [
            _suited(rank, one, reasons.get(one.profile_id), labels, language=language)
            for rank, one in enumerate(found, start=1)
        ]
        return PeopleAnswer(people, model_version=model.version)


def _nobody(code: str, message: str, model: RankingModel | None = None) -> PeopleAnswer:
    return PeopleAnswer([], [Notice(code, message)], None if model is None else model.version)


def _direction(model: RankingModel, profile: Profile) -> FloatArray | None:
    """(D,) U(u) of the history of now without popularity, scaled to length 1."""
    made = joint_interest_of(model, None, profile=profile, events=None, statement="", settings=SETTINGS)
    if made.interest is None:
        return None
    direction = made.interest.vector.copy()
    direction[made.interest.space.columns(Block.POPULARITY)] = 0.0
    norm = float(np.linalg.norm(direction))
    return direction / norm if norm > 0 else None


def _weights(model: RankingModel, profile_ids: Sequence[int]) -> dict[int, list[ItemWeight]]:
    """Histories as vectors are made of them, by profile id; two queries."""
    events = newest_events_of(profile_ids, length=SETTINGS.interest.history_length)
    rules, chosen = kind_rules(model.catalog_id), hyperparameters_of(model)
    return {profile_id: weighed(events.get(profile_id, []), rules, chosen) for profile_id in profile_ids}


def _shared_items(model: RankingModel, profile: Profile, found: Sequence[FoundPerson]) -> dict[int, list[int]]:
    """By profile id what both like, what few people know first, since it says most; ties by id."""
    weights = _weights(model, [profile.pk, *(one.profile_id for one in found)])
    liked = {
        profile_id: {weight.item_id for weight in history if weight.weight > 0}
        for profile_id, history in weights.items()
    }
    shared = {one.profile_id: liked[profile.pk] & liked[one.profile_id] for one in found}
    everything = set().union(*shared.values())
    popularity = dict(
        RankingVector.objects.filter(model_id=model.pk, item_id__in=everything).values_list("item_id", "popularity")
    )
    return {
        profile_id: sorted(item_ids, key=lambda item_id: (popularity.get(item_id, 0.0), item_id))
        for profile_id, item_ids in shared.items()
    }


def _like_minded(rank: int, one: FoundPerson, shared: Sequence[int], labels: Mapping[int, ItemLabel]) -> Person:
    # An item may be deleted between being found and being named.
    known = [labels[item_id] for item_id in shared if item_id in labels]
    named = tuple(label.external_id for label in known[:MOST_SHARED_ITEMS])
    return Person(rank, one.external_id, one.similarity, _what_both_like(known), named)


def _what_both_like(items: Sequence[ItemLabel]) -> str:
    if not items:
        return _("Similar taste, but nothing yet that you both like.")
    if len(items) == 1:
        return _("You both like “%(title)s”.") % {"title": items[0].title}
    more = len(items) - 1
    return ngettext(
        "You both like “%(title)s” and %(count)d other item.",
        "You both like “%(title)s” and %(count)d other items.",
        more,
    ) % {"title": items[0].title, "count": more}


def _reasons(model: RankingModel, vector: FloatArray, found: Sequence[FoundPerson]) -> dict[int, Reason]:
    """By profile id the item of the history that says most for an item; two queries more than the histories."""
    space = joint_space_of(model)
    blocks = replace(block_weights(SETTINGS.blocks, hyperparameters_of(model)), prior=0.0)
    weights = _weights(model, [one.profile_id for one in found])
    items = joint_items(model, {weight.item_id for history in weights.values() for weight in history})
    reasons = {}
    for profile_id, history in weights.items():
        interest = joint_interest(space, history, items, None, block_weights=blocks, statement_share=0.0)
        # None: nothing that they did since the training speaks for anything any more.
        if interest is not None:
            scores = joint_scores(interest, vector[None])
            reasons[profile_id] = joint_reason(interest, scores, 0, loudest_items(interest, scores)[0])
    return reasons


def _suited(
    rank: int, one: FoundPerson, reason: Reason | None, labels: Mapping[int, ItemLabel], *, language: str
) -> Person:
    # An item may be deleted between being found and being named.
    label = None if reason is None or reason.item_id is None else labels.get(reason.item_id)
    if reason is None or reason.item_id is None or label is None:
        return Person(rank, one.external_id, one.similarity, "", ())
    said = reason_text(reason, {reason.item_id: label.title}, language=language)
    return Person(rank, one.external_id, one.similarity, said, (label.external_id,))
