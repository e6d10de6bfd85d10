"""The site on a port, in this process, over the test database; and the catalogs that visitors find there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.db.backends.base.creation import TEST_DATABASE_PREFIX
from django.test import override_settings
from pytest_django.live_server_helper import LiveServer

from catalog.models import Catalog
from recommender.models import EmbeddingSpace
from recommender.services.ranking_partitions import drop_unused_partitions
from recommender.services.spaces import drop_index
from tests.conftest import embed_all
from tests.recommender.trained import Clusters, train_clusters

SHOWCASE = "showcase"
# What a middleware reads when the server starts; a test's own settings come too late for it.
SETTINGS: dict[str, Any] = {
    "STORAGES": {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    },
    "SECURE_SSL_REDIRECT": False,
    "SECURE_HSTS_SECONDS": 0,
    "SESSION_COOKIE_SECURE": False,
    "CSRF_COOKIE_SECURE": False,
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
}


@contextmanager
def served_site() -> Iterator[str]:
    """Its address. What visitors and operators leave is committed, and removed at the end."""
    name = str(connection.settings_dict["NAME"])
    if not name.startswith(TEST_DATABASE_PREFIX):
        raise RuntimeError(f"{name} is not a test database, and all of it would be removed")
    with override_settings(**SETTINGS):
        server = LiveServer("localhost")
        try:
            yield server.url
        finally:
            server.stop()
            for space in EmbeddingSpace.objects.all():
                drop_index(space)
            # Primary keys go on: what this process keeps in memory by them must not be taken for another's.
            call_command("flush", interactive=False, verbosity=0, reset_sequences=False)
            drop_unused_partitions()


def open_showcase() -> Catalog:
    """By the default encoder, which knows both languages; untrained, as texts alone are enough here."""
    with override_settings(GENRE_DEFAULT_ENCODER="multilingual-use"):
        call_command("load_showcase", verbosity=0)
        catalog = Catalog.objects.get(slug=SHOWCASE)
        embed_all(catalog.embedding_spaces.get())
    return catalog


def open_clusters(slug: str) -> Clusters:
    """Few items, of three kinds that nobody confuses, and a simulated person who likes one of them."""
    with override_settings(GENRE_DEFAULT_ENCODER="hashing"):
        catalog = Catalog.objects.create(slug=slug, name=slug.title(), on_site=True)
        made = train_clusters(catalog, train=False, people_each=8)
    person = made.people["orbit"][0]
    person.simulated = True
    person.save(update_fields=["simulated"])
    return made
