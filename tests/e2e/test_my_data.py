"""A visitor downloads what is known of them, and has it erased; with JavaScript and without."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.reading import expect_announced, home_of
from tests.recommender.trained import Clusters


def test_visitor_downloads_and_erases_their_data(either_page: Page, clusters: Clusters) -> None:
    page, home = either_page, home_of(clusters.catalog.slug)
    page.goto(f"{home}items/orbit-1")
    page.get_by_role("button", name="Like “orbit 1”", exact=True).click()
    expect_announced(page, "You like “orbit 1”")
    page.goto(f"{home}profile")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download my data").click()
    document = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    (interactions,) = (section for section in document["sections"] if section["name"] == "interactions")
    assert [row["item"]["title"] for row in interactions["rows"]] == ["orbit 1"]

    page.get_by_role("link", name="Erase my data").click()
    page.get_by_label("Yes, erase all of it").check()
    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_role("heading", name="Your data is erased")).to_be_visible()
    page.goto(f"{home}profile")
    expect(page.get_by_text("Nothing is known of you yet.")).to_be_visible()
