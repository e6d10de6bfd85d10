"""What was taken back is gone, and one interaction comes back as it was."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from catalog.models import Catalog, Item
from recommender.exceptions import NotInCatalog
from recommender.models import EmbeddingSpace, Interaction, Slate
from recommender.services.forgetting import Forgotten, bring_back, forget_history, forget_interaction
from recommender.services.recommending import recommend
from tests.conftest import MakeItem, act, embed_all
from users.models import Profile

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
FIELDS = ("profile_id", "item_id", "kind_id", "value", "occurred_at", "sequence", "external_id", "slate_id")


@pytest.mark.parametrize(
    "identity",
    [
        {"occurred_at": NOON},
        {"sequence": 3},
        {"external_id": "event-1", "occurred_at": NOON, "slate_id": uuid4()},
        {"kind": "rating", "value": 4.5, "occurred_at": NOON},
    ],
    ids="+".join,
)
def test_interaction_comes_back_as_it_was(alice: Profile, make_item: MakeItem, identity: dict[str, Any]) -> None:
    kind = identity.pop("kind", "like")
    act(alice, make_item("film"), kind, **identity)
    (before,) = Interaction.objects.values(*FIELDS)

    forgotten = forget_interaction(profile=alice, interaction_id=Interaction.objects.get().pk)
    assert not Interaction.objects.exists()
    kept = Forgotten.from_dict(json.loads(json.dumps(forgotten.as_dict())))
    assert kept == forgotten
    for _ in range(2):
        bring_back(profile=alice, forgotten=kept)

    assert list(Interaction.objects.values(*FIELDS)) == [before]


def test_next_list_is_made_without_it(
    catalog: Catalog, space: EmbeddingSpace, alice: Profile, make_item: MakeItem
) -> None:
    liked = make_item("rockets-1", title="Rockets and planets")
    make_item("rockets-2", title="Rockets and stars")
    embed_all(space)
    interaction = act(alice, liked)
    assert recommend(catalog=catalog, profile=alice).basis == "history"
    forget_interaction(profile=alice, interaction_id=interaction.pk)
    assert recommend(catalog=catalog, profile=alice).basis == "popular"


def test_what_another_person_did_cannot_be_forgotten(alice: Profile, bob: Profile, make_item: MakeItem) -> None:
    interaction = act(alice, make_item("film"))
    with pytest.raises(NotInCatalog, match="no interaction"):
        forget_interaction(profile=bob, interaction_id=interaction.pk)
    assert Interaction.objects.filter(profile=alice).exists()


def test_item_that_has_gone_since_is_said_to_be(alice: Profile, make_item: MakeItem) -> None:
    film = make_item("film")
    forgotten = forget_interaction(profile=alice, interaction_id=act(alice, film).pk)
    Item.objects.filter(pk=film.pk).delete()
    with pytest.raises(NotInCatalog, match="no longer there"):
        bring_back(profile=alice, forgotten=forgotten)


def test_whole_history_takes_the_answers_along_and_leaves_everybody_elses(
    catalog: Catalog, alice: Profile, bob: Profile, make_item: MakeItem
) -> None:
    for number in range(3):
        act(alice, make_item(f"film-{number}"))
    act(bob, make_item("film"))
    for profile in (alice, bob):
        recommend(catalog=catalog, profile=profile)

    assert forget_history(profile=alice) == 3

    assert list(Interaction.objects.values_list("profile", flat=True)) == [bob.pk]
    assert list(Slate.objects.values_list("profile", flat=True)) == [bob.pk]
    assert forget_history(profile=alice) == 0
