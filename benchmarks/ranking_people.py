"""For whom the benchmark asks: real histories, in which nothing, or five hundred items, count as seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models import QuerySet

from catalog.models import Catalog
from recommender.engine.history import event_strength
from recommender.engine.interest import FloatArray
from recommender.engine.joint_interest import JointInterest
from recommender.engine.joint_space import Block
from recommender.engine.settings import BlockSettings, ScoringSettings
from recommender.models import Interaction, InteractionKind, RankingModel
from recommender.selectors.history import NEWEST_FIRST, kind_rules
from recommender.selectors.joint_models import joint_space_of
from recommender.services.joint_interests import joint_interest_of
from users.models import Profile

UNSEEN_SUFFIX = "-unseen"
SHOWN = "bench-shown"

DEFAULT, POPULARITY_ONLY = "default", "popularity only"
# What an operator may turn, to its ends; popularity alone is a vector query here, and none in the service.
WEIGHTINGS = {
    DEFAULT: BlockSettings(),
    "collaborative only": BlockSettings(factors=0, text=0, newcomer_popularity=0),
    POPULARITY_ONLY: BlockSettings(),
    "text only": BlockSettings(collaborative=0, factors=0, text=1, newcomer_popularity=0),
    "popularity -0.3": BlockSettings(popularity=-0.3, newcomer_popularity=0),
}


@dataclass(frozen=True)
class Person:
    """A profile, and two stand-ins with what it likes: one that has seen nothing, one that has seen much."""

    profile: Profile
    unseen: Profile
    seen: Profile


def stand_ins(catalog: Catalog, profiles: Sequence[Profile]) -> list[Person]:
    kinds = _unseen_kinds(catalog)
    return [Person(profile, *(_stand_in(profile, name, kinds) for name in ("unseen", "seen"))) for profile in profiles]


def mark_seen(profile: Profile, item_ids: Sequence[int]) -> None:
    """Let these be what a stand-in has seen, older than all that it likes and without a say in its taste."""
    kind = InteractionKind.objects.get(catalog_id=profile.catalog_id, name=SHOWN)
    Interaction.objects.filter(profile=profile, kind=kind).delete()
    Interaction.objects.bulk_create(
        Interaction(catalog_id=profile.catalog_id, profile=profile, item_id=item_id, kind=kind, sequence=-place)
        for place, item_id in enumerate(item_ids, start=1)
    )


def interest_under(model: RankingModel, profile: Profile, weighting: str = DEFAULT) -> JointInterest | None:
    settings = ScoringSettings(blocks=WEIGHTINGS[weighting])
    return joint_interest_of(model, None, profile=profile, events=None, statement="", settings=settings).interest


def vector_under(model: RankingModel, profile: Profile, weighting: str = DEFAULT) -> FloatArray | None:
    """(D,), or None where nothing is known that the weighting could use."""
    interest = interest_under(model, profile, weighting)
    if interest is None or weighting != POPULARITY_ONLY:
        return None if interest is None else interest.vector
    space = joint_space_of(model)
    vector = np.zeros(space.dimension)
    vector[space.columns(Block.POPULARITY)] = 1.0 / space.scale(Block.POPULARITY)
    return vector


def _stand_in(profile: Profile, name: str, kinds: dict[str, InteractionKind]) -> Profile:
    made = Profile.objects.create(catalog_id=profile.catalog_id, external_id=f"bench-{name}-{profile.pk}")
    rules = kind_rules(profile.catalog_id)
    Interaction.objects.bulk_create(
        Interaction(
            catalog_id=made.catalog_id,
            profile=made,
            item_id=event.item_id,
            kind=kinds[event.kind.name],
            value=event.value,
            occurred_at=event.occurred_at,
            sequence=event.sequence,
        )
        # What speaks against an item keeps it away, whatever was seen.
        for event in _events(profile)
        if event_strength(rules[event.kind.name], event.value, weight=1.0) > 0
    )
    return made


def _events(profile: Profile) -> QuerySet[Interaction]:
    return Interaction.objects.filter(profile=profile).select_related("kind").order_by(*NEWEST_FIRST)


def _unseen_kinds(catalog: Catalog) -> dict[str, InteractionKind]:
    """For each kind its like that marks nothing as seen; and the kind that does nothing else."""
    kinds = {}
    for kind in list(InteractionKind.objects.filter(catalog=catalog)):
        name = kind.name
        kind.pk, kind.name, kind.marks_seen = None, f"{name}{UNSEEN_SUFFIX}", False
        kind.save(force_insert=True)
        kinds[name] = kind
    InteractionKind.objects.create(catalog=catalog, name=SHOWN, weight=0.0)
    return kinds
