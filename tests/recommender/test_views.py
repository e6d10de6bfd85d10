"""The home page: what it shows, to whom, in which language, at which cost."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Catalog, Item
from recommender.models import EmbeddingSpace, Slate
from recommender.services.answering import LONGEST_STATEMENT
from tests.conftest import MakeItem, MakeProfile, act, embed_all
from users.models import Profile, User


@pytest.fixture
def items(catalog: Catalog, space: EmbeddingSpace, make_item: MakeItem) -> dict[str, Item]:
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
    return re.findall(r"<h3>(.*?)</h3>", html)


def test_visitor_sees_what_is_popular_and_that_it_is_not_personal(client: Client, stella: Profile) -> None:
    html = page(client)

    assert titles(html)[0] == "Rockets and planets"
    assert "For nobody in particular" in html
    assert "Nothing is known about the person yet: this is what is popular." in html
    assert "These profiles are simulated: they stand for nobody." in html


def test_through_simulated_eyes_the_list_is_theirs_with_reason_and_parts(client: Client, stella: Profile) -> None:
    html = page(client, profile="sim-stella")

    assert titles(html)[0] == "Planets and stars and rockets"
    assert "Rockets and planets" not in titles(html)
    assert "For Stella" in html
    assert "Because you liked “Rockets and planets”." in html
    assert "Film · 1968 · Science fiction" in html
    assert "A slow journey." in html
    assert re.search(r'<rect class="part-history" x="0.00" width="100.00"', html)
    score = Slate.objects.get().results[0]["score"]
    assert f"score {score:.2f}" in html
    assert f"history {score:.2f}" in html


def test_own_words_rank_and_are_quoted(client: Client, stella: Profile) -> None:
    html = page(client, statement="piano in the evening")

    assert titles(html)[0] == "Quiet piano in the evening"
    assert "For these words" in html
    assert "“piano in the evening”" in html


def test_profiles_own_statement_is_quoted(client: Client, make_profile: MakeProfile, items: dict[str, Item]) -> None:
    make_profile("sim-quiet", name="Quinn", simulated=True, statement="Quiet evenings.")
    assert "“Quiet evenings.”" in page(client, profile="sim-quiet")


class TestRealPeople:
    """Nobody sees anything of a person who is not simulated, whoever asks."""

    @pytest.mark.parametrize("visitor", ["stranger", "charlie", "operator"])
    def test_are_not_offered_and_not_answered_for(
        self, client: Client, stella: Profile, real_alice: Profile, charlie: User, operator: User, visitor: str
    ) -> None:
        if visitor != "stranger":
            client.force_login({"charlie": charlie, "operator": operator}[visitor])

        assert "alice" not in page(client).casefold()
        refused = client.get("/", {"profile": "alice"})

        assert refused.status_code == 400
        html = refused.content.decode()
        assert titles(html) == []
        assert "There is no such simulated profile here." in html
        assert not Slate.objects.filter(profile=real_alice).exists()

    def test_look_like_people_who_do_not_exist(self, client: Client, stella: Profile, real_alice: Profile) -> None:
        real = client.get("/", {"profile": "alice"})
        unknown = client.get("/", {"profile": "nobody"})

        assert (real.status_code, unknown.status_code) == (400, 400)
        assert self.comparable(real.content.decode()) == self.comparable(unknown.content.decode())

    @staticmethod
    def comparable(html: str) -> str:
        """Without the form's token, and without the address that the language switch returns to."""
        return re.sub(r'name="(csrfmiddlewaretoken|next)" value="[^"]*"', "", html)

    def test_simulated_people_of_another_catalog_are_not_offered(
        self, client: Client, stella: Profile, other_catalog: Catalog
    ) -> None:
        Profile.objects.create(catalog=other_catalog, external_id="sim-dora", simulated=True)
        assert client.get("/", {"profile": "sim-dora"}).status_code == 400


class TestCatalogs:
    @pytest.fixture(autouse=True)
    def _dishes(self, stella: Profile, other_catalog: Catalog) -> None:
        """A catalog of real people beside the showcase."""
        Item.objects.create(catalog=other_catalog, external_id="soup", title="Secret soup")

    def test_without_simulated_profiles_are_hidden_from_visitors(self, client: Client, charlie: User) -> None:
        for _ in range(2):
            assert "Dishes" not in page(client)
            refused = client.get("/", {"catalog": "dishes"})
            assert refused.status_code == 404
            assert "Secret soup" not in refused.content.decode()
            client.force_login(charlie)

    def test_staff_sees_all_of_them(self, client: Client, operator: User) -> None:
        client.force_login(operator)
        html = page(client, catalog="dishes")

        assert titles(html) == ["Secret soup"]
        assert re.search(r'<a href="\?catalog=dishes" aria-current="page">Dishes</a>', html)
        assert '<a href="?catalog=films">Films</a>' in html

    def test_are_offered_once_there_are_two_to_show(self, client: Client, other_catalog: Catalog) -> None:
        assert '<nav class="catalogs"' not in page(client)
        Profile.objects.create(catalog=other_catalog, external_id="sim-dora", simulated=True)
        assert '<nav class="catalogs"' in page(client)

    def test_unknown_one_is_not_found(self, client: Client) -> None:
        refused = client.get("/", {"catalog": "<b>moon</b>\x00"})
        assert refused.status_code == 404
        assert "There is no catalog “&lt;b&gt;moon&lt;/b&gt;" in refused.content.decode()


class TestEmpty:
    def test_page_names_the_command_that_fills_it(self, client: Client, db: None) -> None:
        html = page(client)
        assert "There is nothing to recommend yet" in html
        assert "<code>./run demo</code>" in html

    def test_catalog_without_items_counts_as_none(self, client: Client, make_profile: MakeProfile) -> None:
        make_profile("sim-early", simulated=True)
        assert "There is nothing to recommend yet" in page(client)

    def test_visitors_are_told_when_no_catalog_is_open(self, client: Client, items: dict[str, Item]) -> None:
        html = page(client)
        assert "Nothing here is open to visitors" in html
        assert "Rockets" not in html
        assert '<a href="/admin/login/?next=/">' in html


class TestWords:
    def test_of_the_greatest_length_are_taken(self, client: Client, stella: Profile) -> None:
        assert client.get("/", {"statement": "字" * LONGEST_STATEMENT}).status_code == 200

    def test_too_many_are_refused_in_words(self, client: Client, stella: Profile) -> None:
        refused = client.get("/", {"statement": "x" * (LONGEST_STATEMENT + 1)})

        assert refused.status_code == 400
        assert "Please say it in 500 characters or fewer; these are 501." in refused.content.decode()
        assert not Slate.objects.exists()

    def test_line_break_counts_once_as_in_the_browser(self, client: Client, stella: Profile) -> None:
        lines = "\r\n".join(["x" * 99] * 5)
        assert client.get("/", {"statement": lines + "x"}).status_code == 200

    def test_nul_is_refused(self, client: Client, stella: Profile) -> None:
        assert client.get("/", {"statement": "a\x00b"}).status_code == 400
        assert client.get("/", {"profile": "a\x00b"}).status_code == 400


def test_everything_from_outside_is_escaped(
    client: Client, catalog: Catalog, space: EmbeddingSpace, make_item: MakeItem, make_profile: MakeProfile
) -> None:
    evil = "<script>alert(1)</script>"
    profile = make_profile(evil, name=evil, simulated=True, statement=f"rockets {evil}")
    act(profile, make_item("liked", title=f"rockets {evil}"))
    facts = {"kind": evil, "categories": [f"{evil}s"], "attributes": {"year": evil}}
    make_item("other", title=f"rockets {evil} again", description=evil, **facts)
    embed_all(space)
    catalog.name = evil
    catalog.save()

    html = page(client, profile=evil) + page(client, statement=f"rockets {evil}")

    assert "<script" not in html
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;") > 10


class TestLanguages:
    def test_browser_that_prefers_chinese_gets_chinese(self, client: Client, stella: Profile) -> None:
        html = page(client, language="zh-CN,zh;q=0.9,en;q=0.5", profile="sim-stella")

        assert '<html lang="zh-hans">' in html
        assert titles(html)[0] == "行星与火箭"
        for words in ("接下来想看点什么？", "电影 · 1968 · 科幻", "缓慢的旅程。", "因为你喜欢“Rockets and planets”。"):
            assert words in html

    def test_switch_keeps_the_question_and_the_choice(self, client: Client, stella: Profile) -> None:
        asked = "/?profile=sim-stella"
        assert 'name="next" value="/?profile=sim-stella"' in page(client, asked)

        switched = client.post("/i18n/setlang/", {"language": "zh-hans", "next": asked})

        assert (switched.status_code, switched.headers["Location"]) == (302, asked)
        assert '<html lang="zh-hans">' in page(client, asked, language="en")

    def test_switch_leads_nowhere_else(self, client: Client, db: None) -> None:
        switched = client.post("/i18n/setlang/", {"language": "en", "next": "https://evil.example/"})
        assert switched.headers["Location"] == "/"


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_page_is_only_read(client: Client, db: None, method: str) -> None:
    assert getattr(client, method)("/").status_code == 405


def test_more_items_and_profiles_cost_no_more_queries(
    client: Client, stella: Profile, space: EmbeddingSpace, make_item: MakeItem, make_profile: MakeProfile
) -> None:
    def grow(name: str) -> None:
        for number in range(30):
            make_item(f"{name}-{number}", title=f"More {name} {number}", kind="film", categories=["Film"])
            make_profile(f"sim-{name}-{number}", simulated=True)
        embed_all(space)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert len(titles(page(client, profile="sim-stella"))) == 20
        return len(captured)

    grow("rockets")
    queries()  # The first answer makes the month's partition.
    few = queries()
    grow("planets")
    assert queries() == few <= 18


def test_page_needs_nothing_from_elsewhere_and_no_script(client: Client, stella: Profile) -> None:
    html = page(client, profile="sim-stella")
    sheets = [Path(settings.BASE_DIR, "static/genre", name).read_text() for name in ("tokens.css", "site.css")]

    assert "<script" not in html
    assert not re.search(r"""(src|href|action)="(https?:)?//""", html)
    assert not re.search(r"url\(|@import", "".join(sheets))


def test_colours_and_sizes_come_from_the_tokens_alone() -> None:
    sheet = Path(settings.BASE_DIR, "static/genre/site.css").read_text()
    tokens = Path(settings.BASE_DIR, "static/genre/tokens.css").read_text()

    assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", sheet)
    defined = set(re.findall(r"(--[a-z0-9-]+):", tokens + sheet))
    assert set(re.findall(r"var\((--[a-z0-9-]+)", sheet)) <= defined
    assert len(re.findall(r"^  --part-", tokens, re.MULTILINE)) == 5
