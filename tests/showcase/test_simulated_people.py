"""The showcase's people and what they did: marked as simulated, plausible, and made the same again each time."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from showcase.simulate import chance, deeds_of, interactions, profiles, write_rows
from showcase.tastes import FITTING_SHARE, FOLDER, Persona, features_of, read_personas, read_rows

ITEMS = {item["item_id"]: item for item in read_rows("items.csv")}
PROFILES = read_rows("profiles.csv")
INTERACTIONS = read_rows("interactions.csv")
PEOPLE, POPULAR = read_personas()
CHINESE_CHARACTER = re.compile(r"[\u3400-\u9fff]")
# What the people written by hand like, in categories; the others' tastes are in personas.toml.
TASTES_BY_HAND = {
    "sim-space-reader": {"Science fiction"},
    "sim-quiet-listener": {"Classical", "Piano", "Ambient"},
    "sim-family-saga": {"Family", "History"},
    "sim-romantic": {"Romance"},
    "sim-loud-guitars": {"Rock"},
    "sim-quest-seeker": {"Fantasy", "Adventure"},
    "sim-puzzle-planner": {"Puzzle", "Strategy"},
    "sim-night-reader": {"Suspense", "Horror"},
}

each_person = pytest.mark.parametrize("persona", PEOPLE, ids=[persona.id for persona in PEOPLE])


def touched_by(user_id: str) -> set[str]:
    return {row["item_id"] for row in INTERACTIONS if row["user_id"] == user_id}


@pytest.mark.parametrize("name", ["profiles.csv", "interactions.csv"])
def test_making_the_people_up_again_gives_the_same_file(name: str, tmp_path: Path) -> None:
    rows = {"profiles.csv": profiles, "interactions.csv": interactions}[name]()
    path = tmp_path / name
    write_rows(path, rows)
    assert path.read_bytes() == (FOLDER / name).read_bytes()


def test_chance_depends_on_everything_that_it_is_about_and_on_nothing_else() -> None:
    assert chance("sim-a", "film-b", "finds") == chance("sim-a", "film-b", "finds")
    drawn = [chance("sim-a", f"film-{number}", "finds") for number in range(1000)]
    assert len(set(drawn)) == 1000
    assert 0 <= min(drawn) < 0.02
    assert 0.98 < max(drawn) < 1
    assert sum(drawn) / 1000 == pytest.approx(0.5, abs=0.03)


def test_new_work_leaves_nearly_all_deeds_as_they_were() -> None:
    persona = next(persona for persona in PEOPLE if persona.id == "sim-anime-shelf")
    items = list(ITEMS.values())
    newcomer = {**ITEMS["film-your-name"], "item_id": "film-new"}
    before = {(deed.item_id, deed.kind, deed.at) for deed in deeds_of(persona, items, POPULAR)}
    after = {(deed.item_id, deed.kind, deed.at) for deed in deeds_of(persona, [*items, newcomer], POPULAR)}
    assert len(before & after) >= 0.85 * len(before)


def test_at_least_sixty_people_are_there_and_all_are_marked_simulated() -> None:
    assert len(PROFILES) >= 62
    assert {profile["simulated"] for profile in PROFILES} == {"true"}
    for profile in PROFILES:
        assert re.fullmatch(r"sim-[a-z]+(-[a-z]+)*", profile["user_id"])


@pytest.mark.parametrize("column", ["user_id", "name_en", "name_zh"])
def test_people_can_be_told_apart(column: str) -> None:
    assert [value for value, count in Counter(row[column] for row in PROFILES).items() if count > 1] == []


def test_names_are_in_both_languages() -> None:
    for profile in PROFILES:
        assert not CHINESE_CHARACTER.search(profile["name_en"])
        assert re.fullmatch(r"[\u3400-\u9fff]+", profile["name_zh"])


def test_two_in_five_read_chinese_and_two_in_three_say_what_they_like() -> None:
    chinese = [profile for profile in PROFILES if profile["language"] == "zh-hans"]
    assert {profile["language"] for profile in PROFILES} == {"zh-hans", "en"}
    assert len(chinese) / len(PROFILES) == pytest.approx(2 / 5, abs=0.05)
    speaking = [profile for profile in PROFILES if profile["statement"]]
    assert len(speaking) / len(PROFILES) == pytest.approx(2 / 3, abs=0.05)


def test_statement_is_in_the_language_of_its_profile() -> None:
    for profile in PROFILES:
        if profile["statement"]:
            share = len(CHINESE_CHARACTER.findall(profile["statement"])) / len(profile["statement"])
            assert (share > 0.7) == (profile["language"] == "zh-hans")


@each_person
def test_wishes_name_what_works_have(persona: Persona) -> None:
    known = {feature for item in ITEMS.values() for feature in features_of(item)}
    assert set(persona.likes) <= known
    assert set(persona.avoids) <= known
    assert set(ITEMS) >= POPULAR


@each_person
def test_person_does_as_much_as_was_asked_for(persona: Persona) -> None:
    assert sum(row["user_id"] == persona.id for row in INTERACTIONS) == persona.rows


def test_most_people_have_a_real_history_and_some_hardly_any() -> None:
    counts = Counter({profile["user_id"]: 0 for profile in PROFILES})
    counts.update(row["user_id"] for row in INTERACTIONS)
    assert sum(15 <= count <= 40 for count in counts.values()) >= 45
    assert {0, 1, 2, 3} <= set(counts.values())
    assert max(counts.values()) <= 40


@each_person
def test_at_least_eight_works_that_fit_are_left_to_find(persona: Persona) -> None:
    fitting = {item_id for item_id, item in ITEMS.items() if persona.fits(item)}
    assert len(fitting - touched_by(persona.id)) >= 8


@pytest.mark.parametrize("user_id", TASTES_BY_HAND)
def test_at_least_eight_works_are_left_to_people_written_by_hand(user_id: str) -> None:
    wanted = TASTES_BY_HAND[user_id]
    fitting = {item_id for item_id, item in ITEMS.items() if wanted.intersection(item["categories"].split("|"))}
    assert len(fitting - touched_by(user_id)) >= 8


@pytest.mark.parametrize("persona", [p for p in PEOPLE if p.rows >= 10], ids=lambda persona: persona.id)
def test_half_of_what_an_eager_person_touched_is_to_their_taste(persona: Persona) -> None:
    touched = touched_by(persona.id)
    fitting = [item_id for item_id in touched if persona.fits(ITEMS[item_id])]
    assert len(fitting) / len(touched) >= 0.45


def test_taste_is_measured_against_the_strongest_wish() -> None:
    persona = Persona(
        id="sim-test",
        name_en="Test",
        name_zh="测试",
        language="en",
        statement="",
        rows=1,
        hours="noon",
        likes={"Piano": 4, "tag:quiet": 2, "Rock": 1},
        avoids=("Horror",),
    )
    item = {"categories": "Music|Classical|Piano", "tags": "quiet", "creator": "x", "original_language": "zxx"}
    assert persona.taste(item) == 1.5
    assert persona.taste({**item, "categories": "Music|Rock", "tags": "loud"}) == 0.25
    assert persona.taste({**item, "categories": "Music|Piano|Horror"}) == 0
    assert persona.fits({**item, "categories": "Music|Classical"}) is (FITTING_SHARE <= 0.5)


def test_interactions_point_to_works_and_profiles_that_exist() -> None:
    assert {row["item_id"] for row in INTERACTIONS} <= set(ITEMS)
    assert {row["user_id"] for row in INTERACTIONS} <= {profile["user_id"] for profile in PROFILES}


def test_dislikes_and_hides_fall_on_what_a_person_avoids() -> None:
    avoids = {persona.id: set(persona.avoids) for persona in PEOPLE}
    refused = [row for row in INTERACTIONS if row["kind"] in {"dislike", "hide"} and row["user_id"] in avoids]
    assert {row["kind"] for row in refused} == {"dislike", "hide"}
    assert len({row["user_id"] for row in refused}) >= 20
    for row in refused:
        assert avoids[row["user_id"]].intersection(ITEMS[row["item_id"]]["categories"].split("|"))


def test_people_written_by_hand_keep_their_histories() -> None:
    by_hand = [row for row in INTERACTIONS if row["interaction_id"].startswith("showcase-")]
    assert [row["interaction_id"] for row in by_hand] == [f"showcase-{number:04}" for number in range(1, 86)]
    assert {row["user_id"] for row in by_hand} == set(TASTES_BY_HAND)
    assert [profile["user_id"] for profile in PROFILES[:9]] == [*TASTES_BY_HAND, "sim-newcomer"]
    assert touched_by("sim-newcomer") == set()


def test_only_ratings_have_a_value_from_one_to_five() -> None:
    assert {row["kind"] for row in INTERACTIONS} == {"view", "like", "dislike", "hide", "save", "rating"}
    for row in INTERACTIONS:
        if row["kind"] == "rating":
            assert row["value"] in {"1", "2", "3", "4", "5"}
        else:
            assert row["value"] == ""


def test_interactions_are_in_order_of_utc_instants_in_their_season() -> None:
    times = [datetime.strptime(row["timestamp"], "%Y-%m-%dT%H:%M:%S%z") for row in INTERACTIONS]
    assert all(row["timestamp"].endswith("Z") for row in INTERACTIONS)
    assert times == sorted(times)
    assert datetime(2026, 6, 1, tzinfo=UTC) <= times[0]
    assert times[-1] < datetime(2026, 11, 1, tzinfo=UTC)


def test_look_at_a_work_comes_before_what_came_of_it() -> None:
    at = {
        (row["user_id"], row["item_id"], row["kind"]): datetime.fromisoformat(row["timestamp"]) for row in INTERACTIONS
    }
    made = {persona.id for persona in PEOPLE}
    for (user_id, item_id, kind), moment in at.items():
        looked = at.get((user_id, item_id, "view"))
        if user_id in made and kind != "view" and looked:
            assert timedelta() < moment - looked < timedelta(hours=3)
