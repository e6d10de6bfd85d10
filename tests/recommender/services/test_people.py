"""Like-minded people, and people for an item: who is found, why, and who never is."""

from __future__ import annotations

import numpy as np
import pytest

from catalog.models import Catalog
from recommender.exceptions import InvalidRequest
from recommender.models import ProfileVector, Slate
from recommender.services.interactions import remove_interaction
from recommender.services.people import PeopleAnswer, profiles_for_item, similar_profiles
from recommender.services.profile_vectors import write_profile_vectors
from tests.conftest import act
from tests.recommender.services.statements import statements
from tests.recommender.trained import Clusters, like, train_clusters
from users.models import Profile


@pytest.fixture
def made(catalog: Catalog) -> Clusters:
    made = train_clusters(catalog, items_each=10, people_each=10, likes_each=6)
    write_profile_vectors(made.trained)
    return made


@pytest.fixture
def alice(made: Clusters) -> Profile:
    return made.people["kitchen"][0]


def ids(answer: PeopleAnswer) -> list[str]:
    return [person.profile_id for person in answer.people]


def clusters(answer: PeopleAnswer) -> list[str]:
    return [profile_id.split("-")[0] for profile_id in ids(answer)]


def codes(answer: PeopleAnswer) -> list[str]:
    return [notice.code for notice in answer.notices]


class TestLikeMinded:
    def test_people_of_the_same_cluster(self, made: Clusters) -> None:
        for name, people in made.people.items():
            for person in people:
                answer = similar_profiles(profile=person, k=5)
                assert clusters(answer) == [name] * 5
                assert person.external_id not in ids(answer)

    def test_best_first_by_cosine_similarity(self, made: Clusters, alice: Profile) -> None:
        answer = similar_profiles(profile=alice, k=9)
        vectors = {
            row.profile.external_id: np.array(row.vector)
            for row in ProfileVector.objects.filter(model=made.trained).select_related("profile")
        }
        expected = {name: float(vectors["kitchen-0"] @ vector) for name, vector in vectors.items()}
        assert [person.rank for person in answer.people] == list(range(1, 10))
        assert [person.score for person in answer.people] == sorted(
            (person.score for person in answer.people), reverse=True
        )
        for person in answer.people:
            assert person.score == pytest.approx(expected[person.profile_id], abs=2e-3)
        del expected["kitchen-0"]
        assert set(ids(answer)) == set(sorted(expected, key=lambda name: -expected[name])[:9])

    def test_reason_names_what_both_like(self, made: Clusters, alice: Profile) -> None:
        likes = {item.external_id for item in made.catalog.items.filter(interactions__profile=alice)}
        for person in similar_profiles(profile=alice, k=9).people:
            theirs = set(
                made.catalog.items.filter(interactions__profile__external_id=person.profile_id).values_list(
                    "external_id", flat=True
                )
            )
            shared = likes & theirs
            assert set(person.item_ids) <= shared
            assert len(person.item_ids) == min(len(shared), 5)
            title = person.item_ids[0].replace("-", " ")
            more = len(shared) - 1
            assert person.reason == f"You both like “{title}” and {more} other item{'s' if more > 1 else ''}."

    def test_what_few_people_know_is_named_first(self, made: Clusters, alice: Profile) -> None:
        popularity = dict(made.trained.vectors.values_list("item__external_id", "popularity"))
        for person in similar_profiles(profile=alice, k=9).people:
            named = [popularity[item_id] for item_id in person.item_ids]
            assert named == sorted(named)

    def test_what_one_of_them_dislikes_is_not_shared(self, made: Clusters, alice: Profile) -> None:
        shared = similar_profiles(profile=alice, k=1).people[0].item_ids[0]
        item = made.catalog.items.get(external_id=shared)
        act(alice, item, "dislike")
        for person in similar_profiles(profile=alice, k=9).people:
            assert shared not in person.item_ids

    def test_nothing_in_common_is_said(self, made: Clusters, catalog: Catalog) -> None:
        """Like-minded by what others like along with it."""
        newcomer = Profile.objects.create(catalog=catalog, external_id="newcomer")
        fans = ProfileVector.objects.filter(model=made.trained).values_list("profile_id", flat=True)
        item = next(item for item in made.items["orbit"] if item.interactions.filter(profile__in=fans).count() < 8)
        act(newcomer, item)
        strangers = [person for person in similar_profiles(profile=newcomer, k=30).people if not person.item_ids]
        assert strangers
        assert {person.reason for person in strangers} == {"Similar taste, but nothing yet that you both like."}

    def test_history_of_now_is_what_is_compared(self, made: Clusters) -> None:
        """Of who asks; the vector of the last training would still say orbit."""
        moved = made.people["orbit"][0]
        moved.interactions.all().delete()
        like(made.catalog, [(moved, item) for item in made.items["harbour"][:6]])
        assert clusters(similar_profiles(profile=moved, k=5)) == ["harbour"] * 5

    def test_own_words_are_not_compared(self, made: Clusters, alice: Profile) -> None:
        before = similar_profiles(profile=alice, k=9)
        Profile.objects.filter(pk=alice.pk).update(statement="rocket astronaut comet")
        alice.refresh_from_db()
        assert ids(similar_profiles(profile=alice, k=9)) == ids(before)

    def test_titles_are_in_the_language_asked_for(self, made: Clusters, alice: Profile) -> None:
        first = similar_profiles(profile=alice, k=1).people[0].item_ids[0]
        made.catalog.items.filter(external_id=first).update(translations={"zh": {"title": "黄油"}})
        assert "黄油" in similar_profiles(profile=alice, k=1, language="zh").people[0].reason


class TestForAnItem:
    def test_people_of_its_cluster_who_never_met_it(self, made: Clusters) -> None:
        for name, items in made.items.items():
            for item in items:
                met = set(item.interactions.values_list("profile__external_id", flat=True))
                own = {person.external_id for person in made.people[name]} - met
                answer = profiles_for_item(item=item, k=max(len(own), 1))
                assert not met & set(ids(answer))
                assert set(ids(answer)[: len(own)]) == own

    def test_whatever_they_did_with_it(self, made: Clusters) -> None:
        item = made.items["orbit"][0]
        first = profiles_for_item(item=item, k=1).people[0].profile_id
        act(made.catalog.profiles.get(external_id=first), item, "view")
        assert first not in ids(profiles_for_item(item=item, k=30))

    def test_reason_is_something_of_their_history(self, made: Clusters) -> None:
        item = made.items["orbit"][0]
        for person in profiles_for_item(item=item, k=4).people:
            (named,) = person.item_ids
            assert made.cluster_of(named) == "orbit"
            assert made.catalog.interactions.filter(
                profile__external_id=person.profile_id, item__external_id=named
            ).exists()
            assert person.reason == f"Because you liked “{named.replace('-', ' ')}”."

    def test_reason_follows_the_kind(self, made: Clusters) -> None:
        item = made.items["orbit"][0]
        first = profiles_for_item(item=item, k=1).people[0].profile_id
        made.catalog.interactions.filter(profile__external_id=first).update(
            kind=made.catalog.interaction_kinds.get(name="purchase")
        )
        write_profile_vectors(made.trained)
        person = next(person for person in profiles_for_item(item=item, k=30).people if person.profile_id == first)
        assert person.reason.startswith("Because you bought “orbit")

    def test_best_first(self, made: Clusters) -> None:
        scores = [person.score for person in profiles_for_item(item=made.items["orbit"][0], k=30).people]
        assert scores == sorted(scores, reverse=True)
        assert min(scores) > 0

    def test_item_that_the_version_does_not_know(self, made: Clusters) -> None:
        item = made.catalog.items.create(external_id="later", title="later")
        answer = profiles_for_item(item=item)
        assert (codes(answer), ids(answer)) == (["item_not_ranked"], [])


class TestNobodyElse:
    def test_who_paused_personalisation_is_never_found(self, made: Clusters, alice: Profile) -> None:
        other = similar_profiles(profile=alice, k=1).people[0].profile_id
        Profile.objects.filter(external_id=other).update(personalise=False)
        assert other not in ids(similar_profiles(profile=alice, k=30))
        for item in made.items["kitchen"]:
            assert other not in ids(profiles_for_item(item=item, k=30))

    def test_not_even_where_a_row_is_left(self, made: Clusters, alice: Profile) -> None:
        other = similar_profiles(profile=alice, k=1).people[0].profile_id
        kept = ProfileVector.objects.filter(profile__external_id=other).values("model_id", "catalog_id", "profile_id")
        row = {**kept.get(), "vector": ProfileVector.objects.get(profile__external_id=other).vector}
        Profile.objects.filter(external_id=other).update(personalise=False)
        ProfileVector.objects.create(**row)
        assert other not in ids(similar_profiles(profile=alice, k=30))

    def test_who_took_something_back_is_not_found_until_the_next_training(self, made: Clusters, alice: Profile) -> None:
        other = similar_profiles(profile=alice, k=1).people[0].profile_id
        removed = made.catalog.interactions.filter(profile__external_id=other).first()
        assert removed is not None
        remove_interaction(removed)
        assert other not in ids(similar_profiles(profile=alice, k=30))
        write_profile_vectors(made.trained)
        assert other in ids(similar_profiles(profile=alice, k=30))

    def test_who_is_erased(self, made: Clusters, alice: Profile) -> None:
        other = similar_profiles(profile=alice, k=1).people[0].profile_id
        made.catalog.profiles.get(external_id=other).delete()
        assert other not in ids(similar_profiles(profile=alice, k=30))

    def test_people_of_another_catalog(self, made: Clusters, alice: Profile, other_catalog: Catalog) -> None:
        twins = train_clusters(other_catalog, items_each=4, people_each=4, likes_each=3)
        write_profile_vectors(twins.trained)
        assert len(similar_profiles(profile=alice, k=100).people) <= 29
        assert len(similar_profiles(profile=twins.people["kitchen"][0], k=100).people) <= 11

    def test_who_paused_asks_in_vain(self, made: Clusters, alice: Profile) -> None:
        Profile.objects.filter(pk=alice.pk).update(personalise=False)
        alice.refresh_from_db()
        answer = similar_profiles(profile=alice)
        assert (codes(answer), ids(answer)) == (["personalisation_off"], [])

    def test_who_did_nothing_yet(self, made: Clusters) -> None:
        nobody = Profile.objects.create(catalog=made.catalog, external_id="nobody")
        answer = similar_profiles(profile=nobody)
        assert (codes(answer), ids(answer)) == (["nothing_known"], [])

    def test_before_anything_was_trained(self, other_catalog: Catalog) -> None:
        made = train_clusters(other_catalog, items_each=3, people_each=2, likes_each=2, train=False)
        assert codes(similar_profiles(profile=made.people["orbit"][0])) == ["not_trained"]
        assert codes(profiles_for_item(item=made.items["orbit"][0])) == ["not_trained"]


class TestAnswer:
    @pytest.mark.parametrize("k", [0, 201])
    def test_length_out_of_range(self, made: Clusters, alice: Profile, k: int) -> None:
        with pytest.raises(InvalidRequest):
            similar_profiles(profile=alice, k=k)
        with pytest.raises(InvalidRequest):
            profiles_for_item(item=made.items["orbit"][0], k=k)

    def test_as_json(self, made: Clusters, alice: Profile) -> None:
        said = similar_profiles(profile=alice, k=1)
        person = said.people[0]
        assert said.as_dict() == {
            "model_version": 1,
            "notices": [],
            "results": [
                {
                    "rank": 1,
                    "id": person.profile_id,
                    "score": person.score,
                    "reason": person.reason,
                    "items": list(person.item_ids),
                }
            ],
        }

    def test_leaves_no_slate(self, made: Clusters, alice: Profile) -> None:
        similar_profiles(profile=alice)
        profiles_for_item(item=made.items["orbit"][0])
        assert not Slate.objects.exists()

    def test_costs_as_many_queries_for_many_people(self, made: Clusters, alice: Profile) -> None:
        item = made.items["kitchen"][0]

        def cost(k: int) -> tuple[int, int]:
            return (
                len(statements(lambda: similar_profiles(profile=alice, k=k))),
                len(statements(lambda: profiles_for_item(item=item, k=k))),
            )

        similar_profiles(profile=alice, k=1)
        few, many = cost(1), cost(29)
        assert few == many == (8, 7)
