"""The showcase's files, read as plain CSV.

The demo is the first thing anybody sees, and its faults (a mistyped id, a description in the wrong column, a
profile not marked as simulated) would pass every test of the code. No database is needed.
"""

import csv
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

SHOWCASE = Path(__file__).resolve().parents[2] / "showcase"
MEDIA = {"film": "Film", "music": "Music", "book": "Book", "game": "Game"}
MAY_BE_EMPTY = {("profiles.csv", "statement"), ("interactions.csv", "value")}
COLUMNS = {
    "items.csv": (
        "item_id,kind,title,description,title_zh,description_zh,year,categories,categories_zh,tags,"
        "creator,creator_zh,language,original_language"
    ),
    "profiles.csv": "user_id,name_en,name_zh,statement,language,simulated",
    "interactions.csv": "user_id,item_id,kind,value,timestamp,interaction_id",
}
CHINESE_CHARACTER = re.compile(r"[\u3400-\u9fff]")
# Outside GB 2312 although simplified: the form of the character in the name 钱锺书.
SIMPLIFIED_BEYOND_GB2312 = {"锺"}

Row = dict[str, str]


def rows_of(name: str) -> list[Row]:
    with (SHOWCASE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


ITEMS = rows_of("items.csv")
PROFILES = rows_of("profiles.csv")
INTERACTIONS = rows_of("interactions.csv")

each_item = pytest.mark.parametrize("item", ITEMS, ids=[item["item_id"] for item in ITEMS])


def chinese_share(text: str) -> float:
    return len(CHINESE_CHARACTER.findall(text)) / len(text)


def traditional_characters(text: str) -> set[str]:
    """Chinese characters outside GB 2312, a set of simplified characters."""
    characters = set(CHINESE_CHARACTER.findall(text)) - SIMPLIFIED_BEYOND_GB2312
    return {character for character in characters if not character.encode("gb2312", errors="ignore")}


@pytest.mark.parametrize("name", COLUMNS)
def test_file_is_plain_utf8_csv_with_every_column_filled(name: str) -> None:
    content = (SHOWCASE / name).read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    assert content.endswith(b"\n")
    assert content.decode().splitlines()[0] == COLUMNS[name]
    for row in rows_of(name):
        assert list(row) == COLUMNS[name].split(",")
        for column, value in row.items():
            assert value == value.strip()
            assert value or (name, column) in MAY_BE_EMPTY, f"{column} is empty in {row}"


def test_each_medium_has_twelve_works() -> None:
    assert Counter(item["kind"] for item in ITEMS) == {"film": 12, "music": 12, "book": 12, "game": 12}


def test_demo_examples_are_among_the_works() -> None:
    titles = {(item["title"], item["title_zh"]) for item in ITEMS}
    assert ("Interstellar", "星际穿越") in titles
    assert ("The Three-Body Problem", "三体") in titles


@pytest.mark.parametrize(
    ("rows", "column"),
    [
        (ITEMS, "item_id"),
        (ITEMS, "title"),
        (ITEMS, "title_zh"),
        (ITEMS, "description"),
        (ITEMS, "description_zh"),
        (PROFILES, "user_id"),
        (INTERACTIONS, "interaction_id"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_value_occurs_once(rows: list[Row], column: str) -> None:
    counts = Counter(row[column] for row in rows)
    assert [value for value, count in counts.items() if count > 1] == []


@each_item
def test_item_id_is_a_slug_that_begins_with_its_kind(item: Row) -> None:
    assert re.fullmatch(rf"{item['kind']}-[a-z0-9]+(-[a-z0-9]+)*", item["item_id"])


@each_item
def test_year_is_plausible(item: Row) -> None:
    assert 1500 <= int(item["year"]) <= 2026


@each_item
def test_english_columns_are_english(item: Row) -> None:
    for column in ("title", "description", "categories", "tags", "creator"):
        assert not CHINESE_CHARACTER.search(item[column])
    assert not re.search(r"[，。；：？！、“”‘’《》（）…]", item["description"])
    assert item["language"] == "en"
    assert item["original_language"] in {"zh", "en", "ja", "es", "zxx"}


@each_item
def test_chinese_columns_are_simplified_chinese(item: Row) -> None:
    assert chinese_share(item["description_zh"]) > 0.7
    assert CHINESE_CHARACTER.search(item["title_zh"])
    chinese = "".join(value for column, value in item.items() if column.endswith("_zh"))
    assert traditional_characters(chinese) == set()


def test_traditional_text_would_be_noticed() -> None:
    assert traditional_characters("三體與紅樓夢，锺") == {"體", "與", "紅", "樓", "夢"}


@each_item
def test_chinese_description_uses_chinese_punctuation(item: Row) -> None:
    assert not re.search(r"[,.;:?!()\"']", item["description_zh"])
    for opening, closing in ("“”", "《》", "（）"):
        assert item["description_zh"].count(opening) == item["description_zh"].count(closing)


@each_item
def test_description_has_two_or_three_sentences_in_each_language(item: Row) -> None:
    assert len(re.findall(r"[.?!](?= |$)", item["description"])) in {2, 3}
    assert item["description"][-1] in ".?!"
    assert len(re.findall(r"[。？！]", item["description_zh"])) in {2, 3}
    assert item["description_zh"][-1] in "。？！"


@each_item
def test_categories_are_the_medium_and_one_to_three_genres(item: Row) -> None:
    categories = item["categories"].split("|")
    assert categories[0] == MEDIA[item["kind"]]
    assert 2 <= len(categories) <= 4
    assert len(set(categories)) == len(categories)
    assert len(item["categories_zh"].split("|")) == len(categories)


def test_each_category_has_one_name_in_each_language() -> None:
    pairs = {
        pair
        for item in ITEMS
        for pair in zip(item["categories"].split("|"), item["categories_zh"].split("|"), strict=True)
    }
    assert len({english for english, _ in pairs}) == len(pairs)
    assert len({chinese for _, chinese in pairs}) == len(pairs)


@each_item
def test_tags_are_a_few_lower_case_keywords(item: Row) -> None:
    tags = item["tags"].split("|")
    assert 3 <= len(tags) <= 5
    assert len(set(tags)) == len(tags)
    assert all(re.fullmatch(r"[a-z0-9]+([ -][a-z0-9]+)*", tag) for tag in tags)


def test_every_profile_is_marked_simulated() -> None:
    assert len(PROFILES) == 9
    for profile in PROFILES:
        assert profile["simulated"] == "true"
        assert re.fullmatch(r"sim-[a-z]+(-[a-z]+)*", profile["user_id"])


def test_statements_are_in_the_language_of_their_profile() -> None:
    assert Counter(profile["language"] for profile in PROFILES) == {"zh-hans": 5, "en": 4}
    without = [profile["user_id"] for profile in PROFILES if not profile["statement"]]
    assert without == ["sim-loud-guitars", "sim-newcomer"]
    for profile in PROFILES:
        if profile["statement"]:
            is_chinese = chinese_share(profile["statement"]) > 0.7
            assert is_chinese == (profile["language"] == "zh-hans")


def test_interactions_point_to_works_and_profiles_that_exist() -> None:
    assert {row["item_id"] for row in INTERACTIONS} <= {item["item_id"] for item in ITEMS}
    assert {row["user_id"] for row in INTERACTIONS} <= {profile["user_id"] for profile in PROFILES}


def test_everyone_but_the_newcomer_has_a_short_history_with_a_dislike() -> None:
    counts = Counter(row["user_id"] for row in INTERACTIONS)
    assert "sim-newcomer" not in counts
    assert len(counts) == 8
    assert all(8 <= count <= 14 for count in counts.values())
    assert {row["user_id"] for row in INTERACTIONS if row["kind"] == "dislike"} == set(counts)


def test_only_ratings_have_a_value_from_one_to_five() -> None:
    assert {row["kind"] for row in INTERACTIONS} == {"view", "like", "dislike", "save", "rating"}
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
    assert [row["interaction_id"] for row in INTERACTIONS] == [
        f"showcase-{number:04}" for number in range(1, len(INTERACTIONS) + 1)
    ]
