"""Interactions written by many at the same moment: each stored once, and everybody answered."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from catalog.models import Catalog, Item
from recommender.models import Interaction, InterestCache
from recommender.services.api_keys import make_key
from recommender.services.catalogs import open_catalog
from recommender.services.interaction_rows import InteractionRow, interaction_parser
from recommender.services.interaction_writing import record_interactions
from recommender.services.interactions import record_interaction
from recommender.services.recommending import recommend
from recommender.services.written_rows import Outcome, Refusal, RowRefused, WrittenRow
from tests.conftest import MakeItem
from tests.recommender.api.sending import send
from tests.recommender.services.elsewhere import elsewhere
from tests.recommender.services.statements import statements
from tests.recommender.services.together import all_at_once
from tests.recommender.trained import train_clusters
from tests.recommender.worker.processes import wait_until
from users.models import Profile

THREADS, TIMES = 20, 10
MOMENT = datetime(2026, 6, 1, 11, 45, tzinfo=UTC)


def row(number: int = 0, **fields: Any) -> InteractionRow:
    return InteractionRow(number, **{"profile": "alice", "item": "film", "kind": "view", **fields})


@pytest.fixture
def film(make_item: MakeItem) -> Item:
    return make_item("film")


class TestAlone:
    @pytest.fixture(autouse=True)
    def _there(self, alice: Profile, film: Item) -> None:
        pass

    def test_answers_come_in_the_order_of_rows(self, catalog: Catalog) -> None:
        rows = [row(0), row(1, item="none"), row(2, sequence=1), row(3, profile="nobody")]
        answers = record_interactions(catalog=catalog, rows=rows)
        assert [(one.index, one.outcome) for one in answers] == [
            (0, Outcome.CREATED),
            (1, Outcome.REFUSED),
            (2, Outcome.CREATED),
            (3, Outcome.REFUSED),
        ]
        assert {one.pk for one in answers if one.pk} == set(Interaction.objects.values_list("pk", flat=True))

    def test_all_three_identities_are_known_in_one_call(self, catalog: Catalog) -> None:
        rows = [row(0, external_id="e"), row(1, occurred_at=MOMENT), row(2, sequence=5)]
        first = record_interactions(catalog=catalog, rows=rows)
        again = record_interactions(catalog=catalog, rows=[one._replace(value=2.0) for one in rows])
        assert [one.outcome for one in again] == [Outcome.UPDATED] * 3
        assert [one.pk for one in again] == [one.pk for one in first]
        assert list(Interaction.objects.values_list("value", flat=True)) == [2.0] * 3

    def test_what_was_recorded_on_the_site_is_the_same_interaction(
        self, catalog: Catalog, alice: Profile, film: Item
    ) -> None:
        stored, _ = record_interaction(profile=alice, item=film, kind="view", occurred_at=MOMENT, value=1)
        (answer,) = record_interactions(catalog=catalog, rows=[row(occurred_at=MOMENT, value=1)])
        assert (answer.outcome, answer.pk) == (Outcome.UNCHANGED, stored.pk)

    def test_without_a_time_the_same_identifier_keeps_the_first(self, catalog: Catalog) -> None:
        record_interactions(catalog=catalog, rows=[row(external_id="e")], now=MOMENT)
        (again,) = record_interactions(catalog=catalog, rows=[row(external_id="e")], now=timezone.now())
        assert again.outcome == Outcome.UNCHANGED
        assert Interaction.objects.get().occurred_at == MOMENT

    def test_what_is_not_said_again_stays(self, catalog: Catalog) -> None:
        record_interactions(
            catalog=catalog, rows=[row(external_id="e", details={"a": 1}, occurred_at=MOMENT, sequence=4)]
        )
        record_interactions(catalog=catalog, rows=[row(external_id="e", value=9.0)])
        stored = Interaction.objects.get()
        assert (stored.details, stored.occurred_at, stored.sequence) == ({"a": 1}, MOMENT, 4)
        assert stored.value == 9.0

    def test_identifiers_of_another_catalog_are_free(self, catalog: Catalog, other_catalog: Catalog) -> None:
        Item.objects.create(catalog=other_catalog, external_id="film", title="x")
        Profile.objects.create(catalog=other_catalog, external_id="alice")
        for one in (catalog, other_catalog):
            (answer,) = record_interactions(catalog=one, rows=[row(external_id="e")])
            assert answer.outcome == Outcome.CREATED

    def test_profile_is_made_for_what_can_be_stored_alone(self, catalog: Catalog) -> None:
        rows = [row(0, profile="a", item="none"), row(1, profile="b"), row(2, profile="c", kind="none")]
        answers = record_interactions(catalog=catalog, rows=rows, create_missing=True)
        assert [one.refusal for one in answers] == [Refusal.UNKNOWN, None, Refusal.UNKNOWN]
        assert set(Profile.objects.values_list("external_id", flat=True)) == {"alice", "b"}

    def test_new_rows_cost_one_statement(self, catalog: Catalog) -> None:
        rows = [row(number, sequence=number) for number in range(50)]
        assert len(statements(lambda: record_interactions(catalog=catalog, rows=rows))) == 1

    def test_record_with_many_mistakes_tells_them_all(self) -> None:
        parse = interaction_parser(MOMENT)
        with pytest.raises(RowRefused) as caught:
            parse(0, {"profile": "", "value": "x", "sequence": 2**63})
        assert [mistake.field for mistake in caught.value.mistakes] == ["profile", "value", "sequence", "item", "kind"]


@pytest.mark.django_db(transaction=True)
class TestTogether:
    @pytest.fixture
    def catalog(self, transactional_db: None) -> Catalog:
        catalog = open_catalog(slug="films")
        Item.objects.create(catalog=catalog, external_id="film", title="Film")
        Item.objects.create(catalog=catalog, external_id="other", title="Other")
        return catalog

    @pytest.mark.parametrize(
        "identity", [{"external_id": "same"}, {"occurred_at": "2026-06-01T11:45:00Z"}, {"sequence": 1}]
    )
    def test_many_identical_ones_are_one_row_and_nobody_sees_a_fault(
        self, catalog: Catalog, identity: dict[str, Any]
    ) -> None:
        _key, secret = make_key(catalog=catalog, scopes=["write:interactions"])
        sent = {"profile": "alice", "item": "film", "kind": "rating", "value": 4, **identity}

        def post(_number: int) -> list[int]:
            client = Client(headers={"X-API-Key": secret})
            where = "interactions?create_missing=profiles"
            return [send(client, "post", where, sent).status_code for _time in range(TIMES)]

        statuses = Counter(status for answers in all_at_once(THREADS, post) for status in answers)
        assert statuses == {201: 1, 200: THREADS * TIMES - 1}
        assert (Interaction.objects.count(), Profile.objects.count()) == (1, 1)

    def test_same_rows_in_other_orders_never_wait_for_each_other(self, catalog: Catalog) -> None:
        rows = [row(number, profile=f"p{number % 7}", external_id=f"e{number}") for number in range(60)]

        def write(number: int) -> Counter[Outcome]:
            order = rows if number % 2 else rows[::-1]
            sent = [one._replace(row_number=place, value=float(number)) for place, one in enumerate(order)]
            return Counter(one.outcome for one in record_interactions(catalog=catalog, rows=sent, create_missing=True))

        outcomes = sum(all_at_once(8, write), Counter[Outcome]())
        assert outcomes[Outcome.CREATED] == 60
        assert outcomes[Outcome.REFUSED] == 0
        assert Interaction.objects.count() == 60

    def test_what_somebody_is_storing_now_is_waited_for(self, catalog: Catalog) -> None:
        profile = Profile.objects.create(catalog=catalog, external_id="alice")
        item = Item.objects.get(external_id="film")

        def store() -> None:
            record_interaction(profile=profile, item=item, kind="view", external_id="e", value=1)

        def write() -> list[WrittenRow]:
            try:
                return record_interactions(catalog=catalog, rows=[row(external_id="e", value=2.0)])
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool, elsewhere(store) as other:
            waiting = pool.submit(write)
            wait_until(somebody_waits, 30)
            other.commit()
            (answer,) = waiting.result(30)
        assert answer.outcome == Outcome.UPDATED
        assert Interaction.objects.get().value == 2.0

    @pytest.mark.parametrize("what", [Profile, Item])
    def test_what_is_being_deleted_is_waited_for_and_then_unknown(
        self, catalog: Catalog, what: type[Profile] | type[Item]
    ) -> None:
        Profile.objects.create(catalog=catalog, external_id="alice")
        Profile.objects.create(catalog=catalog, external_id="bob")
        named = {Profile: "alice", Item: "film"}[what]

        def delete() -> None:
            what.objects.filter(external_id=named).delete()

        def write() -> list[WrittenRow]:
            try:
                rows = [row(0), row(1, profile="bob", item="other")]
                return record_interactions(catalog=catalog, rows=rows)
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool, elsewhere(delete) as other:
            waiting = pool.submit(write)
            wait_until(somebody_waits, 30)
            other.commit()
            answers = waiting.result(30)
        assert [one.refusal for one in answers] == [Refusal.UNKNOWN, None]


def somebody_waits() -> bool:
    """Whether a statement waits for somebody else's transaction now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return bool(cursor.fetchone()[0])


def test_cached_interest_goes_with_the_history_that_it_was_made_of(catalog: Catalog) -> None:
    """The triggers see these writes as any other."""
    made = train_clusters(catalog, items_each=6, people_each=6, likes_each=4)
    item = made.items["kitchen"][0]
    profile = Profile.objects.create(catalog=catalog, external_id="alice")
    sent = row(item=item.external_id, kind="like", external_id="e")
    for value in (1.0, 2.0):
        record_interactions(catalog=catalog, rows=[sent._replace(value=value, sequence=1)])
        assert not InterestCache.objects.filter(profile=profile).exists()
        recommend(catalog=catalog, profile=profile, k=3)
        assert InterestCache.objects.filter(profile=profile).exists()
