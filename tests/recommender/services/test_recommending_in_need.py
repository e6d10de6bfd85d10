"""What is answered where something is not known, is missing or cannot be; and that every answer is kept."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import numpy as np
import pytest

from catalog.models import Catalog
from recommender.exceptions import InvalidRequest, NotInCatalog
from recommender.models import EmbeddingSpace, ScoringConfig, Slate
from recommender.services.answers import Basis, answer_of, find_answer
from recommender.services.recommending import recommend
from recommender.services.spaces import change_recipe
from tests.conftest import MakeItem, MakeProfile, act
from tests.recommender.services.arranging import TOLERANCE, WORDS, Plane, everybody_likes
from tests.recommender.services.reading import codes, scores, shown
from users.models import Profile

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
ROOT_HALF = 0.5**0.5


def test_liked_item_without_an_embedding_is_no_knowledge_yet(plane: Plane, alice: Profile) -> None:
    act(alice, plane.item("liked"))
    plane.item("other", 0, 1)
    answer = recommend(catalog=plane.catalog, profile=alice)
    assert (answer.basis, shown(answer), codes(answer)) == (Basis.POPULAR, ["other"], ["nothing_known"])


def test_nobody_in_particular_gets_popular_items_and_is_told(plane: Plane) -> None:
    everybody_likes(plane.catalog, plane.item("hit", 0, 1), times=3, at=NOW)
    everybody_likes(plane.catalog, plane.item("known", 0, 1), at=NOW)
    plane.item("new", 0, 1, published_at=NOW)

    answer = recommend(catalog=plane.catalog, now=NOW)

    assert (answer.basis, answer.degraded, codes(answer)) == (Basis.POPULAR, False, ["nothing_known"])
    assert scores(answer) == pytest.approx({"hit": 1.0, "known": np.log(2) / np.log(4), "new": 0.3})
    assert [result.reason for result in answer.results] == ["Popular with others.", "Popular with others.", "New here."]
    assert answer.results[2].parts == pytest.approx({"popularity": 0.0, "freshness": 0.3})


def test_personalisation_off_is_popularity_whatever_is_known(plane: Plane, make_profile: MakeProfile) -> None:
    alice = make_profile("alice", statement=WORDS, personalise=False)
    act(alice, plane.item("liked", 0, 1))
    plane.item("close", 0, 1)
    everybody_likes(plane.catalog, plane.item("hit", 0, 0, 1), at=NOW)

    answer = recommend(catalog=plane.catalog, profile=alice, statement=WORDS)

    assert (answer.basis, answer.degraded, codes(answer)) == (Basis.POPULAR, False, ["personalisation_off"])
    assert shown(answer) == ["hit", "close"]
    slate = Slate.objects.get(pk=answer.request_id)
    assert (slate.interest_vector, slate.statement, slate.space_id) == (None, "", None)


def test_dislikes_alone_are_no_knowledge(plane: Plane, alice: Profile) -> None:
    act(alice, plane.item("disliked", 0, 1), "dislike")
    plane.item("other", 0, 0, 1)
    answer = recommend(catalog=plane.catalog, profile=alice)
    assert (answer.basis, shown(answer), codes(answer)) == (Basis.POPULAR, ["other"], ["nothing_known"])


def test_words_are_passed_over_while_the_language_model_is_away(
    make_item: MakeItem, alice: Profile, space: EmbeddingSpace
) -> None:
    change_recipe(space, backend="sentence-transformers", model="/nowhere/no-such-model", dimension=8)
    plane = Plane(alice.catalog, space, np.eye(8))
    act(alice, plane.item("liked", 0, 1))
    plane.item("close", 0, 1)
    plane.item("other", 0, 0, 1)

    by_words = recommend(catalog=alice.catalog, statement=WORDS)
    by_history = recommend(catalog=alice.catalog, profile=alice, statement=WORDS)

    assert (by_words.basis, by_words.degraded) == (Basis.POPULAR, True)
    assert codes(by_words)[0] == "encoder_unavailable"
    assert len(by_words.results) == 3
    assert (by_history.basis, by_history.degraded, codes(by_history)) == (Basis.HISTORY, True, ["encoder_unavailable"])
    assert shown(by_history) == ["close", "other"]
    assert by_history.notices[0].message == "The words were not used: the language model is away."


def test_without_a_serving_space_popularity_answers(plane: Plane, alice: Profile) -> None:
    act(alice, plane.item("liked", 0, 1))
    plane.item("other", 0, 1)
    EmbeddingSpace.objects.update(serving=False)
    answer = recommend(catalog=plane.catalog, profile=alice)
    assert (answer.basis, answer.degraded, codes(answer)) == (Basis.POPULAR, True, ["no_embedding_space"])
    assert shown(answer) == ["other"]


def test_settings_of_another_schema_give_way_to_the_defaults(plane: Plane) -> None:
    home = plane.catalog.scenarios.get(name="home")
    home.configs.update(state=ScoringConfig.State.RETIRED)
    ScoringConfig.objects.create(
        catalog=plane.catalog, scenario=home, version=2, settings={"result_list": {"length": 0}}, state="active"
    )
    for number in range(22):
        plane.item(f"item-{number}", 1)

    answer = recommend(catalog=plane.catalog, statement=WORDS)

    assert (answer.degraded, codes(answer), answer.config_version) == (True, ["configuration_invalid"], 2)
    assert len(answer.results) == 20


def test_profile_of_another_catalog_is_refused(plane: Plane, make_profile: MakeProfile, other_catalog: Catalog) -> None:
    stranger = make_profile("stranger", catalog=other_catalog)
    with pytest.raises(InvalidRequest, match="another catalog"):
        recommend(catalog=plane.catalog, profile=stranger)
    assert Slate.objects.count() == 0


@pytest.mark.parametrize("k", [0, -1, 201])
def test_length_out_of_range_is_refused(plane: Plane, k: int) -> None:
    with pytest.raises(InvalidRequest, match=f"k is {k}: a list has 1 to 200 items."):
        recommend(catalog=plane.catalog, k=k)


def test_unknown_scenario_names_those_that_there_are(plane: Plane) -> None:
    with pytest.raises(NotInCatalog, match=r"no scenario “hom” .* there is: home, similar\."):
        recommend(catalog=plane.catalog, scenario="hom")


def test_each_scenario_has_a_configuration_of_its_own(plane: Plane) -> None:
    for number in range(3):
        plane.item(f"item-{number}", 1)
    plane.configure({"result_list": {"length": 1}}, scenario="similar")
    assert len(recommend(catalog=plane.catalog, statement=WORDS, scenario="similar").results) == 1
    assert len(recommend(catalog=plane.catalog, statement=WORDS).results) == 3


def test_answer_is_logged_and_can_be_read_again(plane: Plane, alice: Profile) -> None:
    act(alice, plane.item("liked", 0, 1))
    plane.item("close", 0, 0.8, 0.6)
    plane.item("waiting")

    answer = recommend(catalog=plane.catalog, profile=alice, statement=WORDS, k=5, now=NOW, language="en")

    slate = Slate.objects.get(pk=answer.request_id)
    assert answer_of(slate) == answer == find_answer(answer.request_id)
    assert (slate.catalog, slate.profile, slate.created_at) == (plane.catalog, alice, NOW)
    assert (slate.scenario, slate.config, slate.space_id) == (
        "home",
        plane.catalog.scoring_configs.get(scenario__name="home"),
        plane.space.pk,
    )
    assert (slate.statement, slate.language, slate.requested_length) == (WORDS, "en", 5)
    assert slate.interest_vector == pytest.approx((plane.axes[0] + plane.axes[1]) * ROOT_HALF, abs=TOLERANCE)
    assert slate.degraded is True
    assert answer.config_version == 1


def test_no_answer_is_found_under_an_unknown_id(db: None) -> None:
    assert find_answer(uuid4()) is None
