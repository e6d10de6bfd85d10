"""What a reader may want to know of an item beside its title and description."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.conf.locale import LANG_INFO
from django.utils.translation import get_language_info, pgettext
from django.utils.translation import gettext as _

from catalog.models import Item

# Attributes that end so are another one's translation.
TRANSLATED = re.compile(r"(?P<name>.+)_(?P<language>zh|en|zh-hans)")
# Other systems' names for the item say nothing to a reader.
IDENTIFIER = re.compile(r"(.+[_-])?(id|uuid|isbn|url)")
# Longer texts are for the machine, or for a page of their own.
LONGEST_VALUE = 200


@dataclass(frozen=True)
class Detail:
    """A name and its values; `searched`: whether looking for a value finds the item's relatives."""

    label: str
    values: Sequence[str]
    searched: bool = False


def details_of(item: Item, language: str) -> list[Detail]:
    """Attributes in the reader's language, known ones first, and the item's tags in that language."""
    attributes = {name: value for name, value in item.attributes.items() if not _is_translation(name, item.attributes)}
    known = [name for name in _known_labels() if name in attributes]
    others = sorted(name for name in attributes if name not in known and not IDENTIFIER.fullmatch(name.casefold()))
    found = [_detail(name, item.attributes, language) for name in [*known, *others]]
    details = [detail for detail in found if detail.values]
    if tags := item.tags_in(language):
        details.append(Detail(pgettext("of an item", "Tags"), tags, searched=True))
    return details


def other_titles(item: Item, language: str) -> list[str]:
    """Titles in the other languages, each once."""
    translated = [item.title_in(code) for code in sorted(item.translations)]
    return [title for title in dict.fromkeys([item.title, *translated]) if title != item.title_in(language)]


def _known_labels() -> dict[str, str]:
    return {
        "creator": _("By"),
        "director": _("Directed by"),
        "author": _("Written by"),
        "artist": pgettext("of an item", "Artist"),
        "composer": pgettext("of an item", "Composer"),
        "performer": pgettext("of an item", "Performer"),
        "developer": pgettext("of an item", "Developer"),
        "publisher": pgettext("of an item", "Publisher"),
        "year": pgettext("of an item", "Year"),
        "country": pgettext("of an item", "Country"),
        "original_language": _("Original language"),
    }


def _is_translation(name: str, attributes: Mapping[str, object]) -> bool:
    found = TRANSLATED.fullmatch(name)
    return found is not None and found["name"] in attributes


def _detail(name: str, attributes: Mapping[str, object], language: str) -> Detail:
    said = [attributes.get(f"{name}_{code}") for code in (language, language.split("-")[0])]
    values = _texts(next((value for value in said if value), attributes[name]))
    if name == "original_language":
        values = [_language_name(code) for code in values]
    label = _known_labels().get(name, name.replace("_", " ").capitalize())
    return Detail(label, values, searched=name not in {"year", "original_language"} and name in _known_labels())


def _texts(value: object) -> list[str]:
    """Texts and numbers, one or several; what else an attribute may hold is not for readers."""
    values = value if isinstance(value, list) else [value]
    texts = [str(one) for one in values if isinstance(one, str | int | float) and not isinstance(one, bool)]
    return [text for text in texts if 0 < len(text) <= LONGEST_VALUE]


def _language_name(code: str) -> str:
    if code.split("-")[0] == "zh":
        return _("Chinese")
    return str(get_language_info(code)["name_translated"]) if "name" in LANG_INFO.get(code, {}) else code
