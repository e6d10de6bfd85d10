"""Switching the space that serves, and back, while requests run: each is answered in full, by one of the spaces."""

from __future__ import annotations

from threading import Event

import pytest

from catalog.models import Catalog, Item
from recommender.models import EmbeddingSpace, Slate
from recommender.selectors.spaces import space_before
from recommender.services.answers import Answer
from recommender.services.recommending import recommend
from recommender.services.similar import similar_items
from recommender.services.spaces import serve_space
from tests.conftest import MakeItem, embed_all
from tests.recommender.services.together import all_at_once
from tests.recommender.trained import Clusters, train_clusters
from users.models import Profile

READERS, SWITCHES, LENGTH = 3, 30, 10
# A reader goes on after the last switch, so that the state that remains is read as well.
LEAST_REQUESTS = 20


def another_space(catalog: Catalog, name: str = "other") -> EmbeddingSpace:
    made = EmbeddingSpace.objects.create(
        catalog=catalog, name=name, backend="hashing", dimension=64, text_template="{categories} {title}"
    )
    embed_all(made)
    return made


def ask_while_switching(catalog: Catalog, spaces: list[EmbeddingSpace], person: Profile, item: Item) -> list[Answer]:
    """Thread 0 switches to and fro, the others ask for lists of both kinds until it is done."""
    done = Event()

    def switch(_number: int) -> list[Answer]:
        try:
            for turn in range(SWITCHES):
                serve_space(spaces[turn % len(spaces)])
        finally:
            done.set()
        return []

    def ask(_number: int) -> list[Answer]:
        answers: list[Answer] = []
        while not done.is_set() or len(answers) < LEAST_REQUESTS:
            answers.append(recommend(catalog=catalog, profile=person, k=LENGTH))
            answers.append(similar_items(item=item, k=LENGTH))
        return answers

    made = all_at_once(READERS + 1, lambda number: ask(number) if number else switch(number))
    return [answer for answers in made for answer in answers]


def assert_all_are_whole(answers: list[Answer]) -> None:
    assert len(answers) >= READERS * LEAST_REQUESTS
    assert {len(answer.results) for answer in answers} == {LENGTH}
    assert {answer.degraded for answer in answers} == {False}
    assert {str(answer.basis) for answer in answers} == {"history", "item"}


@pytest.mark.django_db(transaction=True)
def test_requests_see_no_error_and_no_short_list_before_any_training() -> None:
    made = _clusters(train=False)
    other = another_space(made.catalog)
    answers = ask_while_switching(made.catalog, [other, made.space], made.people["orbit"][0], made.items["orbit"][0])

    assert_all_are_whole(answers)
    assert {answer.model_version for answer in answers} == {None}
    spaces = Slate.objects.filter(pk__in=[answer.request_id for answer in answers]).values_list("space_id", flat=True)
    assert set(spaces) == {made.space.pk, other.pk}


@pytest.mark.django_db(transaction=True)
def test_requests_see_no_error_and_no_short_list_when_a_trained_version_comes_and_goes() -> None:
    """The version belongs to one of the spaces: with the other one serving, texts alone rank."""
    made = _clusters(train=True)
    other = another_space(made.catalog)
    answers = ask_while_switching(made.catalog, [other, made.space], made.people["orbit"][0], made.items["orbit"][0])

    assert_all_are_whole(answers)
    assert {answer.model_version for answer in answers} == {None, made.trained.version}


def _clusters(*, train: bool) -> Clusters:
    catalog = Catalog.objects.create(slug="films", name="Films")
    return train_clusters(catalog, train=train, people_each=8)


class TestBack:
    @pytest.fixture
    def first(self, space: EmbeddingSpace, make_item: MakeItem) -> EmbeddingSpace:
        make_item("item")
        embed_all(space)
        return space

    def test_there_is_nothing_to_go_back_to_before_the_first_switch(self, first: EmbeddingSpace) -> None:
        another_space(first.catalog)
        assert space_before(first.catalog_id) is None

    def test_back_is_the_one_that_served_last(self, first: EmbeddingSpace) -> None:
        second, third = another_space(first.catalog, "second"), another_space(first.catalog, "third")
        serve_space(second)
        assert space_before(first.catalog_id) == first
        serve_space(third)
        assert space_before(first.catalog_id) == second
        serve_space(second)
        assert space_before(first.catalog_id) == third

    def test_serving_the_one_that_serves_changes_nothing(self, first: EmbeddingSpace) -> None:
        second = another_space(first.catalog)
        serve_space(second)
        serve_space(second)
        assert space_before(first.catalog_id) == first

    def test_space_that_is_not_filled_any_more_is_none_to_go_back_to(self, first: EmbeddingSpace) -> None:
        serve_space(another_space(first.catalog))
        EmbeddingSpace.objects.filter(pk=first.pk).update(state=EmbeddingSpace.State.NEW)
        assert space_before(first.catalog_id) is None
