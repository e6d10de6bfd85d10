"""The trace of an answer: its wishes in words, what its interest was made of, and its candidates."""

from __future__ import annotations

import pytest

from catalog.models import Catalog
from recommender.engine.history import HistoryEvent
from recommender.models import Slate
from recommender.selectors.filter_language import parse_filter
from recommender.selectors.pools import Boost
from recommender.services.answer_traces import Trace, trace_of
from recommender.services.answers import Answer, find_slate
from recommender.services.recommending import recommend
from recommender.services.similar import similar_items
from recommender.services.wishes import Wishes
from tests.conftest import act
from tests.recommender.services.arranging import Plane
from tests.recommender.services.reading import scores, shown
from tests.recommender.trained import Clusters, like, train_clusters
from users.models import Profile


def traced(answer: Answer, candidates: int = 30) -> Trace:
    slate = find_slate(answer.request_id)
    assert slate is not None
    return trace_of(slate, language="en", candidates=candidates)


@pytest.fixture
def made(catalog: Catalog) -> Clusters:
    return train_clusters(catalog)


def test_terms_are_the_history_by_weight(plane: Plane, alice: Profile) -> None:
    for name, kind, value in (("loved", "rating", 5.0), ("liked", "like", None), ("poor", "rating", 1.0)):
        act(alice, plane.item(name, 0, 1), kind, value=value)
    plane.item("near", 0, 1, 1)
    said = traced(recommend(catalog=plane.catalog, profile=alice))
    act(alice, plane.catalog.items.get(external_id="near"))

    assert {term.item_id: (term.kind, term.weight) for term in said.terms} == {
        "loved": ("rating", 1.0),
        "liked": ("like", 1.0),
        "poor": ("rating", -0.5),
    }
    assert said.notices == []


def test_candidates_go_on_behind_the_end_of_the_list(made: Clusters, alice: Profile) -> None:
    like(made.catalog, [(alice, item) for item in made.items["kitchen"][:4]])
    answer = recommend(catalog=made.catalog, profile=alice, k=3)
    whole = recommend(catalog=made.catalog, profile=alice, k=30)
    said = traced(answer)
    assert [candidate.item_id for candidate in said.candidates] == shown(whole)
    assert {one.item_id: one.score for one in said.candidates} == pytest.approx(scores(whole))
    assert all(sum(one.parts.values()) == pytest.approx(one.score) for one in said.candidates)
    assert {term.item_id for term in said.terms} == {f"kitchen-{number}" for number in range(4)}
    assert len(traced(answer, candidates=1).candidates) == 1


def test_wishes_are_told_by_the_ids_that_programs_know(made: Clusters) -> None:
    orbit = made.items["orbit"]
    wishes = Wishes(
        condition=parse_filter("kind eq ''"),
        boosts=[Boost(parse_filter("id eq 'orbit-4'"), 1.0)],
        excluded_ids=[orbit[1].pk, orbit[2].pk],
        events=[HistoryEvent(orbit[0].pk, "like", None, None), HistoryEvent(orbit[3].pk, "view", None, None)],
    )
    answer = recommend(catalog=made.catalog, wishes=wishes, statement="rockets")
    orbit[2].delete()
    orbit[3].delete()
    assert traced(answer).wishes == {
        "filter": "kind eq ''",
        "boost": [{"filter": "id eq 'orbit-4'", "by": 1.0}],
        "excluded": ["orbit-1"],
        "excluded_count": 2,
        "history": [{"item": "orbit-0", "kind": "like", "value": None, "occurred_at": None}],
        "statement": "rockets",
    }
    assert traced(similar_items(item=orbit[0])).wishes == {"item": "orbit-0"}


def test_whole_trace_is_json_of_versions_settings_and_answer(made: Clusters, alice: Profile) -> None:
    answer = recommend(catalog=made.catalog, profile=alice, k=3)
    said = traced(answer).as_dict()
    assert said["answer"] == answer.as_dict()
    assert (said["profile"], said["scenario"], said["model_version"]) == ("alice", "home", 1)
    assert said["settings"] == Slate.objects.select_related("config").get().config.settings  # type: ignore[union-attr]
    assert said["interest"] == []


def test_notice_tells_why_nothing_is_told(made: Clusters, alice: Profile) -> None:
    like(made.catalog, [(alice, item) for item in made.items["kitchen"][:4]])
    answer = recommend(catalog=made.catalog, profile=alice, k=3)
    Profile.objects.update(personalise=False)
    said = traced(answer)
    assert ([notice.code for notice in said.notices], said.terms, said.candidates) == (["personalisation_off"], (), ())
