from __future__ import annotations

import pytest

from recommender.models import EmbeddingSpace
from recommender.services.recommending import recommend
from tests.conftest import MakeItem, act, embed_all
from users.models import Profile


def test_liked_item_leads_to_its_neighbour_and_is_not_shown_again(
    make_item: MakeItem, alice: Profile, space: EmbeddingSpace
) -> None:
    liked = make_item("space-travel")
    make_item("space-voyage", title="space travel to the stars")
    make_item("cooking", title="a cook and her kitchen")
    embed_all(space)
    act(alice, liked)

    answer = recommend(catalog=alice.catalog, profile=alice, k=2)

    assert [result.item_id for result in answer.results] == ["space-voyage", "cooking"]
    assert answer.results[0].reason == "Because you liked “space travel”."
    assert sum(answer.results[0].parts.values()) == pytest.approx(answer.results[0].score, abs=1e-9)
