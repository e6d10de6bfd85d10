"""A client that openapi-python-client makes from the served document does a whole round."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from catalog.models import Catalog
from recommender.services.api_keys import make_key
from recommender.services.catalogs import open_catalog
from tests.conftest import embed_all
from tests.e2e.served_site import served_site
from users.models import Profile

# The server sees what is committed.
pytestmark = pytest.mark.django_db(transaction=True)

PACKAGE = "generated_shop_client"
SCOPES = ["read", "write:items", "write:interactions", "profiles"]
TITLES = {"space-1": "Rockets and planets", "space-2": "Planets and stars and rockets", "piano-1": "Quiet piano"}


@dataclass(frozen=True)
class Generated:
    client: Any
    catalog: Catalog

    def call(self, module: str, **arguments: Any) -> Any:
        """The parsed answer of the operation, by the module that the generator made for it."""
        response = importlib.import_module(f"{PACKAGE}.api.{module}").sync_detailed(client=self.client, **arguments)
        assert response.status_code < 300, response.content
        return response.parsed

    def model(self, name: str) -> Any:
        return getattr(importlib.import_module(f"{PACKAGE}.models"), name)


@pytest.fixture
def generated(transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Generated]:
    with served_site() as url:
        catalog = open_catalog(slug="shop")
        secret = make_key(catalog=catalog, scopes=SCOPES)[1]
        document = tmp_path / "schema.json"
        document.write_bytes(httpx.get(f"{url}/api/v1/schema", params={"format": "json"}).raise_for_status().content)
        generate = [
            sys.executable,
            "-m",
            "openapi_python_client",
            "generate",
            "--path",
            str(document),
            "--meta",
            "none",
        ]
        subprocess.run([*generate, "--output-path", str(tmp_path / PACKAGE)], capture_output=True, check=True)
        monkeypatch.syspath_prepend(str(tmp_path))
        client_class = importlib.import_module(PACKAGE).AuthenticatedClient
        client = client_class(base_url=url, token=secret, prefix="", auth_header_name="X-API-Key")
        with client:
            yield Generated(client, catalog)
    for name in [name for name in sys.modules if name.split(".")[0] == PACKAGE]:
        del sys.modules[name]


def test_items_interactions_recommendations_and_erasure(generated: Generated) -> None:
    item, act = generated.model("ItemRequest"), generated.model("InteractionRequest")
    written = generated.call("bulk.write_items", body=[item(id=name, title=title) for name, title in TITLES.items()])
    assert [row.status for row in written.results] == [201, 201, 201]
    embed_all(generated.catalog.embedding_spaces.get())
    assert {one.id for one in generated.call("items.list_items").results} == set(TITLES)

    generated.call("profiles.write_profile", body=generated.model("ProfileRequest")(id="alice", name="Alice"))
    like = act(profile="alice", item="space-1", kind="like")
    recorded = generated.call("interactions.record_interaction", body=like)
    history = generated.call("profiles.list_interactions_of_profile", external_id="alice")
    assert [one.id for one in history.results] == [recorded.id]

    wish = generated.model("RecommendationRequestRequest")(profile="alice", k=1, explain=True)
    answer = generated.call("recommendations.recommend", body=wish)
    assert [result.id for result in answer.results] == ["space-2"]
    assert answer.results[0].reason == "Because you liked “Rockets and planets”."
    again = generated.call("recommendations.get_recommendation", request_id=answer.request_id, replay=True)
    assert again.replay.equal
    assert str(generated.call("traces.get_trace", request_id=answer.request_id).request_id) == str(answer.request_id)

    assert generated.call("profiles.erase_profile", external_id="alice").id
    assert not Profile.objects.filter(external_id="alice").exists()
