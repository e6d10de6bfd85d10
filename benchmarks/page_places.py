"""The pages of the site and of the admin by name, and how a visitor comes to have all of them.

Pictures are taken of these, and axe looks at them: a page that is added here gets both.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from django.urls import reverse
from playwright.sync_api import Page

from catalog.models import Catalog, Item
from recommender.models import EmbeddingSpace, RankingModel, Scenario, ScoringConfig, Slate
from recommender.views.visitors import simulated_profiles

PICKS = 5
WORDS = "Slow films about the sea and quiet piano, 安静的音乐"
NONSENSE = "qxqxq"


@dataclass(frozen=True)
class Place:
    name: str
    path: str


def newcomers_places(catalog: str) -> list[Place]:
    """What is open to somebody of whom nothing is known."""
    of_catalog = f"/c/{catalog}"
    return [
        Place("home-newcomer", f"{of_catalog}/"),
        Place("welcome", f"{of_catalog}/welcome"),
        Place("search-start", f"{of_catalog}/search"),
        Place("search-no-words", f"{of_catalog}/search?q={quote(NONSENSE)}"),
        Place("profile-empty", f"{of_catalog}/profile"),
        Place("sign-in", reverse("account_login")),
        Place("sign-up", reverse("account_signup")),
        Place("password-reset", reverse("account_reset_password")),
        Place("password-reset-done", reverse("account_reset_password_done")),
        Place("password-new", reverse("account_reset_password_from_key", args=["1", "x-x"])),
        Place("api-reference", reverse("recommender:api:reference")),
        Place("not-found", "/nowhere"),
    ]


def become_known(page: Page, url: str, catalog: str) -> None:
    """Choose works and say something, as a newcomer does."""
    page.goto(f"{url}/c/{catalog}/welcome")
    for choice in page.locator("input[name=item]").all()[:PICKS]:
        choice.check()
    page.locator("textarea[name=statement]").fill(WORDS)
    page.locator("form.page button[type=submit]").click()
    page.wait_for_url(f"{url}/c/{catalog}/")


def known_places(page: Page, url: str, catalog: str) -> list[Place]:
    """What somebody has who said what they like: their list, and the pages that lead on from it."""
    of_catalog = f"/c/{catalog}"
    page.goto(f"{url}{of_catalog}/")
    return [
        Place("home", f"{of_catalog}/"),
        Place("more", _href(page, "#more a")),
        Place("item", _href(page, ".card .title a")),
        Place("why", _href(page, ".card a.why")),
        Place("search", f"{of_catalog}/search?q={quote('科幻太空')}"),
        Place("profile", f"{of_catalog}/profile"),
        Place("erase", f"{of_catalog}/profile/erase"),
    ]


def simulated_places(catalog: Catalog) -> list[Place]:
    """Through the eyes of a simulated person."""
    person = simulated_profiles(catalog).first()
    return [] if person is None else [Place("home-eyes", f"/c/{catalog.slug}/?as={quote(person.external_id)}")]


def operators_places(catalog: Catalog) -> list[Place]:
    """The admin's pages of GENRE's own, and what of the site is for those who signed in; long lists are narrowed."""
    home = Scenario.objects.get(catalog=catalog, name=Scenario.HOME)
    versions = ScoringConfig.objects.filter(scenario=home).order_by("-version")
    newest, active = versions.first(), versions.filter(state=ScoringConfig.State.ACTIVE).first()
    space = EmbeddingSpace.objects.get(catalog=catalog, serving=True)
    other = EmbeddingSpace.objects.filter(catalog=catalog, serving=False).first()
    item = Item.objects.filter(catalog=catalog, hidden=False).order_by("pk").first()
    person = simulated_profiles(catalog).first()
    slate = Slate.objects.filter(profile=person).order_by("-created_at").first() if person else None
    model = RankingModel.objects.filter(catalog=catalog).order_by("-pk").first()
    config, form = "recommender_scoringconfig", reverse("admin:recommender_scoringconfig_add")
    named = f"?profile={quote(person.external_id)}" if person else ""
    searched = f"?q={quote(person.external_id)}" if person else ""
    places = [
        Place("admin-overview", reverse("admin:index")),
        Place("admin-scenarios", reverse("admin:recommender_scenario_changelist")),
        Place("admin-configuration-form", f"{form}?scenario={home.pk}"),
        Place("admin-versions", reverse(f"admin:{config}_changelist")),
        Place("admin-items", reverse("admin:catalog_item_changelist") + "?q=star"),
        Place("admin-profiles", reverse("admin:users_profile_changelist") + searched),
        Place("admin-spaces", reverse("admin:recommender_embeddingspace_changelist")),
        Place("admin-space", _change("recommender_embeddingspace", space.pk)),
        Place("admin-space-form", reverse("admin:recommender_embeddingspace_add")),
        Place("admin-slates", reverse("admin:recommender_slate_changelist") + searched),
        Place("admin-keys", reverse("admin:recommender_apikey_changelist")),
        Place("admin-key-form", reverse("admin:recommender_apikey_add")),
        Place("admin-erasures", reverse("admin:users_erasure_changelist")),
        Place("password-change", reverse("account_change_password")),
        Place("sign-out", reverse("account_logout")),
        Place("profile-signed-in", f"/c/{catalog.slug}/profile"),
    ]
    if newest and active:
        places.append(Place("admin-version", _change(config, newest.pk)))
        places.append(Place("admin-preview", reverse(f"admin:{config}_preview", args=[newest.pk]) + named))
    if other:
        compared = reverse("admin:recommender_embeddingspace_compare")
        places.append(Place("admin-comparison", f"{compared}?first={space.pk}&second={other.pk}"))
    rows = {
        "item": ("catalog_item", item),
        "profile": ("users_profile", person),
        "slate": ("recommender_slate", slate),
        "model": ("recommender_rankingmodel", model),
    }
    return places + [Place(f"admin-{name}", _change(of, row.pk)) for name, (of, row) in rows.items() if row]


def sign_in_operator(page: Page, url: str, email: str, password: str) -> None:
    page.goto(f"{url}/admin/login/?next=/admin/")
    page.locator("input[name=username]").fill(email)
    page.locator("input[name=password]").fill(password)
    page.locator("button[type=submit]").click()
    page.wait_for_url(f"{url}/admin/")


def _change(model: str, key: object) -> str:
    return reverse(f"admin:{model}_change", args=[key])


def _href(page: Page, selector: str) -> str:
    address = page.locator(selector).first.get_attribute("href")
    if address is None:
        raise ValueError(f"{page.url} has no link {selector}")
    return address
