"""The example that GENRE began with, the whole way: default encoder, pgvector, and the endpoint that programs ask."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from catalog.models import Catalog, Item
from recommender.services.catalogs import open_catalog
from recommender.services.recommending import recommend
from tests.conftest import embed_all
from users.models import Profile, User

USER_TEXT = "我喜欢看电影、听音乐和读书。"
FITTING = {
    "film": "这部电影获得了多项大奖，是一部值得观看的电影。",
    "song": "这首歌是华语乐坛的经典之作，非常好听。",
    "book": "这本书是一本关于人工智能的经典著作，值得一读。",
}
UNRELATED = [
    "今天股市大幅下跌，上证指数收于三千点以下。",
    "分析师预计央行加息后银行股将继续上涨。",
    "这家公司发布财报后，股价在盘后交易中下跌了百分之五。",
]


@pytest.fixture
def default_encoder(settings: Settings) -> None:
    settings.GENRE_DEFAULT_ENCODER = "multilingual-use"


@pytest.fixture(params=UNRELATED, ids=["market-falls", "rate-rises", "results-disappoint"])
def four_sentences(request: pytest.FixtureRequest, default_encoder: None, db: None) -> Catalog:
    """The three sentences that fit, and one about the stock market."""
    catalog = open_catalog(slug="sentences")
    for name, sentence in {"stock": request.param, **FITTING}.items():
        Item.objects.create(catalog=catalog, external_id=name, title=sentence, language="zh-hans")
    space = catalog.embedding_spaces.get()
    assert (space.backend, space.dimension) == ("multilingual-use", 512)
    embed_all(space)
    return catalog


def test_three_that_fit_rank_above_the_fourth(four_sentences: Catalog) -> None:
    answer = recommend(catalog=four_sentences, statement=USER_TEXT, language="zh-hans")
    assert answer.degraded is False
    assert {result.item_id for result in answer.results[:3]} == set(FITTING)
    assert answer.results[3].item_id == "stock"
    assert answer.results[2].score > answer.results[3].score


@pytest.mark.parametrize("whose", ["statement", "profile"])
def test_endpoint_says_the_same(four_sentences: Catalog, client: Client, operator: User, whose: str) -> None:
    Profile.objects.create(catalog=four_sentences, external_id="reader", statement=USER_TEXT)
    client.force_login(operator)

    response = client.get(
        "/api/v1/recommendations",
        {"catalog": "sentences", whose: USER_TEXT if whose == "statement" else "reader", "k": "4"},
    )

    assert response.status_code == 200
    answer = response.json()
    assert (answer["degraded"], answer["basis"]) == (False, "statement")
    results = answer["results"]
    assert [result["rank"] for result in results] == [1, 2, 3, 4]
    assert {result["id"] for result in results[:3]} == set(FITTING)
    assert (results[3]["id"], results[3]["score"] < results[2]["score"]) == ("stock", True)
    for result in results:
        assert sum(result["parts"].values()) == pytest.approx(result["score"], abs=1e-9)
