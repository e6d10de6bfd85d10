"""A cached interest is the computed one, and is gone or passed over when anything that it was made from is another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F

from catalog.models import Catalog
from recommender.embeddings.exceptions import EmbeddingError
from recommender.engine.joint_interest import JointInterest, joint_scores
from recommender.engine.settings import ScoringSettings
from recommender.models import InterestCache, RankingVector
from recommender.selectors.histories import newest_history
from recommender.selectors.joint_vectors import joint_items, vectors_of
from recommender.services import joint_interests
from recommender.services.interactions import remove_interaction
from recommender.services.interest_cache import cached_interest, store_interest
from recommender.services.joint_interests import JointInterestMade, joint_interest_of
from recommender.services.ranking_models import activate_model, delete_model, retire_old
from recommender.services.recommending import recommend
from tests.conftest import act
from tests.recommender.services.statements import statements
from tests.recommender.trained import Clusters, train_again, train_clusters
from users.models import Profile

WORDS = "rocket comet nebula"


@pytest.fixture
def made(catalog: Catalog) -> Clusters:
    return train_clusters(catalog, items_each=8, people_each=8, likes_each=5)


@pytest.fixture
def alice(made: Clusters) -> Profile:
    """Has a history in which not everything is liked."""
    profile = Profile.objects.create(catalog=made.catalog, external_id="alice", statement=WORDS)
    act(profile, made.items["kitchen"][0], "like")
    act(profile, made.items["kitchen"][1], "rating", value=4.5)
    act(profile, made.items["kitchen"][2], "view")
    act(profile, made.items["harbour"][0], "dislike")
    act(profile, made.items["harbour"][1], "rating", value=1.0)
    return profile


def ask(made: Clusters, profile: Profile, settings: ScoringSettings | None = None, **given: Any) -> JointInterestMade:
    given = {"statement": profile.statement, "events": None, **given}
    return joint_interest_of(made.trained, made.space, profile=profile, settings=settings or ScoringSettings(), **given)


def computed(made: Clusters, profile: Profile, settings: ScoringSettings | None = None) -> JointInterest:
    """The interest without the cache's help: a history that is given is not looked up."""
    history = newest_history(profile.pk, length=(settings or ScoringSettings()).interest.history_length)
    interest = ask(made, profile, settings, events=history.events).interest
    assert interest is not None
    return interest


def asked(made: Clusters, profile: Profile, settings: ScoringSettings | None = None) -> JointInterest:
    interest = ask(made, profile, settings).interest
    assert interest is not None
    return interest


def rows(profile: Profile) -> int:
    return InterestCache.objects.filter(profile=profile).count()


def same(one: JointInterest, other: JointInterest) -> bool:
    return bool((one.vector == other.vector).all()) and one.weights == other.weights


class TestFound:
    @pytest.mark.parametrize("words", ["", WORDS])
    def test_is_what_was_computed(self, made: Clusters, alice: Profile, words: str) -> None:
        Profile.objects.filter(pk=alice.pk).update(statement=words)
        alice.refresh_from_db()
        first, second = asked(made, alice), asked(made, alice)
        assert rows(alice) == 1
        assert same(first, second)
        assert same(first, computed(made, alice))
        assert (second.prior, second.has_statement) == (first.prior, bool(words))
        item_ids = [item.pk for items in made.items.values() for item in items]
        stored = vectors_of(made.trained, item_ids)
        before, after = (joint_scores(one, stored, item_ids) for one in (first, second))
        assert before.parts.keys() == after.parts.keys()
        assert after.total == pytest.approx(before.total, abs=1e-12)
        assert after.by_item == pytest.approx(before.by_item, abs=1e-12)

    def test_weights_are_those_of_the_whole_history(self, made: Clusters, alice: Profile) -> None:
        RankingVector.objects.filter(model=made.trained, item=made.items["kitchen"][2]).delete()
        first, second = ask(made, alice), ask(made, alice)
        assert rows(alice) == 1
        assert list(first.weights) == list(second.weights)
        assert len(second.weights) == 5
        assert second.interest is not None
        assert len(second.interest.weights) == 4

    def test_answers_and_their_reasons_are_the_same(self, made: Clusters, alice: Profile) -> None:
        first = recommend(catalog=made.catalog, profile=alice, k=8)
        assert rows(alice) == 1
        second = recommend(catalog=made.catalog, profile=alice, k=8)
        assert [(result.item_id, result.reason) for result in first.results] == [
            (result.item_id, result.reason) for result in second.results
        ]
        assert second.results[0].score == pytest.approx(first.results[0].score, abs=1e-12)

    def test_neither_history_nor_words_are_read(
        self, made: Clusters, alice: Profile, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ask(made, alice)
        for name in ("newest_history", "kind_rules", "_words", "joint_interest", "store_interest"):
            monkeypatch.setattr(joint_interests, name, None)
        assert ask(made, alice).interest is not None

    def test_costs_as_many_queries_for_any_history(self, made: Clusters, alice: Profile) -> None:
        ask(made, alice)
        few_found = statements(lambda: ask(made, alice))
        for item in [*made.items["orbit"], *made.items["kitchen"]]:
            act(alice, item, "view")
        many_computed = statements(lambda: ask(made, alice))
        many_found = statements(lambda: ask(made, alice))
        assert len(few_found) == len(many_found) == 2
        assert len(many_computed) == 5

    def test_nothing_known_leaves_nothing(self, made: Clusters) -> None:
        nobody = Profile.objects.create(catalog=made.catalog, external_id="nobody")
        assert ask(made, nobody).interest is None
        assert rows(nobody) == 0


class TestKey:
    @pytest.mark.parametrize(
        "sections",
        [
            {"interest": {"dislike_weight": 2.0}},
            {"interest": {"kind_weights": {"rating": 3.0}}},
            {"interest": {"history_length": 2}},
            {"interest": {"half_life_interactions": 1.0}},
            {"interest": {"statement_weight": 0.1}},
            {"interest": {"use_statement": False}},
            {"interest": {"use_history": False}},
            {"blocks": {"text": 2.0}},
            {"blocks": {"popularity": 1.0}},
            {"blocks": {"newcomer_popularity": 0.5}},
        ],
        ids=str,
    )
    def test_settings_that_change_the_interest_have_a_row_of_their_own(
        self, made: Clusters, alice: Profile, sections: dict[str, Any]
    ) -> None:
        other = ScoringSettings.model_validate(sections)
        usual = asked(made, alice)
        changed = asked(made, alice, other)
        assert not same(usual, changed)
        assert rows(alice) == 2
        assert same(asked(made, alice, other), changed)
        assert same(asked(made, alice), usual)

    def test_settings_that_do_not_change_it_share_the_row(self, made: Clusters, alice: Profile) -> None:
        ask(made, alice)
        ask(made, alice, ScoringSettings.model_validate({"seen": {"policy": "always"}, "boosts": {"freshness": 1.0}}))
        assert rows(alice) == 1

    def test_words_for_one_answer_are_not_kept(self, made: Clusters, alice: Profile) -> None:
        assert ask(made, alice, statement="garlic broth").interest is not None
        assert rows(alice) == 0

    def test_a_history_for_one_answer_is_not_kept(self, made: Clusters, alice: Profile) -> None:
        assert ask(made, alice, events=newest_history(alice.pk, length=2).events).interest is not None
        assert rows(alice) == 0

    def test_an_interest_without_the_words_is_not_kept(
        self, made: Clusters, alice: Profile, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def away(*_: object) -> None:
            raise EmbeddingError("away")

        monkeypatch.setattr(joint_interests, "encode_query", away)
        found = ask(made, alice)
        assert [notice.code for notice in found.notices] == ["encoder_unavailable"]
        assert rows(alice) == 0

    def test_rows_of_another_version_go_when_the_person_comes_back(self, made: Clusters, alice: Profile) -> None:
        ask(made, alice)
        again = Clusters(made.catalog, made.space, made.items, made.people, train_again(made.catalog))
        ask(again, alice)
        assert list(InterestCache.objects.filter(profile=alice).values_list("model_id", flat=True)) == [
            again.trained.pk
        ]
        activate_model(made.trained)
        assert same(asked(made, alice), computed(made, alice))


class TestDropped:
    @pytest.fixture(autouse=True)
    def _cached(self, made: Clusters, alice: Profile) -> None:
        ask(made, alice)
        ask(made, made.people["orbit"][0])
        assert rows(alice) == rows(made.people["orbit"][0]) == 1

    @pytest.fixture(
        params=["recorded", "value", "removed", "moved", "item", "bulk", "statement", "kind of interaction"]
    )
    def change(self, request: pytest.FixtureRequest, made: Clusters, alice: Profile) -> Callable[[], object]:
        liked = alice.interactions.get(kind__name="like")
        rated = alice.interactions.filter(kind__name="rating")
        bob = Profile.objects.create(catalog=made.catalog, external_id="bob")
        view = made.catalog.interaction_kinds.get(name="view")
        return {
            "recorded": lambda: act(alice, made.items["orbit"][0], "view"),
            "value": lambda: rated.update(value=F("value") - 0.5),
            "removed": lambda: remove_interaction(liked),
            "moved": lambda: alice.interactions.filter(pk=liked.pk).update(profile=bob),
            "item": made.items["kitchen"][0].delete,
            "bulk": alice.interactions.all().delete,
            "statement": lambda: Profile.objects.filter(pk=alice.pk).update(statement="garlic"),
            "kind of interaction": lambda: rated.update(kind=view),
        }[request.param]

    def test_with_the_change(self, made: Clusters, alice: Profile, change: Callable[[], object]) -> None:
        change()
        assert rows(alice) == 0
        assert rows(made.people["orbit"][0]) == 1

    def test_not_with_a_change_that_is_taken_back(self, alice: Profile, change: Callable[[], object]) -> None:
        with transaction.atomic():
            change()
            transaction.set_rollback(True)
        assert rows(alice) == 1

    def test_of_the_person_who_got_the_interaction(self, made: Clusters, alice: Profile) -> None:
        alice.interactions.filter(kind__name="like").update(profile=made.people["orbit"][0])
        assert rows(alice) == rows(made.people["orbit"][0]) == 0

    def test_when_personalisation_is_paused(self, alice: Profile) -> None:
        Profile.objects.filter(pk=alice.pk).update(personalise=False)
        assert rows(alice) == 0

    @pytest.mark.parametrize("by", ["instance", "sql"])
    def test_with_the_person(self, alice: Profile, by: str) -> None:
        profile_id = alice.pk
        if by == "instance":
            alice.delete()
        else:
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM users_profile WHERE id = %s", [profile_id])
        assert not InterestCache.objects.filter(profile_id=profile_id).exists()

    def test_with_a_version_that_is_over(self, made: Clusters, alice: Profile) -> None:
        train_again(made.catalog)
        assert rows(alice) == 1
        retire_old(made.catalog, keep=0)
        assert rows(alice) == 0

    def test_with_a_version_that_is_deleted(self, made: Clusters, alice: Profile) -> None:
        train_again(made.catalog)
        made.trained.refresh_from_db()
        delete_model(made.trained)
        assert rows(alice) == 0

    def test_not_by_what_others_do(self, made: Clusters, alice: Profile) -> None:
        act(made.people["orbit"][0], made.items["kitchen"][5])
        assert rows(alice) == 1

    def test_not_by_the_same_interaction_again(self, made: Clusters, alice: Profile) -> None:
        liked = alice.interactions.get(kind__name="like")
        act(alice, made.items["kitchen"][0], "like", occurred_at=liked.occurred_at)
        assert rows(alice) == 1

    def test_not_by_a_name(self, alice: Profile) -> None:
        Profile.objects.filter(pk=alice.pk).update(name="Alice", language="zh")
        assert rows(alice) == 1


class TestPassedOver:
    """What no trigger looks at is compared when a row is read."""

    @pytest.fixture(autouse=True)
    def _cached(self, made: Clusters, alice: Profile) -> None:
        ask(made, alice)

    def expect_another(self, made: Clusters, alice: Profile, before: JointInterest) -> None:
        assert rows(alice) == 1
        now = asked(made, alice)
        assert not same(now, before)
        assert same(now, computed(made, alice))
        assert same(asked(made, alice), now)

    def test_after_a_kind_was_given_another_weight(self, made: Clusters, alice: Profile) -> None:
        before = asked(made, alice)
        made.catalog.interaction_kinds.filter(name="rating").update(weight=0.1)
        self.expect_another(made, alice, before)

    def test_after_a_vector_of_the_history_changed(self, made: Clusters, alice: Profile) -> None:
        before = asked(made, alice)
        other = vectors_of(made.trained, [made.items["orbit"][3].pk])[0]
        RankingVector.objects.filter(model=made.trained, item=made.items["kitchen"][0]).update(vector=other.tolist())
        self.expect_another(made, alice, before)

    def test_after_a_source_became_louder(self, made: Clusters, alice: Profile) -> None:
        before = asked(made, alice)
        RankingVector.objects.filter(model=made.trained, item=made.items["kitchen"][0]).update(
            source_gain=F("source_gain") * 1.5
        )
        self.expect_another(made, alice, before)

    def test_after_an_item_of_the_history_lost_its_vector(self, made: Clusters, alice: Profile) -> None:
        before = asked(made, alice)
        RankingVector.objects.filter(model=made.trained, item=made.items["kitchen"][0]).delete()
        self.expect_another(made, alice, before)

    def test_after_an_item_of_the_history_got_a_vector(self, made: Clusters, alice: Profile) -> None:
        of_item = RankingVector.objects.filter(model=made.trained, item=made.items["kitchen"][0])
        kept = of_item.values(*(column.attname for column in RankingVector._meta.concrete_fields)).get()
        of_item.delete()
        before = asked(made, alice)
        RankingVector.objects.create(**kept)
        self.expect_another(made, alice, before)

    def test_not_after_an_older_interaction_than_are_looked_at(self, made: Clusters, alice: Profile) -> None:
        """The trigger drops the row all the same; the state of what is looked at is the same."""
        state = newest_history(alice.pk, length=2).state
        act(alice, made.items["orbit"][0], occurred_at=alice.interactions.earliest("occurred_at").occurred_at)
        assert newest_history(alice.pk, length=2).state == state
        assert newest_history(alice.pk, length=9).state != newest_history(alice.pk, length=5).state


class TestWhileItIsComputed:
    """What happens between looking and storing, in the order in which it may."""

    def store(self, made: Clusters, alice: Profile, *, meanwhile: Callable[[], object], read_first: bool) -> None:
        """As `joint_interest_of` does, with something in between: after the history was read, or before."""
        place = cached_interest(made.trained, alice, settings=ScoringSettings(), words=WORDS).place
        if not read_first:
            meanwhile()
        history = newest_history(alice.pk, length=200)
        if read_first:
            meanwhile()
        made_of = ask(made, alice, events=history.events)
        assert made_of.interest is not None
        items = joint_items(made.trained, [weight.item_id for weight in made_of.weights])
        store_interest(place, made_of.interest, history_state=history.state, weights=made_of.weights, items=items)

    def found(self, made: Clusters, alice: Profile) -> JointInterest | None:
        return cached_interest(made.trained, alice, settings=ScoringSettings(), words=WORDS).interest

    def test_nothing_happens(self, made: Clusters, alice: Profile) -> None:
        self.store(made, alice, meanwhile=lambda: None, read_first=True)
        found = self.found(made, alice)
        assert found is not None
        assert same(found, computed(made, alice))

    def test_something_is_recorded_after_the_history_was_read(self, made: Clusters, alice: Profile) -> None:
        self.store(made, alice, meanwhile=lambda: act(alice, made.items["orbit"][0]), read_first=True)
        assert self.found(made, alice) is None

    def test_something_is_recorded_before_the_history_was_read(self, made: Clusters, alice: Profile) -> None:
        self.store(made, alice, meanwhile=lambda: act(alice, made.items["orbit"][0]), read_first=False)
        found = self.found(made, alice)
        assert found is not None
        assert same(found, computed(made, alice))

    def test_something_is_recorded_and_taken_back_again(self, made: Clusters, alice: Profile) -> None:
        """The state is then what it was when the place was looked up, but not what the interest was made from."""
        place = cached_interest(made.trained, alice, settings=ScoringSettings(), words=WORDS).place
        interaction = act(alice, made.items["orbit"][0])
        history = newest_history(alice.pk, length=200)
        remove_interaction(interaction)
        made_of = ask(made, alice, events=history.events)
        assert made_of.interest is not None
        items = joint_items(made.trained, [weight.item_id for weight in made_of.weights])
        store_interest(place, made_of.interest, history_state=history.state, weights=made_of.weights, items=items)
        assert self.found(made, alice) is None

    def test_a_kind_is_given_another_weight(self, made: Clusters, alice: Profile) -> None:
        kinds = made.catalog.interaction_kinds
        self.store(made, alice, meanwhile=lambda: kinds.filter(name="like").update(weight=0.3), read_first=True)
        assert self.found(made, alice) is None

    def test_personalisation_is_paused(self, made: Clusters, alice: Profile) -> None:
        profiles = Profile.objects.filter(pk=alice.pk)
        self.store(made, alice, meanwhile=lambda: profiles.update(personalise=False), read_first=True)
        assert rows(alice) == 0

    def test_the_person_is_erased(self, made: Clusters, alice: Profile) -> None:
        twin = Profile.objects.get(pk=alice.pk)
        history = newest_history(alice.pk, length=200)
        made_of = ask(made, alice, events=history.events)
        place = cached_interest(made.trained, alice, settings=ScoringSettings(), words=WORDS).place
        twin.delete()
        assert made_of.interest is not None
        store_interest(place, made_of.interest, history_state=history.state, weights=made_of.weights, items={})
        assert not InterestCache.objects.filter(profile_id=place.profile_id).exists()
