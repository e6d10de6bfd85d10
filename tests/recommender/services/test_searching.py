"""Words and meaning, merged; and what is said when one of them is missing."""

from __future__ import annotations

import json

import pytest
from django.core.management import call_command
from pytest_django import Settings

from catalog.models import Catalog, Item
from recommender.embeddings.exceptions import EncoderUnavailable
from recommender.exceptions import InvalidRequest
from recommender.models import EmbeddingSpace, Slate
from recommender.services.searching import LONGEST_QUERY, FoundBy, SearchAnswer, search_items
from tests.conftest import MakeItem, embed_all
from tests.recommender.services.statements import statements

WORDS, MEANING = FoundBy.WORDS, FoundBy.MEANING


@pytest.fixture
def items(space: EmbeddingSpace, make_item: MakeItem) -> dict[str, Item]:
    made = {
        "rockets": make_item("rockets", title="Rockets and planets", description="Planets far away."),
        "pasta": make_item("pasta", title="Pasta at home", description="Dough, butter and a slow oven."),
        "piano": make_item("piano", title="Quiet piano", tags=["rockets"], description="Music for the evening."),
    }
    embed_all(space)
    return made


def names(answer: SearchAnswer) -> list[str]:
    return [result.item_id for result in answer.results]


def codes(answer: SearchAnswer) -> list[str]:
    return [notice.code for notice in answer.notices]


@pytest.mark.usefixtures("items")
class TestMerged:
    def test_result_says_how_it_was_found(self, catalog: Catalog) -> None:
        answer = search_items(catalog=catalog, query="rockets")

        assert names(answer)[:2] == ["rockets", "piano"]
        assert [result.found_by for result in answer.results] == [(WORDS, MEANING), (WORDS, MEANING), (MEANING,)]
        assert [result.rank for result in answer.results] == [1, 2, 3]
        assert (answer.degraded, answer.has_words) == (False, True)

    def test_what_no_item_says_is_found_by_meaning_alone(self, catalog: Catalog) -> None:
        answer = search_items(catalog=catalog, query="butter dough oven")

        assert names(answer)[0] == "pasta"
        assert answer.results[0].found_by == (MEANING,)
        assert not answer.has_words

    def test_title_that_is_the_query_comes_first_wherever_its_text_is(
        self, catalog: Catalog, space: EmbeddingSpace, make_item: MakeItem
    ) -> None:
        make_item("named-so", title="Planets far away", description="Dough, butter, pasta and a slow oven.")
        embed_all(space)

        answer = search_items(catalog=catalog, query="planets far away")

        assert names(answer)[:2] == ["named-so", "rockets"]
        assert answer.results[0].score == pytest.approx(1 / 61 + 1 / 61 + 1 / 62, abs=1e-3)

    def test_hidden_items_are_found_by_neither(self, catalog: Catalog, items: dict[str, Item]) -> None:
        Item.objects.filter(pk=items["rockets"].pk).update(hidden=True)
        assert "rockets" not in names(search_items(catalog=catalog, query="rockets planets"))

    def test_other_catalogs_are_not_searched(self, catalog: Catalog, other_catalog: Catalog) -> None:
        Item.objects.create(catalog=other_catalog, external_id="soup", title="Rockets soup")
        assert "soup" not in names(search_items(catalog=catalog, query="rockets"))
        assert names(search_items(catalog=other_catalog, query="rockets")) == ["soup"]

    def test_asked_twice_it_answers_the_same(self, catalog: Catalog) -> None:
        assert search_items(catalog=catalog, query="rockets") == search_items(catalog=catalog, query="rockets")

    def test_nothing_is_logged(self, catalog: Catalog) -> None:
        search_items(catalog=catalog, query="rockets")
        assert not Slate.objects.exists()

    def test_list_has_the_length_asked_for_and_says_whether_there_is_more(self, catalog: Catalog) -> None:
        short = search_items(catalog=catalog, query="rockets", k=2)
        assert (names(short), short.has_more) == (["rockets", "piano"], True)
        assert not search_items(catalog=catalog, query="rockets", k=3).has_more

    def test_titles_are_in_the_readers_language(self, catalog: Catalog, items: dict[str, Item]) -> None:
        items["rockets"].translations = {"zh-hans": {"title": "火箭与行星"}}
        items["rockets"].save()
        answer = search_items(catalog=catalog, query="火箭", language="zh-hans")
        assert answer.results[0].title == "火箭与行星"

    def test_dictionary_is_json(self, catalog: Catalog) -> None:
        told = json.loads(json.dumps(search_items(catalog=catalog, query="  rockets\x00 ", k=1).as_dict()))
        (result,) = told.pop("results")
        assert told == {"query": "rockets", "degraded": False, "notices": []}
        assert result.pop("score") == pytest.approx(1 / 61 + 1 / 61)
        assert result == {
            "rank": 1,
            "id": "rockets",
            "title": "Rockets and planets",
            "found_by": ["words", "meaning"],
        }


@pytest.mark.usefixtures("items")
class TestDegraded:
    def test_without_an_encoder_words_are_looked_for_alone(
        self, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def away(_space: EmbeddingSpace) -> None:
            raise EncoderUnavailable("the model is not there")

        monkeypatch.setattr("recommender.services.searching.encoder_of", away)
        answer = search_items(catalog=catalog, query="rockets")

        assert names(answer) == ["rockets", "piano"]
        assert {result.found_by for result in answer.results} == {(WORDS,)}
        assert (answer.degraded, codes(answer)) == (True, ["encoder_unavailable"])

    def test_without_a_space_as_well(self, catalog: Catalog, space: EmbeddingSpace) -> None:
        EmbeddingSpace.objects.filter(pk=space.pk).update(serving=False)
        answer = search_items(catalog=catalog, query="rockets")
        assert (names(answer), codes(answer)) == (["rockets", "piano"], ["no_embedding_space"])

    def test_while_items_wait_to_be_embedded_it_is_said(self, catalog: Catalog, space: EmbeddingSpace) -> None:
        EmbeddingSpace.objects.filter(pk=space.pk).update(state=EmbeddingSpace.State.FILLING)
        assert codes(search_items(catalog=catalog, query="rockets")) == ["not_all_embedded"]

    def test_notices_are_in_the_readers_language(self, catalog: Catalog, space: EmbeddingSpace) -> None:
        EmbeddingSpace.objects.filter(pk=space.pk).update(serving=False)
        notices = {
            search_items(catalog=catalog, query="rockets", language=language).notices[0].message
            for language in ("en", "zh-hans")
        }
        assert len(notices) == 2


@pytest.mark.parametrize("query", ["", " \u3000\n", "\x00"])
def test_query_without_words_is_refused(catalog: Catalog, query: str) -> None:
    with pytest.raises(InvalidRequest, match="Say what to look for"):
        search_items(catalog=catalog, query=query)


def test_too_long_a_query_is_refused(catalog: Catalog) -> None:
    search_items(catalog=catalog, query="字" * LONGEST_QUERY)
    with pytest.raises(InvalidRequest, match="201 characters: at most 200"):
        search_items(catalog=catalog, query="字" * (LONGEST_QUERY + 1))


@pytest.mark.parametrize("k", [0, 201])
def test_length_out_of_range_is_refused(catalog: Catalog, k: int) -> None:
    with pytest.raises(InvalidRequest, match="1 to 200"):
        search_items(catalog=catalog, query="rockets", k=k)


def test_queries_do_not_grow_with_the_results(
    catalog: Catalog, space: EmbeddingSpace, make_item: MakeItem, items: dict[str, Item]
) -> None:
    few = len(statements(lambda: search_items(catalog=catalog, query="rockets")))
    for number in range(20):
        make_item(f"more-{number}", title=f"More rockets {number}")
    embed_all(space)
    assert len(statements(lambda: search_items(catalog=catalog, query="rockets"))) <= few


class TestShowcase:
    """What visitors will type, over the showcase and with the encoder that it is embedded by."""

    @pytest.fixture
    def showcase(self, db: None, settings: Settings) -> Catalog:
        settings.GENRE_DEFAULT_ENCODER = "multilingual-use"
        call_command("load_showcase", verbosity=0)
        catalog = Catalog.objects.get(slug="showcase")
        embed_all(catalog.embedding_spaces.get())
        return catalog

    def test_science_fiction_in_space_has_interstellar_in_the_first_ten(self, showcase: Catalog) -> None:
        for language, title in (("zh-hans", "星际穿越"), ("en", "Interstellar")):
            answer = search_items(catalog=showcase, query="科幻太空", k=10, language=language)
            assert title in [result.title for result in answer.results]

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("颂乐", ["music-buena-vista-social-club"]),
            ("二次元", ["game-arknights", "game-genshin-impact"]),
            ("R&B", ["music-orange-moon"]),
            ("马可·波罗", ["book-invisible-cities"]),
        ],
    )
    def test_chinese_tag_finds_the_works_that_have_it(self, showcase: Catalog, query: str, expected: list[str]) -> None:
        answer = search_items(catalog=showcase, query=query, language="zh-hans")
        by_words = [result.item_id for result in answer.results if WORDS in result.found_by]
        assert sorted(by_words) == expected

    @pytest.mark.parametrize("query", ["星际穿越", "Interstellar", "interstel", "《星际穿越》"])
    def test_title_in_either_language_comes_first(self, showcase: Catalog, query: str) -> None:
        assert names(search_items(catalog=showcase, query=query))[0] == "film-interstellar"
