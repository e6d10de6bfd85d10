"""The showcase's files, read as plain CSV.

The demo is the first thing anybody sees, and its faults (a mistyped id, a description in the wrong column) would pass
every test of the code. No database is needed.
"""

import re
from collections import Counter

import pytest

from showcase.tastes import FOLDER, Row, read_rows

MEDIA = {"film": "Film", "music": "Music", "book": "Book", "game": "Game"}
MAY_BE_EMPTY = {("profiles.csv", "statement"), ("interactions.csv", "value")}
COLUMNS = {
    "items.csv": (
        "item_id,kind,title,description,title_zh,description_zh,year,categories,categories_zh,tags,tags_zh,"
        "creator,creator_zh,language,original_language"
    ),
    "profiles.csv": "user_id,name_en,name_zh,statement,language,simulated",
    "interactions.csv": "user_id,item_id,kind,value,timestamp,interaction_id",
}
CHINESE_CHARACTER = re.compile(r"[\u3400-\u9fff]")
# What Chinese sites write in Latin letters too.
TAGS_IN_LATIN_LETTERS = {"R&B", "Roguelike"}
# English tags that are one word in Chinese, which has no plural and fewer shades of these.
ONE_IN_CHINESE = [
    {"absurd", "nonsense"},
    {"anxiety", "anxious"},
    {"asteroid", "asteroids"},
    {"black hole", "black holes"},
    {"britain", "england"},
    {"cities", "city"},
    {"coming of age", "growing up"},
    {"daily life", "everyday life"},
    {"destiny", "fate"},
    {"father and daughter", "father and daughters"},
    {"father and son", "father and sons"},
    {"folklore", "legend"},
    {"ghost", "ghosts"},
    {"impostor", "impostors"},
    {"loneliness", "solitude"},
    {"minimal", "minimalist"},
    {"monster", "monsters"},
    {"robot", "robots"},
    {"teacher", "teachers"},
]
# Outside GB 2312 although simplified: the form of the character in the name 钱锺书.
SIMPLIFIED_BEYOND_GB2312 = {"锺"}
ORIGINAL_LANGUAGES = {
    "zh",
    "en",
    "ja",
    "ko",
    "fr",
    "de",
    "it",
    "es",
    "pt",
    "ru",
    "nl",
    "cs",
    "is",
    "ar",
    "fa",
    "hi",
    "bn",
    "zxx",
}

ITEMS = read_rows("items.csv")
PROFILES = read_rows("profiles.csv")
INTERACTIONS = read_rows("interactions.csv")


def chinese_share(text: str) -> float:
    return len(CHINESE_CHARACTER.findall(text)) / len(text)


def traditional_characters(text: str) -> set[str]:
    """Chinese characters outside GB 2312, a set of simplified characters."""
    characters = set(CHINESE_CHARACTER.findall(text)) - SIMPLIFIED_BEYOND_GB2312
    return {character for character in characters if not character.encode("gb2312", errors="ignore")}


@pytest.mark.parametrize("name", COLUMNS)
def test_file_is_plain_utf8_csv_with_every_column_filled(name: str) -> None:
    content = (FOLDER / name).read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    assert content.endswith(b"\n")
    assert content.decode().splitlines()[0] == COLUMNS[name]
    for row in read_rows(name):
        assert list(row) == COLUMNS[name].split(",")
        for column, value in row.items():
            assert value == value.strip()
            assert value or (name, column) in MAY_BE_EMPTY, f"{column} is empty in {row}"


def test_each_medium_has_at_least_sixty_works() -> None:
    counts = Counter(item["kind"] for item in ITEMS)
    assert set(counts) == set(MEDIA)
    assert min(counts.values()) >= 60


def test_a_quarter_of_the_works_at_least_is_chinese() -> None:
    chinese = [item for item in ITEMS if item["original_language"] == "zh"]
    assert len(ITEMS) / 4 <= len(chinese) <= len(ITEMS) / 2


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


def test_item_id_is_a_slug_that_begins_with_its_kind() -> None:
    for item in ITEMS:
        assert re.fullmatch(rf"{item['kind']}-[a-z0-9]+(-[a-z0-9]+)*", item["item_id"]), item["item_id"]


def test_year_is_plausible() -> None:
    for item in ITEMS:
        assert 1500 <= int(item["year"]) <= 2026, item["item_id"]


def test_english_columns_are_english() -> None:
    for item in ITEMS:
        for column in ("title", "description", "categories", "tags", "creator"):
            assert not CHINESE_CHARACTER.search(item[column]), item["item_id"]
        assert not re.search(r"[，。；：？！、“”‘’《》（）…]", item["description"]), item["item_id"]
        assert item["language"] == "en", item["item_id"]
        assert item["original_language"] in ORIGINAL_LANGUAGES, item["item_id"]


def test_chinese_columns_are_simplified_chinese() -> None:
    for item in ITEMS:
        assert chinese_share(item["description_zh"]) > 0.7, item["item_id"]
        assert CHINESE_CHARACTER.search(item["title_zh"]), item["item_id"]
        chinese = "".join(value for column, value in item.items() if column.endswith("_zh"))
        assert traditional_characters(chinese) == set(), item["item_id"]


def test_traditional_text_would_be_noticed() -> None:
    assert traditional_characters("三體與紅樓夢，锺") == {"體", "與", "紅", "樓", "夢"}


def test_chinese_description_uses_chinese_punctuation() -> None:
    for item in ITEMS:
        assert not re.search(r"[,.;:?!()\"']", item["description_zh"]), item["item_id"]
        for opening, closing in ("“”", "《》", "（）"):
            assert item["description_zh"].count(opening) == item["description_zh"].count(closing), item["item_id"]


def test_description_has_two_or_three_sentences_in_each_language() -> None:
    for item in ITEMS:
        assert len(re.findall(r"[.?!](?= |$)", item["description"])) in {2, 3}, item["item_id"]
        assert item["description"][-1] in ".?!", item["item_id"]
        assert len(re.findall(r"[。？！]", item["description_zh"])) in {2, 3}, item["item_id"]
        assert item["description_zh"][-1] in "。？！", item["item_id"]


def test_categories_are_the_medium_and_one_to_three_genres() -> None:
    for item in ITEMS:
        categories = item["categories"].split("|")
        assert categories[0] == MEDIA[item["kind"]], item["item_id"]
        assert 2 <= len(categories) <= 4, item["item_id"]
        assert len(set(categories)) == len(categories), item["item_id"]
        assert len(item["categories_zh"].split("|")) == len(categories), item["item_id"]


def test_each_category_has_one_name_in_each_language() -> None:
    pairs = {
        pair
        for item in ITEMS
        for pair in zip(item["categories"].split("|"), item["categories_zh"].split("|"), strict=True)
    }
    assert len({english for english, _ in pairs}) == len(pairs)
    assert len({chinese for _, chinese in pairs}) == len(pairs)


def test_category_has_enough_works_to_browse() -> None:
    counts = Counter(category for item in ITEMS for category in item["categories"].split("|"))
    assert {category: count for category, count in counts.items() if count < 7} == {}


def test_tags_are_a_few_lower_case_keywords() -> None:
    for item in ITEMS:
        tags = item["tags"].split("|")
        assert 3 <= len(tags) <= 5, item["item_id"]
        assert len(set(tags)) == len(tags), item["item_id"]
        assert all(re.fullmatch(r"[a-z0-9]+([ -][a-z0-9]+)*", tag) for tag in tags), item["item_id"]


def test_work_has_as_many_tags_in_chinese_as_in_english() -> None:
    for item in ITEMS:
        tags = item["tags_zh"].split("|")
        assert len(tags) == len(item["tags"].split("|")), item["item_id"]
        assert len(set(tags)) == len(tags), item["item_id"]
        assert all(0 < len(tag.strip()) == len(tag) <= 9 for tag in tags), item["item_id"]


def test_chinese_tags_are_chinese() -> None:
    tags = {tag for item in ITEMS for tag in item["tags_zh"].split("|")} - TAGS_IN_LATIN_LETTERS
    assert {tag for tag in tags if not CHINESE_CHARACTER.search(tag) or re.search(r"[A-Za-z]{5}", tag)} == set()


def test_chinese_tag_stands_for_one_english_tag() -> None:
    """The other way round it need not be so: one word may mean several things, by the work."""
    english: dict[str, set[str]] = {}
    for item in ITEMS:
        for tag, chinese in zip(item["tags"].split("|"), item["tags_zh"].split("|"), strict=True):
            english.setdefault(chinese, set()).add(tag)
    assert sorted((tags for tags in english.values() if len(tags) > 1), key=min) == ONE_IN_CHINESE
