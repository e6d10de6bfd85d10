"""A catalog whose items stand where a test puts them."""

from __future__ import annotations

import pytest

from catalog.models import Catalog
from tests.recommender.services.arranging import Plane, open_plane


@pytest.fixture
def plane(catalog: Catalog) -> Plane:
    return open_plane(catalog)
