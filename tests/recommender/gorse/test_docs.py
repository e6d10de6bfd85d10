"""docs/gorse.md: what a reader pastes works, in the order of the page."""

from __future__ import annotations

import json

import pytest

from catalog.models import Catalog
from recommender.gorse.urls import urlpatterns
from recommender.models import Interaction
from tests.guides import blocks, page, run
from tests.recommender.gorse.test_dump import FEEDBACK, ITEMS, USERS, write

pytestmark = pytest.mark.django_db

PAGE = page("gorse.md")
# The export itself takes a server of Gorse.
EXPORT = "gorse-master"


@pytest.fixture(scope="module")
def outputs(address: str, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What each block of the page says, committed as a reader's work is."""
    outputs, key = [], ""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("dump"))
        for name, rows in (("users", USERS), ("items", ITEMS), ("feedback", FEEDBACK)):
            write(f"{name}.jsonl", rows)
        for language, code in blocks(PAGE, but=EXPORT):
            output = run(language, code.replace("http://localhost:8000", address).replace("genre_...", key))
            key = output.strip() if "create_api_key" in code else key
            outputs.append(output)
    return outputs


def test_the_page_can_be_followed(outputs: list[str]) -> None:
    imported, key, recommended, by_curl = outputs
    assert imported.splitlines()[0] == "users: 2 new, 0 changed, 0 unchanged, 0 refused"
    assert key.startswith("genre_")
    assert "unlisted" in recommended
    assert "unlisted" in json.loads(by_curl)
    assert Interaction.objects.filter(catalog=Catalog.objects.get(slug="shop"), kind__name="star").get().value == 4.0


def test_the_page_names_every_address() -> None:

    routes = {str(pattern.pattern).split("/")[0] for pattern in urlpatterns}
    assert not [route for route in routes if f"/{route}" not in PAGE]
