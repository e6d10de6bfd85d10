"""The score of one item, down to the items of a history, and the history behind an answer that was given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from catalog.models import Catalog, Item
from recommender.models import EmbeddingSpace, RankingModel, ScoringConfig, Slate
from recommender.services.answers import Answer, Result
from recommender.services.explaining import Explanation, HistoryBehind, HistoryShare, explain_item, history_behind
from recommender.services.forgetting import bring_back, forget_interaction
from recommender.services.recommending import recommend
from tests.conftest import act
from tests.recommender.services.statements import statements
from tests.recommender.trained import Clusters, configure, make_newcomer, train_again, train_clusters
from users.models import Profile

SPRING = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def made(catalog: Catalog) -> Clusters:
    return train_clusters(catalog, items_each=10, people_each=10, likes_each=6)


@pytest.fixture
def eater(made: Clusters, alice: Profile) -> Profile:
    """Alice likes four things to eat and one in space, and dislikes one at sea."""
    for number, item in enumerate([*made.items["kitchen"][:4], made.items["orbit"][0]]):
        act(alice, item, occurred_at=SPRING + timedelta(minutes=number))
    act(alice, made.items["harbour"][0], "dislike", occurred_at=SPRING)
    return alice


def best(answer: Answer) -> tuple[Result, Item]:
    result = answer.results[0]
    return result, Item.objects.get(external_id=result.item_id)


def total(shares: Sequence[HistoryShare]) -> float:
    return sum(share.amount for share in shares)


def codes(told: Explanation | HistoryBehind) -> list[str]:
    return [notice.code for notice in told.notices]


class TestItem:
    def test_score_parts_and_reason_are_those_of_the_list(self, eater: Profile) -> None:
        result, item = best(recommend(catalog=eater.catalog, profile=eater))
        told = explain_item(profile=eater, item=item, language="en")

        assert told.score == pytest.approx(result.score)
        assert told.parts == pytest.approx(dict(result.parts))
        assert told.reason == result.reason
        assert sum(told.parts.values()) == pytest.approx(told.score)

    def test_shares_of_the_history_add_up_to_the_parts_that_have_them(self, eater: Profile) -> None:
        _result, item = best(recommend(catalog=eater.catalog, profile=eater))
        told = explain_item(profile=eater, item=item, language="en")

        assert total(told.shares) == pytest.approx(told.parts["collaborative"] + told.parts["text"])
        amounts = [abs(share.amount) for share in told.shares]
        assert amounts == sorted(amounts, reverse=True)
        assert told.shares[0].item_id.startswith("kitchen-")

    def test_shares_name_what_was_done_newest_first(self, made: Clusters, eater: Profile) -> None:
        act(eater, made.items["kitchen"][0], "view", occurred_at=SPRING + timedelta(days=1))
        told = explain_item(profile=eater, item=made.items["kitchen"][9], language="en")

        (share,) = [share for share in told.shares if share.item_id == "kitchen-0"]
        assert (share.title, [(one.kind, one.occurred_at) for one in share.acts]) == (
            "kitchen 0",
            [("view", SPRING + timedelta(days=1)), ("like", SPRING)],
        )

    def test_item_of_the_history_says_nothing_for_itself(self, made: Clusters, eater: Profile) -> None:
        told = explain_item(profile=eater, item=made.items["kitchen"][0], language="en")
        assert "kitchen-0" not in {share.item_id for share in told.shares}
        assert told.parts

    def test_what_a_list_would_leave_out_is_explained_as_well(self, made: Clusters, eater: Profile) -> None:
        configure(
            made.catalog,
            {
                "blocks": {"newcomer_popularity": 0.0},
                "filters": {"categories": ["orbit"]},
                "result_list": {"minimum_score": 10.0},
                "exploration": {"rate": 0.5},
            },
        )
        told = explain_item(profile=eater, item=made.items["kitchen"][9], language="en")
        assert told.score > 0
        assert told.reason.startswith("Because you liked “kitchen")

    def test_before_any_training_texts_are_explained(self, catalog: Catalog, alice: Profile) -> None:
        made = train_clusters(catalog, train=False)
        act(alice, made.items["kitchen"][0])
        act(alice, made.items["harbour"][0], "dislike")
        told = explain_item(profile=alice, item=made.items["kitchen"][1], language="en")

        assert set(told.parts) == {"history", "dislikes"}
        assert total(told.shares) == pytest.approx(told.score)
        assert told.shares[0].item_id == "kitchen-0"

    def test_nothing_is_logged(self, made: Clusters, eater: Profile) -> None:
        explain_item(profile=eater, item=made.items["kitchen"][9], language="en")
        assert not Slate.objects.exists()

    def test_queries_do_not_grow_with_the_history(self, made: Clusters, eater: Profile) -> None:
        item = made.items["kitchen"][9]
        explain_item(profile=eater, item=item, language="en")
        act(eater, made.items["orbit"][1])
        short = len(statements(lambda: explain_item(profile=eater, item=item, language="en")))
        for other in [*made.items["orbit"][2:], *made.items["harbour"][1:]]:
            act(eater, other)
        assert len(statements(lambda: explain_item(profile=eater, item=item, language="en"))) == short


class TestNothingToSay:
    def test_of_somebody_unknown(self, made: Clusters, bob: Profile) -> None:
        told = explain_item(profile=bob, item=made.items["kitchen"][0], language="en")
        assert (told.parts, codes(told)) == ({}, ["nothing_known"])

    def test_where_personalisation_is_off(self, made: Clusters, eater: Profile) -> None:
        eater.personalise = False
        eater.save()
        told = explain_item(profile=eater, item=made.items["kitchen"][9], language="en")
        assert (told.parts, told.shares, codes(told)) == ({}, (), ["personalisation_off"])

    def test_of_an_item_without_an_embedding(self, made: Clusters, eater: Profile) -> None:
        newcomer = make_newcomer(made.catalog, "kitchen")
        assert codes(explain_item(profile=eater, item=newcomer, language="en")) == ["not_all_embedded"]

    def test_without_anything_embedded(self, catalog: Catalog, alice: Profile) -> None:
        item = Item.objects.create(catalog=catalog, external_id="one", title="One")
        EmbeddingSpace.objects.update(serving=False)
        act(alice, item)
        assert codes(explain_item(profile=alice, item=item, language="en")) == ["nothing_known"]

    def test_of_words_that_cannot_be_read(
        self, made: Clusters, alice: Profile, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Words alone, and no encoder: both are said."""
        from recommender.embeddings.exceptions import EncoderUnavailable  # noqa: PLC0415

        def away(_space: EmbeddingSpace) -> None:
            raise EncoderUnavailable("not there")

        monkeypatch.setattr("recommender.services.joint_interests.encoder_of", away)
        alice.statement = "rockets"
        alice.save()
        told = explain_item(profile=alice, item=made.items["orbit"][0], language="en")
        assert codes(told) == ["encoder_unavailable", "nothing_known"]


def behind(answer: Answer) -> tuple[HistoryBehind, float]:
    """What is behind the first result, and what the answer said that its history adds."""
    result, item = best(answer)
    slate = Slate.objects.select_related("config", "profile").get(request_id=answer.request_id)
    told = history_behind(slate=slate, item=item, parts=result.parts, language="en")
    return told, sum(result.parts.get(name, 0.0) for name in ("collaborative", "text", "history", "dislikes"))


class TestAnswer:
    def test_shares_add_up_to_what_the_answer_said(self, eater: Profile) -> None:
        told, said = behind(recommend(catalog=eater.catalog, profile=eater))
        assert total(told.shares) == pytest.approx(said, abs=1e-6)
        assert (told.changed, codes(told)) == (False, [])

    def test_before_any_training_as_well(self, catalog: Catalog, alice: Profile) -> None:
        made = train_clusters(catalog, train=False)
        act(alice, made.items["kitchen"][0])
        told, said = behind(recommend(catalog=catalog, profile=alice))
        assert total(told.shares) == pytest.approx(said, abs=1e-6)

    def test_what_was_done_since_is_left_out(self, made: Clusters, eater: Profile) -> None:
        answer = recommend(catalog=eater.catalog, profile=eater)
        before, _said = behind(answer)
        act(eater, made.items["kitchen"][8])
        after, _said = behind(answer)
        assert after.shares == before.shares
        assert not after.changed

    def test_what_was_removed_since_is_gone_and_said_to_be(self, eater: Profile) -> None:
        answer = recommend(catalog=eater.catalog, profile=eater)
        first = behind(answer)[0].shares[0]
        forgotten = forget_interaction(profile=eater, interaction_id=first.acts[0].interaction_id)
        after, _said = behind(answer)
        assert first.item_id not in {share.item_id for share in after.shares}
        assert after.changed

        bring_back(profile=eater, forgotten=forgotten)
        again, _said = behind(answer)
        assert again.shares[0].item_id == first.item_id
        assert again.shares[0].amount == pytest.approx(first.amount)
        assert not again.changed

    def test_of_an_earlier_version_is_told_by_that_version(self, made: Clusters, eater: Profile) -> None:
        answer = recommend(catalog=eater.catalog, profile=eater)
        before, said = behind(answer)
        act(eater, made.items["kitchen"][9])
        train_again(made.catalog)

        after, _said = behind(answer)
        assert total(after.shares) == pytest.approx(said, abs=1e-6)
        assert [share.item_id for share in after.shares] == [share.item_id for share in before.shares]

    def test_of_a_version_that_is_gone_says_so(self, made: Clusters, eater: Profile) -> None:
        answer = recommend(catalog=eater.catalog, profile=eater)
        RankingModel.objects.filter(pk=made.trained.pk).update(state=RankingModel.State.RETIRED)
        told, _said = behind(answer)
        assert (told.shares, codes(told)) == ((), ["version_gone"])

    def test_of_a_configuration_that_is_gone_says_so(self, eater: Profile) -> None:
        answer = recommend(catalog=eater.catalog, profile=eater)
        Slate.objects.update(config=None)
        assert codes(behind(answer)[0]) == ["version_gone"]

    def test_configuration_of_then_counts(self, made: Clusters, eater: Profile) -> None:
        answer = recommend(catalog=eater.catalog, profile=eater)
        before, _said = behind(answer)
        configure(made.catalog, {"blocks": {"collaborative": 9.0}})
        assert ScoringConfig.objects.filter(scenario__name="home").count() > 1
        assert behind(answer)[0].shares == before.shares

    def test_for_nobody_in_particular_has_no_history(self, made: Clusters) -> None:
        told, _said = behind(recommend(catalog=made.catalog))
        assert told == HistoryBehind()

    def test_queries_do_not_grow_with_the_history(self, made: Clusters, eater: Profile) -> None:
        for other in made.items["orbit"][1:3]:
            act(eater, other)
        answer = recommend(catalog=eater.catalog, profile=eater)
        behind(answer)
        short = len(statements(lambda: behind(answer)))
        for other in [*made.items["orbit"][3:], *made.items["harbour"][1:]]:
            act(eater, other, occurred_at=timezone.now() - timedelta(days=1))
        assert len(statements(lambda: behind(answer))) == short
