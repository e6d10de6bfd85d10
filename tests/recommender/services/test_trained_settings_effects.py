"""Every setting that an operator has for a trained model changes a recommendation, without another training."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from recommender.services.recommending import recommend
from tests.conftest import act
from tests.recommender.services.arranging import WORDS, Plane
from tests.recommender.services.joint_arranging import Place, train_by_hand
from tests.recommender.services.reading import shown
from users.models import Profile

LIKED = Place(collaborative=(1, 0), factors=(1, 0), text=(0, 1))
BY_PEOPLE = Place(collaborative=(1, 0), factors=(-0.5, 0.5), text=(-0.5, -0.5))
BY_FACTORS = Place(collaborative=(-0.5, 0.5), factors=(1, 0), text=(-0.5, -0.5))
BY_TEXT = Place(collaborative=(-0.5, -0.5), factors=(-0.5, -0.5), text=(0, 1))
BY_WORDS = Place(collaborative=(-0.5, 0.2), factors=(-0.5, 0.1), text=(1, 0))
HIT = Place(collaborative=(-0.5, -0.2), factors=(0, -1), text=(-0.5, -0.2), count=400)
UNTRIED = Place(collaborative=(0.4, -0.2), factors=(0, 0), text=(0, -0.5), count=0, learned=0)
PLACES = {
    "liked": LIKED,
    "by-people": BY_PEOPLE,
    "by-factors": BY_FACTORS,
    "by-text": BY_TEXT,
    "by-words": BY_WORDS,
    "hit": HIT,
    "untried": UNTRIED,
}
# Popularity is left out unless a test is about it: in so small a catalogue it would decide everything.
CALM: dict[str, Any] = {"newcomer_popularity": 0}


@dataclass(frozen=True)
class Effect:
    """Which item stands first with one value of a setting, and with another."""

    section: str
    before: tuple[Any, str]
    after: tuple[Any, str]
    base: dict[str, Any] = field(default_factory=dict)
    statement: str = ""


EFFECTS: dict[str, Effect] = {
    "collaborative": Effect("blocks", (0, "by-text"), (1, "by-people"), {**CALM, "text": 0.1}),
    "factors": Effect("blocks", (0, "by-people"), (5, "by-factors"), CALM),
    "text": Effect("blocks", (0, "by-people"), (5, "by-text"), CALM),
    "statement": Effect("blocks", (0, "by-people"), (5, "by-words"), CALM, WORDS),
    "popularity": Effect("blocks", (0, "by-people"), (10, "hit"), CALM),
    "newcomer_popularity": Effect("blocks", (0, "by-people"), (10, "hit")),
    "newcomer_interactions": Effect("blocks", (0.05, "by-people"), (1_000, "hit"), {"newcomer_popularity": 10}),
    "new_items": Effect("boosts", (0, "by-people"), (10, "untried")),
}


def first(plane: Plane, alice: Profile, effect: Effect, settings: dict[str, Any]) -> str:
    blocks = {**(CALM if effect.section == "boosts" else {}), **settings.get("blocks", {})}
    plane.configure({**settings, "blocks": blocks})
    return shown(recommend(catalog=plane.catalog, profile=alice, statement=effect.statement))[0]


@pytest.mark.parametrize("name", EFFECTS)
def test_setting_changes_the_next_answer(name: str, plane: Plane, alice: Profile) -> None:
    effect = EFFECTS[name]
    train_by_hand(plane, PLACES)
    act(alice, plane.catalog.items.get(external_id="liked"))
    for value, expected in (effect.before, effect.after):
        assert first(plane, alice, effect, {effect.section: {**effect.base, name: value}}) == expected


@pytest.mark.parametrize(
    ("name", "block", "value", "expected"),
    [("factors_weight", "factors", 5.0, "by-factors"), ("text_weight", "text", 5.0, "by-text")],
)
def test_weights_that_are_left_empty_are_those_of_the_training(
    name: str, block: str, value: float, expected: str, plane: Plane, alice: Profile
) -> None:
    train_by_hand(plane, PLACES, **{name: value})
    act(alice, plane.catalog.items.get(external_id="liked"))
    effect = EFFECTS["text"]
    assert first(plane, alice, effect, {"blocks": {**CALM, block: None}}) == expected
    assert first(plane, alice, effect, {"blocks": {**CALM, block: 0}}) == "by-people"


def test_every_block_at_zero_is_popularity_without_a_vector(plane: Plane, alice: Profile) -> None:
    train_by_hand(plane, PLACES)
    act(alice, plane.catalog.items.get(external_id="liked"))
    nothing = {"collaborative": 0, "factors": 0, "text": 0, "statement": 0}
    plane.configure({"blocks": nothing})
    answer = recommend(catalog=plane.catalog, profile=alice, statement=WORDS)
    assert shown(answer)[0] == "hit"
    assert set(answer.results[0].parts) == {"popularity", "freshness"}
