"""Who is being erased does not come back by what others do at the same moment."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from catalog.importing.exceptions import FileRefused
from catalog.importing.progress import Progress
from catalog.importing.row_file import ReadOptions
from catalog.models import Catalog, Item
from recommender.models import Interaction, RankingModel, Slate
from recommender.services.api_keys import make_key
from recommender.services.erased_versions import wait_for_erasures
from recommender.services.erasing import erase_profile
from recommender.services.importing_profiles import import_profile_file
from tests.conftest import MakeItem, MakeProfile, act, embed_all
from tests.recommender.services.elsewhere import elsewhere
from users.models import Erasure, Profile, Way

pytestmark = pytest.mark.django_db(transaction=True)

Outcome = TypeVar("Outcome")
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


@pytest.fixture
def film(catalog: Catalog, make_item: MakeItem) -> Item:
    film = make_item("film-1", title="Night train")
    make_item("film-2", title="Night train returns")
    embed_all(catalog.embedding_spaces.get())
    return film


@pytest.fixture
def alice(make_profile: MakeProfile, film: Item) -> Profile:
    profile = make_profile("alice")
    act(profile, film)
    return profile


@pytest.fixture
def api(catalog: Catalog) -> Client:
    _key, secret = make_key(catalog=catalog, scopes=["admin"])
    return Client(headers={"X-API-Key": secret}, raise_request_exception=False)


@contextmanager
def while_erased(profile: Profile, action: Callable[[], Outcome]) -> Iterator[Future[Outcome]]:
    """The action begins when the erasure is done and not committed, which it is at the end of the block."""

    def act_and_close() -> Outcome:
        try:
            return action()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, elsewhere(lambda: erase_profile(profile=profile, way=Way.API)) as erasure:
        future = pool.submit(act_and_close)
        yield future
        erasure.commit()


def wait_until_somebody_waits() -> None:
    for _attempt in range(200):
        with connection.cursor() as cursor:
            cursor.execute(WAITING)
            if cursor.fetchone()[0]:
                return
            cursor.execute("SELECT pg_sleep(0.02)")
    raise AssertionError("nobody waits")


def send(api: Client, method: str, address: str, body: object) -> Any:
    return api.generic(method, f"/api/v1/{address}", json.dumps(body), content_type="application/json")


def test_profile_that_is_written_meanwhile_waits_and_is_refused(api: Client, alice: Profile) -> None:
    with while_erased(alice, lambda: send(api, "POST", "profiles", {"id": "alice", "name": "Alice"})) as answer:
        wait_until_somebody_waits()
    assert answer.result().status_code == 409
    assert not Profile.objects.exists()


@pytest.mark.parametrize("address", ["interactions", "bulk/interactions"])
def test_interaction_that_is_recorded_meanwhile_brings_nobody_back(api: Client, alice: Profile, address: str) -> None:
    row = {"profile": "alice", "item": "film-2", "kind": "like"}
    with while_erased(alice, lambda: send(api, "POST", address, [row] if "bulk" in address else row)) as answer:
        wait_until_somebody_waits()
    assert answer.result().status_code < 500
    assert not Profile.objects.exists()
    assert not Interaction.objects.exists()


def test_list_that_is_made_meanwhile_is_logged_for_nobody(api: Client, alice: Profile) -> None:
    with while_erased(alice, lambda: send(api, "POST", "recommendations", {"profile": "alice"})) as answer:
        wait_until_somebody_waits()
    assert answer.result().status_code < 500
    assert not Slate.objects.exists()


def test_erased_twice_at_once_is_erased_once(api: Client, alice: Profile) -> None:
    with while_erased(alice, lambda: api.delete("/api/v1/profiles/alice")) as answer:
        wait_until_somebody_waits()
    assert answer.result().status_code == 404
    assert Erasure.objects.count() == 1


def test_file_that_is_imported_meanwhile_is_refused(catalog: Catalog, alice: Profile, tmp_path: Path) -> None:
    path = tmp_path / "profiles.csv"
    path.write_text("user_id,name\nalice,Alice\nsomebody-new,New\n")

    def bring() -> None:
        import_profile_file(
            catalog=catalog, path=path, options=ReadOptions(), refuse=lambda _error: None, progress=Progress()
        )

    with while_erased(alice, bring) as imported:
        wait_until_somebody_waits()
    with pytest.raises(FileRefused, match="was erased while it was imported"):
        imported.result()
    assert not Profile.objects.exists()


def test_training_does_not_begin_to_read_before_the_erasure_is_done(catalog: Catalog, alice: Profile) -> None:
    def moment_of_reading() -> Any:
        wait_for_erasures(catalog.pk)
        return timezone.now()

    with while_erased(alice, moment_of_reading) as learned_from:
        wait_until_somebody_waits()
    erasure = Erasure.objects.get()
    assert learned_from.result() > erasure.erased_at
    assert not RankingModel.objects.exists()
