"""A small catalogue in which it is known what people like: planted clusters, embedded and trained on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from catalog.models import Catalog, Item
from recommender.engine.settings import ScoringSettings
from recommender.models import EmbeddingSpace, Interaction, RankingModel, Scenario, ScoringConfig
from recommender.services.scoring_configs import activate, create_version
from recommender.services.training import TrainingOptions, train_catalog
from tests.conftest import embed_all
from users.models import Profile

# No word is of two clusters, and few of their letters are: the hashing encoder tells them apart.
WORDS = {
    "orbit": ("rocket", "orbit", "astronaut", "galaxy", "comet", "telescope", "nebula", "lunar", "asteroid", "cosmos"),
    "kitchen": ("butter", "dough", "oven", "pepper", "simmer", "flavour", "whisk", "garlic", "broth", "pastry"),
    "harbour": ("sailor", "anchor", "fishing", "tide", "vessel", "dock", "island", "wharf", "lighthouse", "mast"),
}
WORDS_A_TEXT = 5
# People of one cluster come across few items of the others.
STRAY_LIKES = 1
# In so small a catalogue chance makes popularity, and what is popular with all would hide whose item it is.
INTEREST_ALONE = {"blocks": {"newcomer_popularity": 0.0}}
FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Clusters:
    """Items and people by cluster, and the version that was trained, which is active; None where none was."""

    catalog: Catalog
    space: EmbeddingSpace
    items: Mapping[str, Sequence[Item]]
    people: Mapping[str, Sequence[Profile]]
    model: RankingModel | None

    @property
    def trained(self) -> RankingModel:
        if self.model is None:
            raise ValueError("nothing was trained")
        return self.model

    def cluster_of(self, external_id: str) -> str:
        return next(name for name, items in self.items.items() if external_id in {item.external_id for item in items})


def train_clusters(
    catalog: Catalog,
    *,
    clusters: Sequence[str] = tuple(WORDS),
    items_each: int = 16,
    people_each: int = 24,
    likes_each: int = 8,
    train: bool = True,
    settings: Mapping[str, Any] = INTEREST_ALONE,
    seed: int = 0,
) -> Clusters:
    """Fill an empty catalog: each person likes items of one cluster, and one of another; then embed and train.

    Args:
        catalog: whose kinds and space are the defaults, and whose encoder is the hashing one.
        clusters: names out of WORDS.
        items_each, people_each: of a cluster.
        likes_each: items of the own cluster that a person likes, fewer than there are.
        settings: of the home scenario, by section and field; {} is the defaults.
        train: False leaves the catalog embedded, and without a version.
        seed: of who likes what.
    """
    rng = np.random.default_rng(seed)
    items = {name: make_items(catalog, name, items_each, rng=rng) for name in clusters}
    people = {
        name: Profile.objects.bulk_create(
            [Profile(catalog=catalog, external_id=f"{name}-{number}") for number in range(people_each)]
        )
        for name in clusters
    }
    like(catalog, _likes(items, people, likes_each=likes_each, rng=rng))
    configure(catalog, settings)
    space = catalog.embedding_spaces.get(serving=True)
    embed_all(space)
    model = train_again(catalog) if train else None
    return Clusters(catalog, space, items, people, model)


def train_again(catalog: Catalog) -> RankingModel:
    """A further version of what the catalog has by now, active."""
    return train_catalog(catalog, TrainingOptions(tune="never"))


def make_items(catalog: Catalog, cluster: str, count: int, *, rng: np.random.Generator) -> list[Item]:
    """Items called cluster-0, cluster-1, ..., each described by some of the cluster's words."""
    return Item.objects.bulk_create(
        [
            Item(
                catalog=catalog,
                external_id=f"{cluster}-{number}",
                title=f"{cluster} {number}",
                description=" ".join(rng.permutation(WORDS[cluster])[:WORDS_A_TEXT]),
                categories=[cluster],
            )
            for number in range(count)
        ]
    )


def make_newcomer(catalog: Catalog, cluster: str, external_id: str = "newcomer") -> Item:
    """An item that nobody has met, described as a cluster's items are; not embedded yet."""
    return Item.objects.create(
        catalog=catalog,
        external_id=external_id,
        title=external_id,
        description=" ".join(WORDS[cluster][:WORDS_A_TEXT]),
        categories=[cluster],
    )


def like(catalog: Catalog, pairs: Sequence[tuple[Profile, Item]], *, first_day: datetime = FIRST_DAY) -> None:
    """Likes at one a minute, in the order given."""
    kind = catalog.interaction_kinds.get(name="like")
    Interaction.objects.bulk_create(
        [
            Interaction(
                catalog=catalog,
                profile=profile,
                item=item,
                kind=kind,
                occurred_at=first_day + timedelta(minutes=number),
            )
            for number, (profile, item) in enumerate(pairs)
        ]
    )


def configure(catalog: Catalog, settings: Mapping[str, Any]) -> ScoringConfig:
    """Make settings, by section and field, what the home scenario answers by."""
    version = create_version(
        scenario=catalog.scenarios.get(name=Scenario.HOME), settings=ScoringSettings.model_validate(settings)
    )
    activate(version)
    return version


def _likes(
    items: Mapping[str, Sequence[Item]],
    people: Mapping[str, Sequence[Profile]],
    *,
    likes_each: int,
    rng: np.random.Generator,
) -> list[tuple[Profile, Item]]:
    pairs = []
    for name, profiles in people.items():
        strange = [item for other, others in items.items() if other != name for item in others]
        for profile in profiles:
            own = rng.choice(len(items[name]), size=likes_each, replace=False)
            stray = rng.choice(len(strange), size=min(STRAY_LIKES, len(strange)), replace=False)
            pairs += [(profile, items[name][index]) for index in own]
            pairs += [(profile, strange[index]) for index in stray]
    return pairs
