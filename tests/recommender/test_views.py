"""The home page: which catalogs it shows, to whom, in which language, and that nothing comes from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from catalog.models import Catalog, Item
from recommender.models import EmbeddingSpace, Slate
from tests.conftest import MakeItem, MakeProfile, act, embed_all
from users.models import Profile, User

STYLES = Path(settings.BASE_DIR, "static/genre")
SITE_SHEETS = ("site.css", "cards.css", "welcome.css")


@pytest.fixture
def items(catalog: Catalog, space: EmbeddingSpace, make_item: MakeItem) -> dict[str, Item]:
    catalog.on_site = True
    catalog.save()
    made = {
        "space-1": make_item("space-1", title="Rockets and planets", description="Planets far away."),
        "space-2": make_item(
            "space-2",
            title="Planets and stars and rockets",
            description="A slow journey.",
            kind="film",
            categories=["Film", "Science fiction"],
            attributes={"year": 1968},
            translations={
                "zh-hans": {"title": "行星与火箭", "description": "缓慢的旅程。", "categories": ["电影", "科幻"]}
            },
        ),
        "piano": make_item("piano", title="Quiet piano in the evening"),
    }
    embed_all(space)
    return made


@pytest.fixture
def stella(make_profile: MakeProfile, items: dict[str, Item]) -> Profile:
    """A simulated profile, which likes the first film about space."""
    profile = make_profile("sim-stella", name="Stella", simulated=True)
    act(profile, items["space-1"])
    return profile


@pytest.fixture
def real_alice(alice: Profile, items: dict[str, Item]) -> Profile:
    """A real person, whose likes are nobody's business."""
    act(alice, items["piano"])
    return alice


def page(client: Client, path: str = "/", language: str = "en", **query: str) -> str:
    answered = client.get(path, query, headers={"Accept-Language": language})
    assert answered.status_code == 200
    return answered.content.decode()


def titles(html: str) -> list[str]:
    return re.findall(r'<h3 class="title">\s*<a [^>]*>(.*?)</a>', html)


class TestRealPeople:
    """Nobody sees anything of a person who is not simulated, whoever asks."""

    @pytest.mark.parametrize("visitor", ["stranger", "charlie", "operator"])
    def test_are_not_offered_and_not_looked_through(
        self, client: Client, stella: Profile, real_alice: Profile, charlie: User, operator: User, visitor: str
    ) -> None:
        if visitor != "stranger":
            client.force_login({"charlie": charlie, "operator": operator}[visitor])

        assert "alice" not in page(client).casefold()
        for eyes in ("alice", "nobody", "a\x00b"):
            assert client.get("/", {"as": eyes}).status_code == 404
        assert not Slate.objects.filter(profile=real_alice).exists()

    def test_simulated_people_of_another_catalog_are_not_offered(
        self, client: Client, stella: Profile, other_catalog: Catalog
    ) -> None:
        Profile.objects.create(catalog=other_catalog, external_id="sim-dora", simulated=True)
        assert client.get("/", {"as": "sim-dora"}).status_code == 404
        assert "sim-dora" not in page(client)


class TestCatalogs:
    @pytest.fixture(autouse=True)
    def _dishes(self, stella: Profile, other_catalog: Catalog) -> None:
        """A catalog that is not on the site, beside one that is."""
        Item.objects.create(catalog=other_catalog, external_id="soup", title="Secret soup")

    def test_that_are_not_on_the_site_are_hidden_from_visitors(self, client: Client, charlie: User) -> None:
        for _ in range(2):
            assert "Dishes" not in page(client)
            refused = client.get("/c/dishes/")
            assert refused.status_code == 404
            assert "Secret soup" not in refused.content.decode()
            client.force_login(charlie)

    def test_staff_sees_all_of_them(self, client: Client, operator: User) -> None:
        client.force_login(operator)
        html = page(client, "/c/dishes/")

        assert titles(html) == ["Secret soup"]
        assert re.search(r'<a href="/c/dishes/"\s+aria-current="page">Dishes</a>', html)
        assert re.search(r'<a href="/c/films/"\s*>Films</a>', html)

    def test_are_offered_once_there_are_two_to_show(self, client: Client, other_catalog: Catalog) -> None:
        assert '<nav class="catalogs"' not in page(client)
        Catalog.objects.filter(pk=other_catalog.pk).update(on_site=True)
        assert '<nav class="catalogs"' in page(client)

    def test_first_one_is_at_the_root(self, client: Client, other_catalog: Catalog) -> None:
        assert titles(page(client)) == titles(page(client, "/c/films/"))
        Catalog.objects.filter(pk=other_catalog.pk).update(on_site=True)
        assert titles(page(client)) == ["Secret soup"]

    def test_unknown_one_is_not_found(self, client: Client) -> None:
        assert client.get("/c/moon/").status_code == 404


class TestEmpty:
    def test_page_names_the_command_that_fills_it(self, client: Client, db: None) -> None:
        html = page(client)
        assert "There is nothing to recommend yet" in html
        assert "<code>./run demo</code>" in html

    def test_catalog_without_items_counts_as_none(self, client: Client, catalog: Catalog) -> None:
        Catalog.objects.filter(pk=catalog.pk).update(on_site=True)
        assert "There is nothing to recommend yet" in page(client)

    def test_visitors_are_told_when_no_catalog_is_open(
        self, client: Client, items: dict[str, Item], catalog: Catalog
    ) -> None:
        Catalog.objects.filter(pk=catalog.pk).update(on_site=False)
        html = page(client)
        assert "Nothing here is open to visitors" in html
        assert "Rockets" not in html
        assert '<a href="/admin/login/?next=/">' in html


def test_everything_from_outside_is_escaped(
    client: Client, catalog: Catalog, space: EmbeddingSpace, make_item: MakeItem, make_profile: MakeProfile
) -> None:
    evil = "<b>\"'alert(1)</b>"
    catalog.on_site, catalog.name = True, evil
    catalog.save()
    profile = make_profile(evil, name=evil, simulated=True, statement=f"rockets {evil}")
    act(profile, make_item("liked", title=f"rockets {evil}"))
    facts = {"kind": evil, "categories": [f"{evil}s"], "attributes": {"year": evil}}
    make_item(f"{evil} other", title=f"rockets {evil} again", description=evil, image_url=f"https://x/{evil}", **facts)
    embed_all(space)

    html = page(client, **{"as": evil}) + page(client) + page(client, "/c/films/welcome")

    assert "<b>" not in html
    assert "\"'alert" not in html
    assert html.count("&lt;b&gt;&quot;&#x27;alert(1)&lt;/b&gt;") > 10


class TestLanguages:
    def test_browser_that_prefers_chinese_gets_chinese(self, client: Client, stella: Profile) -> None:
        html = page(client, language="zh-CN,zh;q=0.9,en;q=0.5", **{"as": "sim-stella"})

        assert '<html lang="zh-hans">' in html
        assert titles(html)[0] == "行星与火箭"
        for words in ("接下来想看点什么？", "电影 · 1968 · 科幻", "因为你喜欢“Rockets and planets”。"):
            assert words in html

    def test_switch_keeps_the_page_and_the_choice(self, client: Client, stella: Profile) -> None:
        asked = "/?as=sim-stella"
        assert 'name="next" value="/?as=sim-stella"' in page(client, asked)

        switched = client.post("/i18n/setlang/", {"language": "zh-hans", "next": asked})

        assert (switched.status_code, switched.headers["Location"]) == (302, asked)
        assert '<html lang="zh-hans">' in page(client, asked, language="en")

    def test_switch_leads_nowhere_else(self, client: Client, db: None) -> None:
        switched = client.post("/i18n/setlang/", {"language": "en", "next": "https://evil.example/"})
        assert switched.headers["Location"] == "/"


@pytest.mark.parametrize("method", ["post", "put", "delete"])
@pytest.mark.parametrize("path", ["/", "/c/films/", "/c/films/more"])
def test_page_is_only_read(client: Client, items: dict[str, Item], method: str, path: str) -> None:
    assert getattr(client, method)(path).status_code == 405


def test_page_needs_nothing_from_elsewhere_and_runs_nothing_inline(client: Client, stella: Profile) -> None:
    html = page(client) + page(client, "/c/films/welcome")
    scripts = re.findall(r"<script[^>]*>", html)

    assert scripts
    assert all(re.search(r' src="/static/[^"]+" defer', script) for script in scripts)
    assert not re.search(r"<script[^>]*>[^<]", html)
    assert not re.search(r"""\s(style|on[a-z]+)=""", html)
    assert not re.search(r"""(src|href|action)="(https?:)?//""", html)
    assert not re.search(
        r"url\(|@import", "".join((STYLES / name).read_text() for name in (*SITE_SHEETS, "tokens.css"))
    )


@pytest.mark.parametrize("name", SITE_SHEETS)
def test_colours_and_sizes_come_from_the_tokens_alone(name: str) -> None:
    sheet, tokens = (STYLES / name).read_text(), (STYLES / "tokens.css").read_text()

    assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", sheet)
    defined = set(re.findall(r"(--[a-z0-9-]+):", tokens + sheet))
    assert set(re.findall(r"var\((--[a-z0-9-]+)", sheet)) <= defined


def test_each_cover_scheme_has_its_colours_in_light_and_dark() -> None:
    light, dark = (STYLES / "tokens.css").read_text().split("@media", 1)
    for scheme in range(8):
        assert f"--cover-{scheme}: #" in light
        assert f"--cover-{scheme}-ink: #" in light
        assert f"--cover-{scheme}: #" in dark
        assert f".cover-scheme-{scheme} {{" in (STYLES / "cards.css").read_text()
