"""The admin's frame: its places by concern, its language, its files."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from genre_site.unfold import UNFOLD
from users.models import User


def places(client: Client) -> dict[str, list[str]]:
    """The names that somebody sees, by group."""
    groups = client.get("/admin/").context["sidebar_navigation"]
    seen = {
        str(group["title"]): [str(one["title"]) for one in group["items"] if one["has_permission"]] for group in groups
    }
    return {title: names for title, names in seen.items() if names}


def test_places_are_grouped_by_concern(staff: Client) -> None:
    seen = places(staff)
    groups = ["", "Catalog", "People", "Recommendations", "Embeddings and models", "Programs", "Measurements"]
    assert list(seen) == groups
    assert seen["Recommendations"] == ["Scenarios", "Scoring configurations", "Slates"]


def test_every_list_of_the_admin_has_its_place(staff: Client) -> None:
    links = {str(item["link"]) for group in UNFOLD["SIDEBAR"]["navigation"] for item in group["items"]}
    lists = {model["admin_url"] for app in staff.get("/admin/").context["available_apps"] for model in app["models"]}
    assert lists <= links


def test_nobody_sees_places_that_are_closed_to_them(
    client: Client, charlie: User, as_staff: Callable[..., None]
) -> None:
    as_staff(charlie, "view_item", "change_scenario")
    client.force_login(charlie)
    assert places(client) == {
        "": ["Overview", "To the site"],
        "Catalog": ["Items"],
        "Recommendations": ["Scenarios"],
        "Programs": ["Reference of the API"],
    }


@pytest.mark.parametrize("page", ["", "recommender/scenario/", "recommender/scoringconfig/", "catalog/catalog/"])
def test_page_loads_nothing_from_elsewhere_and_has_no_style_or_script_of_its_own(staff: Client, page: str) -> None:
    html = staff.get(f"/admin/{page}").content.decode()
    assert not re.findall(r"""(?:src|href)=["'](?:https?:)?//[^"']*""", html)
    assert not re.findall(r"<style", html)
    assert not re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", html)
    assert "/static/genre/admin.css" in html


def test_language_is_switched(staff: Client) -> None:
    html = staff.get("/admin/").content.decode()
    assert "简体中文" in html
    staff.post("/i18n/setlang/", {"language": "zh-hans", "next": "/admin/"})
    html = staff.get("/admin/").content.decode()
    assert '<html lang="zh-hans"' in html
    assert 'href="/"' in html


def test_colours_of_both_scales_are_all_there() -> None:
    """Unfold's own are taken out of the page: one that were missing would be no colour at all."""
    found = finders.find("genre/admin.css")
    assert isinstance(found, str)
    with open(found, encoding="utf-8") as file:
        css = file.read()
    steps = ["50", *(str(hundred * 100) for hundred in range(1, 10)), "950"]
    for scale in ("base", "primary"):
        for step in steps:
            assert f"--color-{scale}-{step}: #" in css
