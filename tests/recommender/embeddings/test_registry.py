"""Encoders by name, one a process, also after a fork."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from recommender.embeddings import registry
from recommender.embeddings.backends.hashing import HashingEncoder
from recommender.embeddings.backends.multilingual_use import MultilingualUseEncoder
from recommender.embeddings.backends.sentence_transformer import SentenceTransformerEncoder
from recommender.embeddings.exceptions import EmbeddingError, UnknownBackend, UnsupportedRecipe
from recommender.embeddings.registry import BACKENDS, create_encoder, shared_encoder
from recommender.embeddings.vectors import vector_digest

CHILD_SECONDS = 60


def in_child(work: Callable[[], str]) -> str:
    """What `work` says in a forked child; a child that hangs is ended."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        threading.Timer(CHILD_SECONDS, os._exit, [1]).start()
        os.write(writing, work().encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        said = answer.read()
    assert os.waitpid(child, 0)[1] == 0
    return said


@pytest.mark.parametrize(
    ("backend", "kind"),
    [
        ("multilingual-use", MultilingualUseEncoder),
        ("sentence-transformers", SentenceTransformerEncoder),
        ("hashing", HashingEncoder),
    ],
)
def test_backend_is_made_by_its_name(backend: str, kind: type) -> None:
    assert type(create_encoder(backend)) is kind


def test_every_backend_can_be_made_with_its_defaults() -> None:
    assert list(BACKENDS) == ["multilingual-use", "sentence-transformers", "hashing"]
    for name, backend in BACKENDS.items():
        create_encoder(name, backend.default_model, "", backend.dimension)
    assert [name for name, backend in BACKENDS.items() if backend.needs_torch] == ["sentence-transformers"]


@pytest.mark.parametrize("name", ["multilingual-use", "hashing"])
def test_default_dimension_is_the_encoders(name: str) -> None:
    assert create_encoder(name).get_embedding_dimension() == BACKENDS[name].dimension


def test_dimension_reaches_the_encoder() -> None:
    assert create_encoder("hashing", dimension=99).encode("a film").shape == (99,)


def test_unknown_backend_is_named_with_those_there_are() -> None:
    with pytest.raises(UnknownBackend, match="no backend 'word2vec'; there are multilingual-use, sentence-transf") as e:
        create_encoder("word2vec")
    assert e.value.permanent is True


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("multilingual-use", "", "", 384), "has 512 dimensions, the recipe says 384"),
        (("multilingual-use", "bert"), "not 'bert'"),
        (("multilingual-use", "", "9.9"), "not as '9.9'"),
        (("hashing", "bert"), "not 'bert'"),
    ],
)
def test_what_a_backend_does_not_have_is_refused(arguments: tuple[str], reason: str) -> None:
    with pytest.raises(UnsupportedRecipe, match=reason):
        create_encoder(*arguments)


@pytest.mark.parametrize("backend", BACKENDS)
def test_threads_below_one_are_refused(backend: str) -> None:
    with pytest.raises(ValueError, match="threads must be 1 or more"):
        create_encoder(backend, threads=0)


def test_same_arguments_share_an_encoder() -> None:
    first = shared_encoder("hashing", "", "", 48)
    assert shared_encoder("hashing", "", "", 48) is first
    assert shared_encoder("hashing", "", "", 47) is not first
    assert shared_encoder("hashing", "", "", 48, threads=1) is not first
    assert create_encoder("hashing", "", "", 48) is not first


def test_threads_that_ask_at_once_share_an_encoder() -> None:
    with ThreadPoolExecutor(8) as pool:
        encoders = list(pool.map(lambda _: shared_encoder("hashing", "", "", 77), range(64)))
    assert len({id(encoder) for encoder in encoders}) == 1


def test_failure_is_not_kept() -> None:
    with pytest.raises(EmbeddingError):
        shared_encoder("hashing", "bert")
    with pytest.raises(EmbeddingError):
        shared_encoder("hashing", "bert")
    assert shared_encoder("hashing").get_embedding_dimension() == 256


def test_forked_child_has_an_encoder_of_its_own() -> None:
    mine = shared_encoder("hashing", "", "", 31)
    assert in_child(lambda: str(shared_encoder("hashing", "", "", 31) is mine)) == "False"
    assert shared_encoder("hashing", "", "", 31) is mine


def test_child_forked_while_the_registry_is_in_use_is_not_stuck() -> None:
    with registry._lock:
        assert in_child(lambda: str(shared_encoder("hashing", "", "", 32).get_embedding_dimension())) == "32"
    assert shared_encoder("hashing", "", "", 32).get_embedding_dimension() == 32


def test_default_encoder_works_in_a_child_after_the_parent_used_it() -> None:
    texts = ["宇航员穿越虫洞", "tomato soup"] * 20
    mine = shared_encoder("multilingual-use", threads=2).encode(texts)
    theirs = in_child(lambda: vector_digest(np.round(shared_encoder("multilingual-use", threads=2).encode(texts), 4)))
    assert theirs == vector_digest(np.round(mine, 4))
