"""The admin's first page: what came in, what waits, what is degraded, and to whom each of it is shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Catalog
from recommender.admin import dashboard
from recommender.models import EmbeddingSpace, ScoringConfig
from recommender.services.embedding_queue import failed_jobs, open_jobs
from recommender.services.recommending import recommend
from tests.conftest import MakeItem, MakeProfile, act, embed_all
from tests.recommender.admin.conftest import fail, messages
from tests.recommender.services.ranking_versions import activated, begun, ranking_rows, some_items
from users.models import Profile, User

RETRY_ALL = "/admin/recommender/embeddingspace/retry-all/"


@pytest.fixture(autouse=True)
def machinery(monkeypatch: pytest.MonkeyPatch) -> dict[str, bool]:
    """Whether the broker and a worker answer; no test waits for them."""
    there = {"broker": True, "worker": True}
    monkeypatch.setattr(dashboard, "broker_answers", lambda: there["broker"])
    monkeypatch.setattr(dashboard, "worker_answers", lambda _seconds: there["worker"])
    return there


def first_page(client: Client, **headers: str) -> Any:
    answered = client.get("/admin/", headers=headers or None)
    assert answered.status_code == 200
    return answered


def sentences(client: Client) -> list[str]:
    return [sentence for sentence, _link in first_page(client).context["problems"]]


class TestCharts:
    def test_each_has_its_numbers_in_a_table(
        self, staff: Client, catalog: Catalog, alice: Profile, make_item: MakeItem
    ) -> None:
        act(alice, make_item("one"))
        act(alice, make_item("two"))
        recommend(catalog=catalog, profile=alice)

        answered = first_page(staff)

        charts = {chart.title: (chart.total, chart.bars[-1].count) for chart in answered.context["charts"]}
        assert charts == {
            "Interactions recorded": ("2", "2"),
            "Answers given": ("1", "1"),
            "Items added": ("2", "2"),
            "Profiles added": ("1", "1"),
        }
        html = answered.content.decode()
        assert html.count('<th scope="col">Count</th>') == 4
        assert html.count("<rect") == 4 * 30

    def test_highest_day_fills_the_picture_and_an_empty_one_has_no_bar(
        self, staff: Client, make_item: MakeItem
    ) -> None:
        make_item("one")
        chart = next(chart for chart in first_page(staff).context["charts"] if chart.key == "item")
        assert (chart.bars[-1].y, chart.bars[-1].height) == ("0.00", "60.00")
        assert {bar.height for bar in chart.bars[:-1]} == {"0.00"}


class TestDegraded:
    def test_nothing_is_said_where_nothing_lacks(
        self, staff: Client, space: EmbeddingSpace, make_item: MakeItem
    ) -> None:
        make_item("item")
        embed_all(space)
        assert sentences(staff) == []
        assert "Nothing that you may see is degraded." in first_page(staff).content.decode()

    def test_broker_and_worker(self, staff: Client, machinery: dict[str, bool], db: None) -> None:
        machinery["worker"] = False
        assert sentences(staff)[0].startswith("No worker answers:")
        machinery["broker"] = False
        assert sentences(staff)[0].startswith("The broker does not answer:")
        assert "cannot be asked" in first_page(staff).content.decode()

    def test_space_that_is_not_filled_and_items_that_failed(
        self, staff: Client, space: EmbeddingSpace, make_item: MakeItem
    ) -> None:
        fail(space, make_item("ill"))
        assert sentences(staff) == [
            "1 item of “hashing” (Films) could not be embedded.",
            "Films: the serving space is not filled; popular items fill the lists.",
        ]
        EmbeddingSpace.objects.filter(pk=space.pk).update(serving=False)
        assert "Films: no embedding space serves; words and texts are not used." in sentences(staff)

    def test_rankings(self, staff: Client, catalog: Catalog, space: EmbeddingSpace) -> None:
        activated(catalog, ranking_rows(some_items(catalog, 3)))
        embed_all(space)
        failed = begun(catalog)
        type(failed).objects.filter(pk=failed.pk).update(state="failed", error="no memory")
        assert sentences(staff) == ["Films: the last training failed."]

        other = EmbeddingSpace.objects.create(catalog=catalog, name="other", backend="hashing", dimension=32)
        embed_all(other)
        EmbeddingSpace.objects.filter(pk=space.pk).update(serving=False)
        EmbeddingSpace.objects.filter(pk=other.pk).update(serving=True)
        assert sentences(staff)[0].startswith("Films: texts alone rank, since the active version was trained on")

    def test_settings_and_answers(
        self, staff: Client, catalog: Catalog, space: EmbeddingSpace, make_item: MakeItem
    ) -> None:
        make_item("item")
        embed_all(space)
        scenario = catalog.scenarios.get(name="home")
        ScoringConfig.objects.filter(scenario=scenario).update(state="retired")
        ScoringConfig.objects.create(
            catalog=catalog, scenario=scenario, version=2, settings={"colour": 1}, state=ScoringConfig.State.ACTIVE
        )
        recommend(catalog=catalog)
        assert sentences(staff) == [
            "Films: the active configuration of “home” cannot be read; the defaults are used.",
            "Films: of the last day’s newest 1 answers 1 were degraded (the configuration could not be read).",
        ]

    def test_links_lead_where_it_can_be_mended(self, staff: Client, space: EmbeddingSpace, make_item: MakeItem) -> None:
        fail(space, make_item("ill"))
        links = [link for _sentence, link in first_page(staff).context["problems"]]
        assert links == [
            f"/admin/recommender/embeddingjob/?space__id__exact={space.pk}",
            f"/admin/recommender/embeddingspace/?catalog__id__exact={space.catalog_id}",
        ]
        assert [staff.get(link).status_code for link in links] == [200, 200]


class TestBacklog:
    def test_failed_items_are_retried_in_all_spaces(
        self, staff: Client, space: EmbeddingSpace, other_catalog: Catalog, make_item: MakeItem
    ) -> None:
        other = other_catalog.embedding_spaces.get()
        fail(space, make_item("ill"))
        fail(other, make_item("bad", catalog=other_catalog))
        assert f'action="{RETRY_ALL}"' in first_page(staff).content.decode()

        answered = staff.post(RETRY_ALL, follow=True)

        assert answered.redirect_chain == [("/admin/", 302)]
        assert messages(answered).startswith("2 items are tried again.")
        assert [(failed_jobs(pk), open_jobs(pk)) for pk in (space.pk, other.pk)] == [(0, 1), (0, 1)]
        assert RETRY_ALL not in first_page(staff).content.decode()

    def test_looking_retries_nothing(self, staff: Client, space: EmbeddingSpace, make_item: MakeItem) -> None:
        fail(space, make_item("ill"))
        assert staff.get(RETRY_ALL).status_code == 405
        assert failed_jobs(space.pk) == 1


class TestStandings:
    def test_active_and_last_versions_are_shown(self, staff: Client, catalog: Catalog) -> None:
        activated(catalog, ranking_rows(some_items(catalog, 3)))
        begun(catalog)
        html = re.sub(r"\s+", " ", first_page(staff).content.decode())
        assert ">v1</a>" in html
        assert "v2 · being trained ·" in html
        assert "home v1 · similar v1" in html


class TestRights:
    def test_whoever_may_only_look_retries_nothing(
        self, viewer: Client, space: EmbeddingSpace, make_item: MakeItem
    ) -> None:
        fail(space, make_item("ill"))
        page = first_page(viewer)
        assert len(page.context["charts"]) == 4
        assert RETRY_ALL not in page.content.decode()
        assert viewer.post(RETRY_ALL).status_code == 403
        assert failed_jobs(space.pk) == 1

    def test_each_part_is_shown_to_those_who_may_see_what_it_counts(
        self, client: Client, charlie: User, as_staff: Callable[..., None], space: EmbeddingSpace, make_item: MakeItem
    ) -> None:
        fail(space, make_item("ill"))
        client.force_login(charlie)
        as_staff(charlie)
        page = first_page(client)
        assert page.context["charts"] == page.context["standings"] == page.context["backlogs"] == []
        assert page.context["problems"] == []

        as_staff(charlie, "view_item", "view_embeddingspace")
        page = first_page(client)
        assert [chart.key for chart in page.context["charts"]] == ["item"]
        # Failed items are listed for those who may see jobs.
        assert page.context["problems"] == [("1 item of “hashing” (Films) could not be embedded.", "")]

    def test_charlie_is_sent_to_the_door(self, client: Client, charlie: User) -> None:
        client.force_login(charlie)
        assert client.get("/admin/").headers["Location"].startswith("/admin/login/")
        assert client.post(RETRY_ALL).headers["Location"].startswith("/admin/login/")


def test_number_of_queries_does_not_depend_on_how_much_there_is(
    staff: Client, catalog: Catalog, space: EmbeddingSpace, make_item: MakeItem, make_profile: MakeProfile
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            first_page(staff)
        return len(captured)

    act(make_profile("first"), make_item("first"))
    embed_all(space)
    queries()
    few = queries()
    for number in range(5):
        profile = make_profile(f"more-{number}")
        act(profile, make_item(f"more-{number}"))
        recommend(catalog=catalog, profile=profile)
    fail(space, make_item("ill"))
    assert queries() == few


def test_speaks_chinese(staff: Client, space: EmbeddingSpace, make_item: MakeItem) -> None:
    fail(space, make_item("ill"))
    html = first_page(staff, **{"Accept-Language": "zh-CN"}).content.decode()
    main = html[html.index('<div class="genre-page dashboard"') :]
    words = re.sub(r"<[^>]*>|&\w+;", " ", main[: main.rindex("</section>")])
    assert re.findall("[A-Za-z]{2,}", re.sub("hashing|Films|home|similar", "", words)) == []
