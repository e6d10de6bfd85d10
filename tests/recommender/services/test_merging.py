"""Two profiles of one person become one: nothing is lost, nothing is twice, and recommendations follow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from catalog.models import Catalog
from recommender.exceptions import InvalidRequest, NotInCatalog
from recommender.models import Interaction, InterestCache, LaterFeedback, ProfileVector, Slate
from recommender.services.merging import claim_profile, merge_profiles
from recommender.services.profile_vectors import write_profile_vectors
from recommender.services.recommending import recommend
from tests.conftest import MakeItem, MakeProfile, act
from tests.recommender.services.arranging import Plane
from tests.recommender.services.reading import scores, shown
from tests.recommender.services.together import all_at_once
from tests.recommender.trained import train_clusters
from users.models import Profile, User

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)


def done_by(profile: Profile) -> list[tuple[str, str]]:
    rows = profile.interactions.order_by("occurred_at", "sequence", "id")
    return list(rows.values_list("item__external_id", "kind__name"))


class TestHistory:
    def test_of_both_is_in_one(self, alice: Profile, bob: Profile, make_item: MakeItem) -> None:
        act(alice, make_item("film"), occurred_at=NOON)
        act(bob, make_item("play"), "dislike", occurred_at=LATER)

        merged = merge_profiles(source=alice, into=bob)

        assert merged == bob
        assert done_by(bob) == [("film", "like"), ("play", "dislike")]
        assert not Profile.objects.filter(pk=alice.pk).exists()

    def test_keeps_ids_moments_and_the_answer_it_came_from(
        self, alice: Profile, bob: Profile, make_item: MakeItem
    ) -> None:
        answer = recommend(catalog=alice.catalog, profile=alice)
        before = act(alice, make_item("film"), occurred_at=NOON, external_id="event-1", slate_id=answer.request_id)

        merge_profiles(source=alice, into=bob)

        after = bob.interactions.get()
        assert (after.pk, after.occurred_at, after.created_at) == (before.pk, NOON, before.created_at)
        assert (after.external_id, after.slate_id) == ("event-1", answer.request_id)

    @pytest.mark.parametrize("moment", [{"occurred_at": NOON}, {"occurred_at": NOON, "sequence": 3}, {"sequence": 3}])
    def test_what_both_did_at_the_same_moment_is_there_once(
        self, alice: Profile, bob: Profile, make_item: MakeItem, moment: dict[str, Any]
    ) -> None:
        film = make_item("film")
        act(alice, film, "rating", value=1, **moment)
        kept = act(bob, film, "rating", value=5, **moment)

        merge_profiles(source=alice, into=bob)

        assert list(bob.interactions.values_list("pk", "value")) == [(kept.pk, 5.0)]

    @pytest.mark.parametrize(
        ("one", "another"),
        [
            ({"occurred_at": NOON}, {"occurred_at": LATER}),
            ({"sequence": 3}, {"sequence": 4}),
            ({"sequence": 3}, {"occurred_at": NOON, "sequence": 3}),
            ({"occurred_at": NOON, "external_id": "event-1"}, {"occurred_at": NOON}),
            ({"occurred_at": NOON, "external_id": "event-1"}, {"occurred_at": NOON, "external_id": "event-2"}),
        ],
    )
    def test_what_only_resembles_is_there_twice(
        self, alice: Profile, bob: Profile, make_item: MakeItem, one: dict[str, Any], another: dict[str, Any]
    ) -> None:
        film = make_item("film")
        act(alice, film, **one)
        act(bob, film, **another)
        merge_profiles(source=alice, into=bob)
        assert done_by(bob) == [("film", "like")] * 2

    def test_other_kind_at_the_same_moment_is_there_too(
        self, alice: Profile, bob: Profile, make_item: MakeItem
    ) -> None:
        film = make_item("film")
        act(alice, film, "view", occurred_at=NOON)
        act(bob, film, "like", occurred_at=NOON)
        merge_profiles(source=alice, into=bob)
        assert sorted(done_by(bob)) == [("film", "like"), ("film", "view")]

    def test_of_somebody_else_stays_theirs(
        self, alice: Profile, bob: Profile, make_item: MakeItem, make_profile: MakeProfile
    ) -> None:
        charlie, film = make_profile("charlie"), make_item("film")
        act(charlie, film, occurred_at=NOON)
        act(alice, film, occurred_at=NOON)
        merge_profiles(source=alice, into=bob)
        assert (done_by(charlie), done_by(bob)) == ([("film", "like")], [("film", "like")])


class TestProfile:
    def test_own_words_name_and_language_are_those_of_the_one_that_remains(self, make_profile: MakeProfile) -> None:
        source = make_profile("source", statement="pianos", name="S", language="zh-hans", labels=["a", "b"])
        into = make_profile("into", statement="rockets", name="I", language="en", labels=["b", "c"])
        merged = merge_profiles(source=source, into=into)
        merged.refresh_from_db()
        assert (merged.statement, merged.name, merged.language) == ("rockets", "I", "en")
        assert merged.labels == ["b", "c", "a"]

    def test_what_it_does_not_say_comes_from_the_other(self, make_profile: MakeProfile, charlie: User) -> None:
        source = make_profile("source", statement="pianos", name="S", language="zh-hans", user=charlie)
        merged = merge_profiles(source=source, into=make_profile("into"))
        merged.refresh_from_db()
        assert (merged.statement, merged.name, merged.language, merged.user) == ("pianos", "S", "zh-hans", charlie)

    def test_outgrown_labels_do_not_pass_on(self, make_profile: MakeProfile) -> None:
        source, into = make_profile("source", labels=["visitor", "a"]), make_profile("into")
        assert merge_profiles(source=source, into=into, outgrown_labels=["visitor"]).labels == ["a"]

    @pytest.mark.parametrize(
        ("of_source", "of_into", "merged"), [(True, True, True), (False, True, False), (True, False, False)]
    )
    def test_personalisation_that_was_off_stays_off(
        self, make_profile: MakeProfile, of_source: bool, of_into: bool, merged: bool
    ) -> None:
        source, into = make_profile("source", personalise=of_source), make_profile("into", personalise=of_into)
        merge_profiles(source=source, into=into)
        into.refresh_from_db()
        assert into.personalise is merged

    def test_answers_it_was_given_are_the_other_ones_now(self, alice: Profile, bob: Profile) -> None:
        answer = recommend(catalog=alice.catalog, profile=alice)
        merge_profiles(source=alice, into=bob)
        assert Slate.objects.get(pk=answer.request_id).profile == bob

    def test_everything_that_points_to_a_profile_is_thought_of(self) -> None:
        """A new table with profiles in it has to be moved by the service, or made again, too."""
        fields = Profile._meta.get_fields(include_hidden=True)
        pointing = {field.related_model for field in fields if field.auto_created and not field.concrete}
        assert pointing == {Interaction, LaterFeedback, Slate, InterestCache, ProfileVector}


class TestRefusals:
    def test_other_catalog(self, alice: Profile, make_profile: MakeProfile, other_catalog: Catalog) -> None:
        elsewhere = make_profile("alice", catalog=other_catalog)
        with pytest.raises(InvalidRequest, match="different catalogs"):
            merge_profiles(source=alice, into=elsewhere)
        assert Profile.objects.count() == 2

    @pytest.mark.parametrize("which", ["source", "into"])
    def test_simulated(self, alice: Profile, bob: Profile, which: str) -> None:
        Profile.objects.filter(pk=(alice if which == "source" else bob).pk).update(simulated=True)
        with pytest.raises(InvalidRequest, match="Simulated"):
            merge_profiles(source=alice, into=bob)
        assert Profile.objects.count() == 2

    def test_two_accounts(self, make_profile: MakeProfile, charlie: User, operator: User) -> None:
        source, into = make_profile("source", user=charlie), make_profile("into", user=operator)
        with pytest.raises(InvalidRequest, match="different accounts"):
            merge_profiles(source=source, into=into)
        assert Profile.objects.count() == 2

    def test_into_one_that_is_gone(self, alice: Profile, bob: Profile) -> None:
        Profile.objects.filter(pk=bob.pk).delete()
        with pytest.raises(NotInCatalog, match="no such profile"):
            merge_profiles(source=alice, into=bob)

    def test_merged_before_is_merged(self, alice: Profile, bob: Profile, make_item: MakeItem) -> None:
        act(alice, make_item("film"), occurred_at=NOON)
        for _ in range(2):
            merge_profiles(source=alice, into=bob)
        assert merge_profiles(source=bob, into=bob) == bob
        assert done_by(bob) == [("film", "like")]


class TestRecommendations:
    def test_are_those_of_somebody_who_did_it_all(self, plane: Plane, make_profile: MakeProfile) -> None:
        source, into, union = (make_profile(name) for name in ("source", "into", "union"))
        liked, disliked, seen = plane.item("liked", 0, 1), plane.item("disliked", 0, 0, 1), plane.item("seen", 0, 1, 1)
        for name, *coordinates in [("a", 0, 0.8, 0.6), ("b", 0, 0.8, 0, 0.6), ("c", 0, 0.1, 0.9), ("d", 1)]:
            plane.item(str(name), *map(float, coordinates))
        for who, item, kind, moment in [
            (source, liked, "like", NOON),
            (source, disliked, "dislike", LATER),
            (into, seen, "view", NOON - timedelta(days=30)),
            (into, liked, "like", NOON),
        ]:
            act(who, item, kind, occurred_at=moment)
            act(union, item, kind, occurred_at=moment)

        merged = recommend(catalog=plane.catalog, profile=merge_profiles(source=source, into=into), now=LATER)

        expected = recommend(catalog=plane.catalog, profile=union, now=LATER)
        assert shown(expected)[0] == "b"
        assert shown(merged) == shown(expected)
        assert scores(merged) == pytest.approx(scores(expected), abs=1e-12)
        assert [result.reason for result in merged.results] == [result.reason for result in expected.results]

    def test_of_a_trained_version_are_those_too_whatever_was_cached(self, catalog: Catalog) -> None:
        made = train_clusters(catalog, items_each=8, people_each=8, likes_each=5)
        source, into, union = (
            Profile.objects.create(catalog=catalog, external_id=name) for name in ("source", "into", "union")
        )
        for who, cluster, number in [(source, "kitchen", 0), (source, "kitchen", 1), (into, "harbour", 0)]:
            moment = NOON + timedelta(minutes=number)
            act(who, made.items[cluster][number], occurred_at=moment)
            act(union, made.items[cluster][number], occurred_at=moment)
        write_profile_vectors(made.trained)
        for profile in (source, into):
            recommend(catalog=catalog, profile=profile)
        assert InterestCache.objects.filter(profile__in=[source, into]).count() == 2

        merge_profiles(source=source, into=into)

        assert not InterestCache.objects.filter(profile__in=[source.pk, into.pk]).exists()
        assert not ProfileVector.objects.filter(profile__in=[source.pk, into.pk]).exists()
        merged, expected = (recommend(catalog=catalog, profile=profile, now=LATER) for profile in (into, union))
        assert shown(merged) == shown(expected)
        assert scores(merged) == pytest.approx(scores(expected), abs=1e-9)


class TestClaiming:
    def test_gives_a_profile_without_account_to_the_user(self, make_profile: MakeProfile, charlie: User) -> None:
        session = make_profile("visitor-1", labels=["visitor", "a"], statement="pianos")
        claimed = claim_profile(profile=session, user=charlie, outgrown_labels=["visitor"])
        assert claimed == session
        session.refresh_from_db()
        assert (session.user, session.labels, session.statement) == (charlie, ["a"], "pianos")

    def test_merges_it_into_the_one_they_have(
        self, make_profile: MakeProfile, charlie: User, make_item: MakeItem
    ) -> None:
        own, session = make_profile("charlie", user=charlie), make_profile("visitor-1", labels=["visitor"])
        act(session, make_item("film"), occurred_at=NOON)
        assert claim_profile(profile=session, user=charlie, outgrown_labels=["visitor"]) == own
        assert done_by(own) == [("film", "like")]
        assert list(Profile.objects.all()) == [own]
        own.refresh_from_db()
        assert own.labels == []

    def test_of_another_catalog_does_not_matter(
        self, make_profile: MakeProfile, charlie: User, other_catalog: Catalog
    ) -> None:
        make_profile("charlie", user=charlie, catalog=other_catalog)
        session = make_profile("visitor-1")
        assert claim_profile(profile=session, user=charlie) == session
        assert Profile.objects.filter(user=charlie).count() == 2

    @pytest.mark.parametrize("has_one", [True, False])
    def test_refuses_what_is_somebody_elses(
        self, make_profile: MakeProfile, charlie: User, operator: User, has_one: bool
    ) -> None:
        theirs = make_profile("operator", user=operator)
        if has_one:
            make_profile("charlie", user=charlie)
        with pytest.raises(InvalidRequest, match="different accounts"):
            claim_profile(profile=theirs, user=charlie)
        theirs.refresh_from_db()
        assert theirs.user == operator

    def test_refuses_a_simulated_one(self, make_profile: MakeProfile, charlie: User) -> None:
        with pytest.raises(InvalidRequest, match="Simulated"):
            claim_profile(profile=make_profile("made-up", simulated=True), user=charlie)

    def test_of_one_that_is_gone_or_ones_own_changes_nothing(self, make_profile: MakeProfile, charlie: User) -> None:
        gone = make_profile("visitor-1")
        Profile.objects.filter(pk=gone.pk).delete()
        assert claim_profile(profile=gone, user=charlie) is None
        own = make_profile("charlie", user=charlie)
        assert claim_profile(profile=own, user=charlie) == own
        assert claim_profile(profile=gone, user=charlie) == own


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_several_claims_make_one_profile(
        self, make_profile: MakeProfile, charlie: User, make_item: MakeItem
    ) -> None:
        sessions = [make_profile(f"visitor-{number}") for number in range(4)]
        for number, session in enumerate(sessions):
            act(session, make_item(f"film-{number}"), occurred_at=NOON)

        all_at_once(4, lambda number: claim_profile(profile=sessions[number], user=charlie))

        own = Profile.objects.get()
        assert own.user == charlie
        assert sorted(done_by(own)) == [(f"film-{number}", "like") for number in range(4)]

    def test_merging_the_same_one_twice_loses_nothing(self, alice: Profile, bob: Profile, make_item: MakeItem) -> None:
        act(alice, make_item("film"), occurred_at=NOON)
        assert all_at_once(2, lambda _: merge_profiles(source=alice, into=bob)) == [bob, bob]
        assert done_by(bob) == [("film", "like")]

    def test_what_is_recorded_meanwhile_is_merged_too(self, alice: Profile, bob: Profile, make_item: MakeItem) -> None:
        film, play = make_item("film"), make_item("play")
        act(bob, film, occurred_at=NOON)

        def one_of_both(number: int) -> None:
            if number:
                act(bob, play, occurred_at=NOON)
            else:
                merge_profiles(source=alice, into=bob)

        act(alice, play, occurred_at=NOON)
        all_at_once(2, one_of_both)
        assert done_by(bob) == [("film", "like"), ("play", "like")]
