"""Why an item was shown: told to whom it was shown, and to nobody else."""

from __future__ import annotations

import re
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import Catalog, Item
from recommender.models import EmbeddingSpace, Interaction, Slate
from recommender.services.answers import Answer
from recommender.services.recommending import recommend
from recommender.services.similar import similar_items
from tests.conftest import MakeProfile, act
from tests.recommender.services.statements import statements
from tests.recommender.trained import Clusters, train_clusters
from tests.recommender.views.browsing import browser_of, put_on_site, read, said_after, signed_in, words_of
from users.models import Profile, User

FORGET = "/c/films/profile/forget"


@pytest.fixture
def made(catalog: Catalog) -> Clusters:
    put_on_site(catalog)
    return train_clusters(catalog, items_each=10, people_each=10, likes_each=6)


@pytest.fixture
def eater(made: Clusters, alice: Profile) -> Profile:
    for item in [*made.items["kitchen"][:4], made.items["orbit"][0]]:
        act(alice, item)
    return alice


@pytest.fixture
def answer(eater: Profile) -> Answer:
    return recommend(catalog=eater.catalog, profile=eater)


def address(answer: Answer, place: int = 0, slug: str = "films") -> str:
    return reverse("recommender:why", args=[slug, answer.request_id, answer.results[place].item_id])


class TestOwn:
    def test_tells_parts_rank_configuration_and_version(self, eater: Profile, answer: Answer) -> None:
        html = read(browser_of(eater), address(answer, 1))
        said, result = words_of(html), answer.results[1]

        assert result.reason in said
        assert "The list was made from what you did." in said
        for label, name in (("what others like too", "collaborative"), ("what it is about", "text")):
            assert f"{label} {result.parts[name]:+.2f}".replace("-", "−") in said
        assert f"Score {result.score:.2f}" in said
        assert f"Rank 2 of {len(answer.results)}" in said
        assert "Configuration home, version 2" in said
        assert "Ranking model version 1" in said
        assert re.search(r'<rect class="part-collaborative" x="[\d.]+" width="[1-9][\d.]*"', html)

    def test_history_behind_it_can_be_removed_where_it_stands(self, eater: Profile, answer: Answer) -> None:
        browser = browser_of(eater)
        before = words_of(read(browser, address(answer)))
        first = re.search(r"The history behind it.*?(kitchen \d)", before)
        assert first is not None
        interaction = Interaction.objects.get(profile=eater, item__title=first[1])

        posted = {"interaction": str(interaction.pk), "next": address(answer)}
        said = said_after(browser, FORGET, posted)

        assert f"“{first[1]}” (liked) is removed." in said
        assert not Interaction.objects.filter(pk=interaction.pk).exists()
        after = words_of(read(browser, address(answer)))
        assert "Something of the history was removed or changed since" in after
        assert first[1] not in after.split("The history behind it")[1]

    def test_every_share_has_its_button(self, eater: Profile, answer: Answer) -> None:
        html = read(browser_of(eater), address(answer))
        assert html.count('name="interaction"') == 5

    def test_own_words_are_quoted(self, made: Clusters, eater: Profile) -> None:
        eater.statement = "butter and dough"
        eater.save()
        html = read(browser_of(eater), address(recommend(catalog=made.catalog, profile=eater)))
        assert "“butter and dough”" in html

    def test_signed_in_person_sees_theirs(self, made: Clusters, charlie: User, make_profile: MakeProfile) -> None:
        own = make_profile("user-1", user=charlie)
        act(own, made.items["orbit"][0])
        answer = recommend(catalog=made.catalog, profile=own)
        assert 'name="interaction"' in read(signed_in(charlie), address(answer))


class TestOthers:
    def test_nobody_sees_alices(self, client: Client, answer: Answer, bob: Profile, charlie: User) -> None:
        for other in (client, browser_of(bob), signed_in(charlie)):
            html = read(other, address(answer), status=404)
            assert "kitchen" not in words_of(html)

    def test_hers_looks_as_if_it_did_not_exist(self, client: Client, answer: Answer) -> None:
        unknown = reverse("recommender:why", args=["films", uuid.uuid4(), answer.results[0].item_id])
        pages = [words_of(read(client, one, status=404)) for one in (address(answer), unknown)]
        assert pages[0] == pages[1]

    def test_staff_has_the_admin_for_it(self, answer: Answer, operator: User) -> None:
        read(signed_in(operator), address(answer), status=404)

    def test_one_for_nobody_is_for_everybody(self, client: Client, made: Clusters, charlie: User) -> None:
        for answer in (recommend(catalog=made.catalog), similar_items(item=made.items["orbit"][0])):
            for browser in (client, signed_in(charlie)):
                html = read(browser, address(answer))
                assert "for nobody in particular" in html
                assert "The history behind it" not in html

    def test_words_of_nobody_are_not_quoted(self, client: Client, made: Clusters) -> None:
        answer = recommend(catalog=made.catalog, statement="butter and dough")
        html = read(client, address(answer))
        assert "butter and dough" not in html
        assert "The list was made from words that say what is liked." in html

    def test_simulated_one_is_read_only(self, client: Client, made: Clusters, make_profile: MakeProfile) -> None:
        simulated = make_profile("sim-stella", name="Stella", simulated=True)
        act(simulated, made.items["orbit"][0])
        answer = recommend(catalog=made.catalog, profile=simulated)
        html = read(client, address(answer))

        assert "This list was made for Stella, a simulated profile" in html
        assert "orbit 0" in html.split('id="shares-heading"')[1]
        assert 'name="interaction"' not in html
        assert "?as=sim-stella" in html

    def test_simulated_persons_history_cannot_be_changed(
        self, client: Client, made: Clusters, make_profile: MakeProfile, bob: Profile
    ) -> None:
        simulated = make_profile("sim-stella", simulated=True)
        interaction = act(simulated, made.items["orbit"][0])
        assert client.post(FORGET, {"interaction": str(interaction.pk)}).status_code == 404
        browser_of(bob).post(FORGET, {"interaction": str(interaction.pk)})
        assert Interaction.objects.filter(pk=interaction.pk).exists()


class TestGone:
    def test_answer_that_is_no_longer_kept_says_so(self, eater: Profile, answer: Answer) -> None:
        Slate.objects.all().delete()
        html = read(browser_of(eater), address(answer), status=404)
        assert "This list is no longer kept" in html
        assert reverse("recommender:catalog_home", args=["films"]) in html

    def test_item_that_was_not_in_it_is_not_found(self, eater: Profile, answer: Answer) -> None:
        other = reverse("recommender:why", args=["films", answer.request_id, "kitchen-0"])
        html = read(browser_of(eater), other, status=404)
        assert "This list is no longer kept" not in html

    def test_item_that_was_hidden_since_is_not_found(self, eater: Profile, answer: Answer) -> None:
        Item.objects.filter(external_id=answer.results[0].item_id).update(hidden=True)
        read(browser_of(eater), address(answer), status=404)

    def test_answer_of_another_catalog_is_not_found_here(
        self, client: Client, other_catalog: Catalog, made: Clusters
    ) -> None:
        put_on_site(other_catalog)
        Item.objects.create(catalog=other_catalog, external_id="orbit-0", title="Soup")
        read(client, address(recommend(catalog=made.catalog), slug="dishes"), status=404)

    def test_version_that_is_gone_leaves_the_parts(self, eater: Profile, answer: Answer) -> None:
        Slate.objects.update(config=None)
        said = words_of(read(browser_of(eater), address(answer)))
        assert f"Score {answer.results[0].score:.2f}" in said
        assert "What the list was made with is no longer kept" in said

    def test_only_reading_is_allowed(self, client: Client, answer: Answer) -> None:
        assert client.post(address(answer)).status_code == 405


def test_before_any_training_texts_are_told(catalog: Catalog, alice: Profile) -> None:
    put_on_site(catalog)
    made = train_clusters(catalog, train=False)
    act(alice, made.items["kitchen"][0])
    answer = recommend(catalog=catalog, profile=alice)
    said = words_of(read(browser_of(alice), address(answer)))
    assert f"history {answer.results[0].parts['history']:+.2f}" in said
    assert f"kitchen 0 {answer.results[0].parts['history']:+.2f}" in said
    assert "none: texts alone, or what is popular" in said


def test_queries_do_not_grow_with_the_history(made: Clusters, eater: Profile, space: EmbeddingSpace) -> None:
    browser = browser_of(eater)
    answer = recommend(catalog=made.catalog, profile=eater)
    read(browser, address(answer))
    few = len(statements(lambda: read(browser, address(answer))))
    for item in [*made.items["orbit"][1:], *made.items["harbour"]]:
        act(eater, item)
    longer = recommend(catalog=made.catalog, profile=eater)
    html = read(browser, address(longer))
    assert "further items of the history" in html
    assert len(statements(lambda: read(browser, address(longer)))) == few
