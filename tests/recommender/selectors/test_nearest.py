"""The list is full, and right, however much of the catalogue is filtered away or has been seen."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from numpy.typing import NDArray

from recommender.engine.settings import FilterSettings, InterestSettings, ScoringSettings
from recommender.selectors.nearest import EXACT_ROWS, nearest_item_ids
from recommender.services.recommending import recommend
from recommender.services.scoring_configs import activate, create_version
from tests.recommender.selectors.conftest import ITEMS, LargeCatalog, random_directions
from users.models import Profile

pytestmark = pytest.mark.django_db

# What an HNSW query does by itself: it looks at so many neighbours, then filters.
DEFAULT_EF_SEARCH = 40
EVERYTHING = FilterSettings()
SHARES = {"tenth": 0.1, "hundredth": 0.01, "thousandth": 0.001}


def within(share: str) -> FilterSettings:
    return FilterSettings(categories=[share])


def rows_within(share: str) -> NDArray[np.bool_]:
    return np.asarray(np.arange(1, ITEMS + 1) % round(1 / SHARES[share]) == 0)


def rows_without(large: LargeCatalog, excluded: Collection[int]) -> NDArray[np.bool_]:
    return ~np.isin(large.item_ids, list(excluded))


def nearest(
    large: LargeCatalog, *, limit: int, filters: FilterSettings = EVERYTHING, excluded: Collection[int] = ()
) -> list[int]:
    return nearest_item_ids(large.space, large.query, limit=limit, filters=filters, excluded_ids=excluded)


def recall(found: list[int], exact: list[int]) -> float:
    return len(set(found) & set(exact)) / len(exact)


def mean_recall(large: LargeCatalog, *, limit: int, seen: int = 0) -> float:
    """Of several queries, the nearest `seen` of each being excluded; every list is full."""
    recalls = []
    for query in random_directions(8, rng=np.random.default_rng(8)):
        asked = large.asked_for(query)
        exact = asked.exact()[: seen + limit]
        found = nearest(asked, limit=limit, excluded=exact[:seen])
        assert len(found) == len(set(found)) == limit
        assert not set(found) & set(exact[:seen])
        recalls.append(recall(found, exact[seen:]))
    return sum(recalls) / len(recalls)


def plain_hnsw_query(
    large: LargeCatalog, *, limit: int, condition: str, parameters: list[list[str] | list[int]]
) -> list[int]:
    """What a filtered query through the index answers without an iterative scan."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL hnsw.iterative_scan = off; SET LOCAL hnsw.ef_search = {DEFAULT_EF_SEARCH}")
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute(
            f"SELECT embedding.item_id FROM recommender_itemembedding embedding "  # noqa: S608 - no text from outside
            f"JOIN catalog_item item ON item.id = embedding.item_id "
            f"WHERE embedding.space_id = {large.space.pk} AND {condition} "
            f"ORDER BY embedding.vector::halfvec({large.space.dimension}) <=> %s::halfvec({large.space.dimension}) "
            f"LIMIT {limit}",
            [*parameters, str(large.query.tolist())],
        )
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.parametrize("share", SHARES)
def test_filtered_hnsw_query_by_itself_silently_returns_too_few_rows(large_catalog: LargeCatalog, share: str) -> None:
    enough = min(20, int(rows_within(share).sum()))
    by_itself = plain_hnsw_query(large_catalog, limit=20, condition="item.categories && %s", parameters=[[share]])
    assert len(by_itself) < enough
    assert len(nearest(large_catalog, limit=20, filters=within(share))) == enough


def test_hnsw_query_by_itself_returns_nothing_where_the_nearest_were_seen(large_catalog: LargeCatalog) -> None:
    seen = large_catalog.exact()[:500]
    by_itself = plain_hnsw_query(
        large_catalog, limit=20, condition="NOT embedding.item_id = ANY(%s)", parameters=[seen]
    )
    assert by_itself == []
    assert len(nearest(large_catalog, limit=20, excluded=seen)) == 20


@pytest.mark.parametrize("limit", [10, 30, 210])
def test_unfiltered_list_is_full_and_nearly_exact(large_catalog: LargeCatalog, limit: int) -> None:
    assert mean_recall(large_catalog, limit=limit) >= 0.95


@pytest.mark.parametrize("limit", [30, 210])
def test_nearest_500_being_seen_leaves_the_next_ones(large_catalog: LargeCatalog, limit: int) -> None:
    assert mean_recall(large_catalog, limit=limit, seen=500) >= 0.95


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("limit", [5, 30, 210])
def test_filter_is_answered_exactly(large_catalog: LargeCatalog, share: str, limit: int) -> None:
    exact = large_catalog.exact(rows_within(share))[:limit]
    assert nearest(large_catalog, limit=limit, filters=within(share)) == exact
    assert len(exact) == min(limit, int(rows_within(share).sum()))


@pytest.mark.parametrize("share", SHARES)
def test_filter_beside_500_seen_is_answered_exactly(large_catalog: LargeCatalog, share: str) -> None:
    seen = large_catalog.exact()[:500]
    allowed = rows_within(share) & rows_without(large_catalog, seen)
    found = nearest(large_catalog, limit=30, filters=within(share), excluded=seen)
    assert found == large_catalog.exact(allowed)[:30]


def test_whole_filter_being_seen_leaves_nothing(large_catalog: LargeCatalog) -> None:
    seen = large_catalog.exact(rows_within("thousandth"))
    assert nearest(large_catalog, limit=30, filters=within("thousandth"), excluded=seen) == []


def test_filter_that_nothing_passes(large_catalog: LargeCatalog) -> None:
    assert nearest(large_catalog, limit=30, filters=FilterSettings(kinds=["opera"])) == []


def test_more_than_the_catalogue_has_is_all_of_it(large_catalog: LargeCatalog) -> None:
    found = nearest(large_catalog, limit=ITEMS + 100)
    assert sorted(found) == large_catalog.item_ids.tolist()
    rows = np.searchsorted(large_catalog.item_ids, found)
    similarities = large_catalog.vectors[rows] @ large_catalog.query
    # pgvector adds up in single precision and divides by the length, which half precision leaves a little off 1.
    assert similarities == pytest.approx(np.sort(similarities)[::-1], abs=2e-3)


def test_all_but_a_few_being_seen_leaves_those(large_catalog: LargeCatalog) -> None:
    exact = large_catalog.exact()
    assert nearest(large_catalog, limit=30, excluded=exact[:-7]) == exact[-7:]


def test_filter_that_leaves_many_rows_is_full_and_nearly_exact(large_catalog: LargeCatalog) -> None:
    large_catalog.catalog.items.update(kind="film")
    assert ITEMS > EXACT_ROWS
    found = nearest(large_catalog, limit=30, filters=FilterSettings(kinds=["film"]))
    assert len(found) == 30
    assert recall(found, large_catalog.exact()[:30]) >= 0.9


def test_hidden_items_are_passed_over(large_catalog: LargeCatalog) -> None:
    hidden = large_catalog.exact()[:100]
    large_catalog.catalog.items.filter(pk__in=hidden).update(hidden=True)
    found = nearest(large_catalog, limit=210)
    assert len(found) == 210
    assert not set(found) & set(hidden)
    assert recall(found, large_catalog.exact()[100:310]) >= 0.95


def test_unfiltered_query_goes_through_the_spaces_index(large_catalog: LargeCatalog) -> None:
    with CaptureQueriesContext(connection) as captured:
        nearest(large_catalog, limit=30)
    (ranking,) = [query["sql"] for query in captured if "<=>" in query["sql"]]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL hnsw.iterative_scan = relaxed_order; SET LOCAL hnsw.ef_search = 200")
        cursor.execute(f"EXPLAIN {ranking}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert f"Index Scan using {large_catalog.space.index_name}" in plan


def test_settings_of_the_scan_do_not_outlive_their_transaction(large_catalog: LargeCatalog) -> None:
    with transaction.atomic():
        nearest(large_catalog, limit=30)
        transaction.set_rollback(True)
    with connection.cursor() as cursor:
        cursor.execute("SHOW hnsw.iterative_scan")
        assert cursor.fetchone() == ("off",)


def test_person_who_saw_the_500_nearest_gets_the_next_ones(large_catalog: LargeCatalog) -> None:
    """The whole way: what was seen comes from interactions, what is wanted from a like."""
    catalog, liked = large_catalog.catalog, int(large_catalog.item_ids[17])
    activate(
        create_version(
            scenario=catalog.scenarios.get(name="home"),
            settings=ScoringSettings(interest=InterestSettings(kind_weights={"view": 0})),
        )
    )
    alike = large_catalog.vectors @ large_catalog.vectors[17]
    order = [int(large_catalog.item_ids[row]) for row in np.argsort(-alike)]
    assert order[0] == liked
    alice = Profile.objects.create(catalog=catalog, external_id="alice")
    kinds = dict(catalog.interaction_kinds.values_list("name", "pk"))
    alice.interactions.bulk_create(
        alice.interactions.model(
            catalog=catalog, profile=alice, item_id=item_id, kind_id=kinds["view"], sequence=number
        )
        for number, item_id in enumerate(order[:500])
    )
    alice.interactions.create(catalog=catalog, item_id=liked, kind_id=kinds["like"], sequence=500)

    answer = recommend(catalog=catalog, profile=alice, k=20)

    found = catalog.items.filter(external_id__in=[result.item_id for result in answer.results])
    assert len(answer.results) == 20
    assert recall(list(found.values_list("pk", flat=True)), order[500:520]) >= 0.9
    assert {result.reason for result in answer.results} == {"Because you liked “Item 18”."}
