"""What every test may ask for: a catalog with its defaults, items, people, and vectors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import translation
from pytest_django import Settings

from catalog.models import Catalog, Item
from genre_site.cli.message_catalogues import compile_stale_catalogues
from recommender.models import EmbeddingSpace, Interaction
from recommender.services.catalogs import open_catalog
from recommender.services.embedding import embed_next_batch
from recommender.services.embedding_queue import queue_stale_items
from recommender.services.interactions import record_interaction
from users.models import Profile, User

MakeItem = Callable[..., Item]
MakeProfile = Callable[..., Profile]


@pytest.fixture(autouse=True)
def _hashing_by_default(settings: Settings) -> None:
    """Catalogs that tests open use the quick encoder; tests of the default one say so themselves."""
    settings.GENRE_DEFAULT_ENCODER = "hashing"
    # No manifest of hashed static files exists until collectstatic ran, and tests need none.
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.SECURE_SSL_REDIRECT = False
    # Argon2 is slow on purpose, and most tests only need somebody to be signed in.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Tests are quick, and many come from one address; tests of the limits say so themselves.
    settings.GENRE_API_RATE = settings.GENRE_API_RATE_PERSON = settings.GENRE_API_RATE_REFUSED = None


@pytest.fixture(autouse=True)
def _in_english() -> None:
    """A page that was asked for in Chinese leaves its thread in Chinese."""
    translation.activate("en")


@pytest.fixture(autouse=True, scope="session")
def _compiled_messages() -> None:
    """pytest may be started without ./run, which compiles them."""
    compile_stale_catalogues()


@pytest.fixture
def catalog(db: None) -> Catalog:
    return open_catalog(slug="films", name="Films")


@pytest.fixture
def other_catalog(db: None) -> Catalog:
    return open_catalog(slug="dishes", name="Dishes")


@pytest.fixture
def space(catalog: Catalog) -> EmbeddingSpace:
    """The catalog's serving space, of the hashing encoder."""
    return catalog.embedding_spaces.get()


@pytest.fixture
def make_item(catalog: Catalog) -> MakeItem:
    def make(external_id: str, **fields: Any) -> Item:
        fields = {"catalog": catalog, "title": external_id.replace("-", " "), **fields}
        return Item.objects.create(external_id=external_id, **fields)

    return make


@pytest.fixture
def make_profile(catalog: Catalog) -> MakeProfile:
    def make(external_id: str, **fields: Any) -> Profile:
        return Profile.objects.create(external_id=external_id, **{"catalog": catalog, **fields})

    return make


@pytest.fixture
def alice(make_profile: MakeProfile) -> Profile:
    return make_profile("alice", name="Alice")


@pytest.fixture
def bob(make_profile: MakeProfile) -> Profile:
    return make_profile("bob", name="Bob")


@pytest.fixture
def operator(db: None) -> User:
    """A member of staff who may do everything."""
    return User.objects.create_superuser("operator@example.com", "correct horse battery")


@pytest.fixture
def charlie(db: None) -> User:
    """Signed in, but not staff: proves that what is not his stays closed."""
    return User.objects.create_user("charlie@example.com", "correct horse battery")


def embed_all(space: EmbeddingSpace) -> None:
    """Queue and embed what is stale, in this process, until the space is filled."""
    queue_stale_items(space)
    while embed_next_batch(space.pk).claimed:
        pass
    space.refresh_from_db()


def act(profile: Profile, item: Item, kind: str = "like", **fields: Any) -> Interaction:
    """What a person does with an item, through the service."""
    return record_interaction(profile=profile, item=item, kind=kind, **fields)[0]
