"""The planted clusters are found: whatever else fails with them, it is not the fixture."""

from __future__ import annotations

from catalog.models import Catalog
from recommender.services.recommending import recommend
from tests.recommender.trained import train_clusters


def test_people_are_recommended_what_others_of_their_cluster_like(catalog: Catalog) -> None:
    made = train_clusters(catalog)
    for name, people in made.people.items():
        for profile in people:
            answer = recommend(catalog=catalog, profile=profile, k=4)
            assert [made.cluster_of(result.item_id) for result in answer.results] == [name] * 4
