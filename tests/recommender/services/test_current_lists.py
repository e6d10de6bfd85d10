"""A person's list of this moment: the one that would be answered, and nowhere logged."""

from __future__ import annotations

import pytest
from django.utils import timezone

from catalog.models import Catalog
from recommender.models import EmbeddingSpace, Slate
from recommender.services.current_lists import current_list, weighed_history
from recommender.services.interactions import record_interaction
from recommender.services.recommending import recommend
from tests.conftest import MakeItem, act, embed_all
from tests.recommender.trained import train_clusters
from users.models import Profile


@pytest.mark.parametrize("train", [True, False])
def test_is_what_would_be_answered(catalog: Catalog, train: bool) -> None:
    made = train_clusters(catalog, train=train, people_each=8)
    person, now = made.people["orbit"][0], timezone.now()

    found = current_list(profile=person, language="en", now=now)
    assert not Slate.objects.exists()
    answer = recommend(catalog=catalog, profile=person, now=now)

    assert [result.item_id for result in found.results] == [result.item_id for result in answer.results]
    assert [result.reason for result in found.results] == [result.reason for result in answer.results]
    for result, answered in zip(found.results, answer.results, strict=True):
        assert result.parts == pytest.approx(answered.parts)
        assert sum(result.parts.values()) == pytest.approx(result.score)
    assert (found.basis, found.config_version, found.model_version) == (
        answer.basis,
        answer.config_version,
        answer.model_version,
    )
    ids = {item.external_id: item.pk for items in made.items.values() for item in items}
    assert list(found.item_ids) == [ids[result.item_id] for result in found.results]


def test_history_weighs_an_item_by_all_that_was_done_with_it(
    space: EmbeddingSpace, alice: Profile, make_item: MakeItem
) -> None:
    twice, disliked = make_item("twice"), make_item("disliked")
    embed_all(space)
    act(alice, twice)
    act(alice, twice, kind="view")
    act(alice, disliked, kind="dislike")

    found = weighed_history(profile=alice, length=50, now=timezone.now())

    # A like weighs 1, a view 0.2, a dislike 1 and half of it counts.
    done = [(row.interaction.kind.name, row.interaction.item) for row in found]
    assert done == [("dislike", disliked), ("view", twice), ("like", twice)]
    assert [row.weight for row in found] == pytest.approx([-0.5, 1.2, 1.2])


def test_newest_interactions_come_first_and_no_more_than_asked_for(
    catalog: Catalog, alice: Profile, make_item: MakeItem
) -> None:
    for number in range(4):
        record_interaction(profile=alice, item=make_item(f"item-{number}"), kind="like", occurred_at=timezone.now())
    found = weighed_history(profile=alice, length=2, now=timezone.now())
    assert [row.interaction.item.external_id for row in found] == ["item-3", "item-2"]
