"""The profile page: everything that is known of the visitor, and theirs alone to change."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from catalog.models import Catalog, Item
from recommender.models import EmbeddingSpace, Interaction, Slate
from recommender.services.recommending import recommend
from tests.conftest import MakeItem, MakeProfile, act, embed_all
from tests.recommender.services.statements import statements
from tests.recommender.views.browsing import browser_of, put_on_site, read, said_after, signed_in, words_of
from users.models import Profile, User

PAGE, WORDS, SWITCH, FORGET = (
    "/c/films/profile",
    "/c/films/profile/words",
    "/c/films/profile/personalisation",
    "/c/films/profile/forget",
)
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def items(catalog: Catalog, space: EmbeddingSpace, make_item: MakeItem) -> dict[str, Item]:
    put_on_site(catalog)
    made = {
        "rockets": make_item("rockets", title="Rockets and planets", translations={"zh-hans": {"title": "火箭与行星"}}),
        "stars": make_item("stars", title="Planets and stars and rockets"),
        "piano": make_item("piano", title="Quiet piano in the evening"),
    }
    embed_all(space)
    return made


@pytest.fixture
def browser(alice: Profile) -> Client:
    """Alice's."""
    return browser_of(alice)


def history(html: str) -> list[str]:
    rows = re.findall(r'<li class="history-row">.*?<a href="[^"]*">(.*?)</a>', html, flags=re.DOTALL)
    return [row.strip() for row in rows]


class TestWithoutProfile:
    def test_page_says_how_to_begin_and_makes_none(self, client: Client) -> None:
        said = words_of(read(client, PAGE))
        assert "Nothing is known of you yet." in said
        assert "Choose works that you like" in said
        assert "History" not in said
        assert not Profile.objects.exists()

    def test_words_begin_one(self, client: Client, catalog: Catalog) -> None:
        said = said_after(client, WORDS, {"statement": "quiet piano"})
        assert said == "Your words are saved."
        own = Profile.objects.get()
        assert (own.statement, own.catalog, own.simulated) == ("quiet piano", catalog, False)
        assert ">\nquiet piano</textarea>" in read(client, PAGE)

    def test_nothing_can_be_forgotten(self, client: Client, charlie: User) -> None:
        for stranger in (client, signed_in(charlie)):
            assert stranger.post(FORGET, {"interaction": "1"}).status_code == 404
        assert not Profile.objects.exists()


class TestWords:
    def test_are_shown_saved_and_ranked_by_at_once(self, browser: Client, catalog: Catalog, alice: Profile) -> None:
        browser.post(WORDS, {"statement": "piano in the evening"})
        alice.refresh_from_db()
        assert recommend(catalog=catalog, profile=alice).results[0].item_id == "piano"
        assert "piano in the evening</textarea>" in read(browser, PAGE)

    def test_may_be_taken_back(self, browser: Client, alice: Profile) -> None:
        Profile.objects.update(statement="piano")
        assert said_after(browser, WORDS, {"statement": "  "}) == "Your words are removed."
        alice.refresh_from_db()
        assert alice.statement == ""

    def test_too_many_are_refused_and_stay_in_the_field(self, browser: Client, alice: Profile) -> None:
        refused = browser.post(WORDS, {"statement": "字" * 501}, headers={"Accept-Language": "en"})
        assert refused.status_code == 400
        html = refused.content.decode()
        assert "Please say it in 500 characters or fewer; these are 501." in html
        assert "字" * 501 in html
        alice.refresh_from_db()
        assert alice.statement == ""

    def test_line_break_counts_once_and_nul_is_refused(self, browser: Client) -> None:
        lines = "\r\n".join(["x" * 99] * 5)
        assert browser.post(WORDS, {"statement": lines + "x"}).status_code == 302
        assert browser.post(WORDS, {"statement": "a\x00b"}).status_code == 400


class TestPersonalisation:
    def test_is_switched_off_and_on_with_what_that_means(
        self, browser: Client, catalog: Catalog, alice: Profile, items: dict[str, Item]
    ) -> None:
        act(alice, items["rockets"])
        assert "It is on: recommendations are made from what you did and said." in read(browser, PAGE)

        assert "Personalisation is off" in said_after(browser, SWITCH, {"personalise": "off"})
        alice.refresh_from_db()
        assert recommend(catalog=catalog, profile=alice).basis == "popular"
        html = read(browser, PAGE)
        assert "It is off: you see what is popular and new" in html
        assert "nothing is learned from them" in html
        assert history(html) == ["Rockets and planets"]

        assert "Personalisation is on" in said_after(browser, SWITCH, {"personalise": "on"})
        alice.refresh_from_db()
        assert recommend(catalog=catalog, profile=alice).basis == "history"


class TestHistory:
    def test_is_shown_newest_first_with_kind_and_time(
        self, browser: Client, alice: Profile, items: dict[str, Item]
    ) -> None:
        act(alice, items["rockets"], "rating", value=4.5, occurred_at=NOON)
        act(alice, items["piano"], "dislike", occurred_at=NOON + timedelta(hours=1))
        html = read(browser, PAGE)
        assert history(html) == ["Quiet piano in the evening", "Rockets and planets"]
        said = words_of(html)
        assert "not for me · May 1, 2026, 1 p.m." in said
        assert "rated 4.5 · May 1, 2026, noon" in said
        assert history(read(browser, PAGE, language="zh-hans"))[1] == "火箭与行星"

    def test_fifty_on_a_page(self, browser: Client, alice: Profile, make_item: MakeItem) -> None:
        for number in range(53):
            act(alice, make_item(f"film-{number:02}"), occurred_at=NOON + timedelta(minutes=number))
        first, second = (history(read(browser, PAGE, page=page)) for page in ("1", "2"))
        assert (len(first), first[0]) == (50, "film 52")
        assert second == ["film 02", "film 01", "film 00"]
        assert history(read(browser, PAGE, page="nonsense")) == first
        assert history(read(browser, PAGE, page="99")) == second

    def test_numbers_say_how_much_is_known(
        self, browser: Client, catalog: Catalog, alice: Profile, items: dict[str, Item]
    ) -> None:
        act(alice, items["rockets"])
        act(alice, items["rockets"], "view")
        act(alice, items["piano"])
        recommend(catalog=catalog, profile=alice)
        said = words_of(read(browser, PAGE))
        assert "Entries 3 liked 2 · viewed 1 Different works 2" in said
        assert "Lists kept 1 that you were shown" in said

    def test_hidden_item_can_be_removed_but_not_looked_at(
        self, browser: Client, alice: Profile, items: dict[str, Item]
    ) -> None:
        act(alice, items["rockets"])
        Item.objects.update(hidden=True)
        Item.objects.filter(external_id="piano").update(hidden=False)
        html = read(browser, PAGE)
        assert "Rockets and planets" in words_of(html)
        assert "/items/rockets" not in html
        assert 'name="interaction"' in html

    def test_empty_one_says_what_will_be_here(self, browser: Client) -> None:
        said = words_of(read(browser, PAGE))
        assert "Empty. What you like, save or put aside is listed here" in said
        assert "Nothing yet. “Save” beside a work keeps it here." in said


class TestForgetting:
    def test_changes_the_next_list_and_can_be_undone(
        self, browser: Client, catalog: Catalog, alice: Profile, items: dict[str, Item]
    ) -> None:
        interaction = act(alice, items["rockets"], occurred_at=NOON)
        answered = browser.post(FORGET, {"interaction": str(interaction.pk)}, follow=True)
        html = answered.content.decode()

        assert answered.redirect_chain == [(PAGE, 302)]
        assert "“Rockets and planets” (liked) is removed." in html
        assert history(html) == []
        assert recommend(catalog=catalog, profile=alice).basis == "popular"

        token = re.search(r'name="undo" value="([^"]*)"', html)
        assert token is not None
        assert said_after(browser, FORGET, {"undo": token[1]}) == "It is in your history again."
        assert Interaction.objects.get(profile=alice).occurred_at == NOON
        assert recommend(catalog=catalog, profile=alice).basis == "history"

    def test_second_click_says_that_it_is_gone(self, browser: Client, alice: Profile, items: dict[str, Item]) -> None:
        interaction = act(alice, items["rockets"])
        browser.post(FORGET, {"interaction": str(interaction.pk)}, follow=True)
        assert said_after(browser, FORGET, {"interaction": str(interaction.pk)}) == "It is no longer in your history."

    @pytest.mark.parametrize("undo", ["", "forged", "a:b:c"])
    def test_undo_that_was_not_given_out_does_nothing(self, browser: Client, undo: str) -> None:
        assert said_after(browser, FORGET, {"undo": undo}) == "This can no longer be undone."
        assert not Interaction.objects.exists()

    @pytest.mark.parametrize("named", ["", "x", "²", "-1"])
    def test_what_is_no_interaction_is_not_found(self, browser: Client, named: str) -> None:
        assert browser.post(FORGET, {"interaction": named}).status_code == 404

    def test_number_beyond_all_of_them_is_gone(self, browser: Client) -> None:
        assert said_after(browser, FORGET, {"interaction": "9" * 40}) == "It is no longer in your history."

    def test_all_of_it_only_after_a_confirmation(
        self, browser: Client, catalog: Catalog, alice: Profile, bob: Profile, items: dict[str, Item]
    ) -> None:
        for item in items.values():
            act(alice, item)
        act(bob, items["piano"])
        recommend(catalog=catalog, profile=alice)

        assert "Nothing is removed" in said_after(browser, FORGET, {"all": "yes"})
        assert Interaction.objects.filter(profile=alice).count() == 3
        said = said_after(browser, FORGET, {"all": "yes", "confirmed": "yes"})
        assert said == "Your history of 3 entries is removed."
        assert not Interaction.objects.filter(profile=alice).exists()
        assert not Slate.objects.filter(profile=alice).exists()
        assert Interaction.objects.filter(profile=bob).count() == 1

    def test_leads_back_to_where_it_was_asked_for_and_never_elsewhere(
        self, browser: Client, alice: Profile, items: dict[str, Item]
    ) -> None:
        for wanted, reached in (("/c/films/search?q=x", "/c/films/search?q=x"), ("https://evil.example/", PAGE)):
            interaction = act(alice, items["rockets"])
            answered = browser.post(FORGET, {"interaction": str(interaction.pk), "next": wanted})
            assert answered["Location"] == reached

    def test_form_without_its_token_is_refused(self, alice: Profile, items: dict[str, Item]) -> None:
        careful = browser_of(alice, enforce_csrf_checks=True)
        interaction = act(alice, items["rockets"])
        for address, posted in ((FORGET, {"interaction": str(interaction.pk)}), (WORDS, {}), (SWITCH, {})):
            assert careful.post(address, posted).status_code == 403
        assert Interaction.objects.exists()


class TestSaved:
    def test_are_shown_those_saved_last_first(self, browser: Client, alice: Profile, items: dict[str, Item]) -> None:
        act(alice, items["rockets"], "save", occurred_at=NOON)
        act(alice, items["piano"], "save", occurred_at=NOON + timedelta(hours=1))
        act(alice, items["stars"])
        shown = read(browser, PAGE).split('id="saved-heading"')[1].split('id="history"')[0]
        assert re.findall(r'<h3 class="title">\s*<a href="/c/films/items/([^"]*)"', shown) == ["piano", "rockets"]

    def test_more_than_are_shown_is_said(self, browser: Client, alice: Profile, make_item: MakeItem) -> None:
        for number in range(25):
            act(alice, make_item(f"film-{number}"), "save")
        assert "The 24 saved last, of 25" in words_of(read(browser, PAGE))


class TestAccess:
    @pytest.fixture
    def others(self, client: Client, bob: Profile, charlie: User, operator: User) -> list[Client]:
        return [client, browser_of(bob), signed_in(charlie), signed_in(operator)]

    def test_nobody_sees_anything_of_alice(self, alice: Profile, items: dict[str, Item], others: list[Client]) -> None:
        Profile.objects.filter(pk=alice.pk).update(statement="a secret wish")
        act(alice, items["rockets"], "save")
        for other in others:
            html = read(other, PAGE)
            assert "Rockets" not in html
            assert "a secret wish" not in html

    def test_nobody_removes_anything_of_hers(
        self, alice: Profile, items: dict[str, Item], others: list[Client]
    ) -> None:
        interaction = act(alice, items["rockets"])
        for other in others:
            other.post(FORGET, {"interaction": str(interaction.pk)})
            other.post(FORGET, {"all": "yes", "confirmed": "yes"})
        assert Interaction.objects.filter(profile=alice).exists()

    def test_nobody_brings_back_for_her(
        self, browser: Client, alice: Profile, bob: Profile, items: dict[str, Item]
    ) -> None:
        interaction = act(alice, items["rockets"])
        html = browser.post(FORGET, {"interaction": str(interaction.pk)}, follow=True).content.decode()
        token = re.search(r'name="undo" value="([^"]*)"', html)
        assert token is not None
        assert browser_of(bob).post(FORGET, {"undo": token[1]}).status_code == 404
        assert not Interaction.objects.exists()

    def test_nobody_changes_her_words_or_her_switch(self, alice: Profile, others: list[Client]) -> None:
        for other in others:
            other.post(WORDS, {"statement": "mine"})
            other.post(SWITCH, {"personalise": "off"})
        alice.refresh_from_db()
        assert (alice.statement, alice.personalise) == ("", True)

    def test_session_of_a_simulated_profile_is_nobodys(self, make_profile: MakeProfile, items: dict[str, Item]) -> None:
        simulated = make_profile("sim-stella", simulated=True)
        interaction = act(simulated, items["rockets"])
        assert browser_of(simulated).post(FORGET, {"interaction": str(interaction.pk)}).status_code == 404

    def test_account_keeps_its_own(self, charlie: User, make_profile: MakeProfile, items: dict[str, Item]) -> None:
        act(make_profile("user-1", user=charlie), items["piano"])
        assert history(read(signed_in(charlie), PAGE)) == ["Quiet piano in the evening"]

    def test_catalog_that_is_not_on_the_site_is_closed(self, browser: Client) -> None:
        Catalog.objects.update(on_site=False)
        read(browser, PAGE, status=404)
        for address in (WORDS, SWITCH, FORGET):
            assert browser.post(address).status_code == 404

    def test_reading_changes_nothing(self, browser: Client) -> None:
        for address in (WORDS, SWITCH, FORGET):
            assert browser.get(address).status_code == 405
        assert browser.post(PAGE).status_code == 405


def test_everything_from_outside_is_escaped(make_item: MakeItem, alice: Profile, browser: Client) -> None:
    evil = "<script>alert(1)</script>"
    act(alice, make_item("evil", title=evil), "save")
    Profile.objects.update(statement=evil)
    assert evil not in read(browser, PAGE)


def test_queries_do_not_grow_with_the_history(
    browser: Client, alice: Profile, items: dict[str, Item], make_item: MakeItem
) -> None:
    act(alice, items["rockets"])
    act(alice, items["piano"], "save")
    read(browser, PAGE)
    few = len(statements(lambda: read(browser, PAGE)))
    for number in range(60):
        act(alice, make_item(f"film-{number}"), "save" if number % 2 else "like")
    assert len(statements(lambda: read(browser, PAGE))) == few
