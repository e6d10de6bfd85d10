"""Ids of erased people are known again, by whoever has the secret alone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from catalog.models import Catalog
from users.models import Tombstone, Way
from users.tombstones import accept_consent, bury, erased_among, has_tombstones

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
ID = "customer-7"


@pytest.fixture
def buried(catalog: Catalog) -> Catalog:
    bury(catalog_id=catalog.pk, external_id=ID, now=NOON)
    return catalog


def test_erased_id_is_known_again_in_its_catalog_alone(buried: Catalog, other_catalog: Catalog) -> None:
    assert erased_among(buried.pk, ["customer-8", ID, "Customer-7"]) == {ID}
    assert erased_among(other_catalog.pk, [ID]) == set()
    assert (has_tombstones(buried.pk), has_tombstones(other_catalog.pk)) == (True, False)


def test_consent_lifts_it_and_is_recorded(buried: Catalog) -> None:
    assert accept_consent(catalog_id=buried.pk, external_ids=[ID, "customer-8"], way=Way.API, now=NOON) == 1
    assert erased_among(buried.pk, [ID]) == set()
    stone = Tombstone.objects.get()
    assert (stone.consented_at, stone.consent_by) == (NOON, "api")
    assert accept_consent(catalog_id=buried.pk, external_ids=[ID], way=Way.COMMAND, now=NOON) == 0
    assert Tombstone.objects.get().consent_by == "api"


def test_erased_again_consent_is_void(buried: Catalog) -> None:
    accept_consent(catalog_id=buried.pk, external_ids=[ID], way=Way.API, now=NOON)
    bury(catalog_id=buried.pk, external_id=ID, now=NOON)
    assert erased_among(buried.pk, [ID]) == {ID}
    assert Tombstone.objects.get().consented_at is None


def test_digest_tells_nothing_without_the_secret(buried: Catalog, settings: Settings) -> None:
    digest = Tombstone.objects.get().digest
    settings.SECRET_KEY = "another secret of fifty characters and more, 0123456789"
    bury(catalog_id=buried.pk, external_id=ID, now=NOON)
    assert set(Tombstone.objects.values_list("digest", flat=True)) > {digest}


def test_former_secret_is_understood_as_long_as_it_is_named(buried: Catalog, settings: Settings) -> None:
    former = settings.SECRET_KEY
    settings.SECRET_KEY = "another secret of fifty characters and more, 0123456789"
    assert erased_among(buried.pk, [ID]) == set()
    settings.SECRET_KEY_FALLBACKS = [former]
    assert erased_among(buried.pk, [ID]) == {ID}
    assert accept_consent(catalog_id=buried.pk, external_ids=[ID], way=Way.API, now=NOON) == 1
    assert erased_among(buried.pk, [ID]) == set()


def test_erased_again_under_a_new_secret_takes_one_consent(buried: Catalog, settings: Settings) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret of fifty characters and more, 0123456789"
    bury(catalog_id=buried.pk, external_id=ID, now=NOON)
    accept_consent(catalog_id=buried.pk, external_ids=[ID], way=Way.API, now=NOON)
    assert erased_among(buried.pk, [ID]) == set()


@pytest.mark.parametrize("count", [1, 1_000])
def test_asking_takes_one_query_whatever_the_number(
    buried: Catalog, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        assert erased_among(buried.pk, [ID, *map(str, range(count))]) == {ID}
    with django_assert_num_queries(0):
        assert erased_among(buried.pk, []) == set()
