"""GET /api/v1/scenarios."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Catalog
from recommender.engine.settings import ScoringSettings
from recommender.models import ScoringConfig
from recommender.services.scoring_configs import activate, create_version
from tests.recommender.api.conftest import MakeProgram

ADDRESS = "/api/v1/scenarios"


def test_each_is_told_with_its_active_version(program: MakeProgram, catalog: Catalog, other_catalog: Catalog) -> None:
    version = create_version(scenario=catalog.scenarios.get(name="home"), settings=ScoringSettings())
    activate(version)
    catalog.scenarios.create(name="mail")
    body = program("read").get(ADDRESS).json()
    assert [(one["name"], one["active_version"]) for one in body["results"]] == [
        ("home", 2),
        ("mail", None),
        ("similar", 1),
    ]
    assert body["next"] is None


def test_one_is_told_with_its_settings(program: MakeProgram, catalog: Catalog) -> None:
    client = program("read")
    said = client.get(f"{ADDRESS}/home").json()
    assert said["settings"] == ScoringConfig.objects.get(scenario__name="home").settings
    assert said["activated_at"] is not None
    assert client.get(f"{ADDRESS}/moon").status_code == 404


def test_cost_does_not_grow(program: MakeProgram, catalog: Catalog) -> None:
    client = program("read")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(ADDRESS).status_code == client.get(f"{ADDRESS}/home").status_code == 200
        return len(captured)

    few = queries()
    for number in range(10):
        catalog.scenarios.create(name=f"mail-{number}")
    assert queries() == few <= 6
