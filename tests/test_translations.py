"""Everything that people read is there in Chinese: what the code says is what the catalogue translates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation import gettext, ngettext, override, pgettext
from django.utils.translation.template import templatize

ROOT = Path(settings.BASE_DIR)
CHINESE = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
PACKAGES = ("catalog", "users", "recommender", "genre_site")
# What each function's arguments are: the sentence, its plural, its context.
FUNCTIONS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%|\{\w*\}")

# A message as gettext finds it: its context, and its sentence or its sentences by number.
Key = tuple[str | None, str | tuple[str, ...]]


def spoken(source: str) -> Iterator[Key]:
    for _, sentence, _, context in extract("python", BytesIO(source.encode()), keywords=FUNCTIONS):
        yield context, sentence if isinstance(sentence, str) else tuple(sentence)


def sources() -> Iterator[tuple[str, str]]:
    """Path and Python text of everything that may speak; templates as the Python that gettext tools read."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "templates").rglob("*.html")):
        spoken_parts = templatize(path.read_text(encoding="utf-8"), origin=str(path))
        # In brackets the indentation of the markup means nothing to Python.
        yield str(path.relative_to(ROOT)), f"({spoken_parts}\n)"


@pytest.fixture(scope="session")
def in_the_code() -> dict[Key, str]:
    """What is said, and where first."""
    found: dict[Key, str] = {}
    for path, source in sources():
        for key in spoken(source):
            found.setdefault(key, path)
    return found


@pytest.fixture(scope="session")
def catalogue() -> Catalog:
    with CHINESE.open("rb") as file:
        return read_po(file, locale="zh_Hans", abort_invalid=True)


@pytest.fixture(scope="session")
def translated(catalogue: Catalog) -> dict[Key, Message]:
    return {
        (message.context, message.id if isinstance(message.id, str) else tuple(message.id)): message
        for message in catalogue
        if message.id
    }


def translations_of(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def test_extraction_sees_code_templates_plurals_and_contexts(in_the_code: dict[Key, str]) -> None:
    assert in_the_code[None, "Popular with others."] == "recommender/services/reasons.py"
    assert in_the_code[None, "For %(name)s"] == "recommender/views/rows.py"
    assert in_the_code[None, ("%(count)d item is hidden now.", "%(count)d items are hidden now.")] == "catalog/admin.py"
    assert in_the_code["kind of item", "Film"] == "recommender/views/cards.py"


def test_everything_that_is_said_is_translated(in_the_code: dict[Key, str], translated: dict[Key, Message]) -> None:
    untranslated = {key: path for key, path in in_the_code.items() if key not in translated}
    assert untranslated == {}


def test_nothing_is_empty_or_uncertain(translated: dict[Key, Message]) -> None:
    assert [key for key, message in translated.items() if message.fuzzy] == []
    assert [key for key, message in translated.items() if not all(translations_of(message))] == []


def test_nothing_is_translated_that_is_no_longer_said(
    in_the_code: dict[Key, str], translated: dict[Key, Message], catalogue: Catalog
) -> None:
    assert [key for key in translated if key not in in_the_code] == []
    assert list(catalogue.obsolete) == []


def test_placeholders_are_the_same(translated: dict[Key, Message]) -> None:
    different = []
    for message in translated.values():
        expected = sorted(PLACEHOLDER.findall(message.id if isinstance(message.id, str) else message.id[-1]))
        different += [text for text in translations_of(message) if sorted(PLACEHOLDER.findall(text)) != expected]
    assert different == []


def test_chinese_has_one_form_for_every_number(catalogue: Catalog, translated: dict[Key, Message]) -> None:
    assert catalogue.num_plurals == 1
    plurals = [message for key, message in translated.items() if isinstance(key[1], tuple)]
    assert plurals
    assert {len(translations_of(message)) for message in plurals} == {1}


def test_chinese_is_written_with_chinese_punctuation(translated: dict[Key, Message]) -> None:
    """A half-width comma or full stop beside a Chinese character is a slip."""
    slips = [
        text
        for message in translated.values()
        for text in translations_of(message)
        if re.search(r"[\u4e00-\u9fff][,.;?!]|[,;?!][\u4e00-\u9fff]", text)
    ]
    assert slips == []


def test_catalogue_names_no_line_and_no_folder_of_a_machine() -> None:
    places = re.findall(r"^#: (.*)$", CHINESE.read_text(encoding="utf-8"), re.MULTILINE)
    assert places
    assert [place for line in places for place in line.split() if place.startswith("/") or ":" in place] == []


def test_django_finds_the_translations() -> None:
    with override("zh-hans"):
        assert gettext("Popular with others.") == "很多人喜欢。"
        assert pgettext("kind of item", "Film") == "电影"
        hidden = ngettext("%(count)d item is hidden now.", "%(count)d items are hidden now.", 2)
        assert hidden % {"count": 2} == "已隐藏 2 项内容。"
    with override("en"):
        assert gettext("Popular with others.") == "Popular with others."
