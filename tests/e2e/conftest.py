"""Chromium, the site that it is shown, and browsers of visitors and operators."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, StorageState, sync_playwright
from pytest_django import DjangoDbBlocker

from benchmarks.page_places import sign_in_operator
from catalog.models import Catalog, Item
from genre_site.cli.chromium import WHAT_TO_DO, find_chromium
from tests.e2e.served_site import open_clusters, open_showcase, served_site
from tests.recommender.trained import Clusters
from users.models import User

NewPage = Callable[..., Page]

# Nothing takes so long; a busy machine is slow.
PATIENCE_MILLISECONDS = 20_000
DESKTOP = {"width": 1280, "height": 900}
PASSWORD = "correct horse battery"
# What Chromium writes of an answer that a test asks for on purpose.
EXPECTED_COMPLAINT = "Failed to load resource"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    mine = [item for item in items if here in item.path.parents]
    for item in mine:
        # pytest-django makes the test database for tests that say so, and else leaves the one of the settings in place.
        item.add_marker(pytest.mark.django_db)
    if mine and find_chromium() is None:
        for item in mine:
            item.add_marker(pytest.mark.skip(reason=f"no Chromium runs here: {WHAT_TO_DO}"))


@pytest.fixture(scope="package", autouse=True)
def _orm_beside_playwright() -> Iterator[None]:
    """playwright keeps a loop running in this thread, and Django takes its calls for calls from within the loop."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield


@pytest.fixture(scope="package")
def address(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """What fixtures of a package write is committed, and seen by the server; what a test writes is not."""
    with django_db_blocker.unblock(), served_site() as url:
        yield url


@pytest.fixture(scope="package")
def showcase(address: str) -> Catalog:
    return open_showcase()


@pytest.fixture(scope="package")
def clusters(address: str) -> Clusters:
    """For visitors; what operators change is changed elsewhere."""
    return open_clusters("films")


@pytest.fixture(scope="package")
def bare(address: str) -> Catalog:
    """One work, of which there is no embedding yet."""
    catalog = Catalog.objects.create(slug="bare", name="Bare", on_site=True)
    Item.objects.create(catalog=catalog, external_id="alone", title="Alone")
    return catalog


@pytest.fixture(scope="package")
def chromium(address: str) -> Iterator[Browser]:
    """Closed before the site is, whose connections it keeps."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium())
        yield browser
        browser.close()
        # Beside a running loop, Django's connections are others than before and after it.
        connections.close_all()


@pytest.fixture
def new_page(chromium: Browser, address: str) -> Iterator[NewPage]:
    """Each page is another person's browser. Whatever a browser complains of fails the test: a refused script, too."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and EXPECTED_COMPLAINT not in message.text:
            complaints.append(f"{message.location.get('url')}: {message.text}")

    def make(**options: Any) -> Page:
        context = chromium.new_context(**{"base_url": address, "locale": "en", "viewport": DESKTOP, **options})
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        contexts.append(context)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(new_page: NewPage) -> Page:
    return new_page()


@pytest.fixture(params=[True, False], ids=["javascript", "no-javascript"])
def either_page(request: pytest.FixtureRequest, new_page: NewPage) -> Page:
    """Once with JavaScript and once without."""
    return new_page(java_script_enabled=request.param)


@pytest.fixture(scope="package")
def chief(address: str) -> User:
    """An operator that the server knows, too; `operator` is known to a test alone."""
    return User.objects.create_superuser("chief@example.com", PASSWORD)


@pytest.fixture(scope="package")
def operators_session(chromium: Browser, address: str, chief: User) -> StorageState:
    """What a browser keeps of somebody who has signed in through the form."""
    with chromium.new_context(locale="en") as context:
        sign_in_operator(context.new_page(), address, chief.email, PASSWORD)
        return context.storage_state()


@pytest.fixture
def operators_page(new_page: NewPage, operators_session: StorageState) -> Page:
    page = new_page(storage_state=operators_session)
    page.goto("/admin/")
    return page
