"""Titles, descriptions, categories and tags in other languages."""

from __future__ import annotations

from django.utils.translation import gettext as _

from catalog.importing.exceptions import InvalidValue
from catalog.importing.values import language_code, names, plain_text

TRANSLATED = ("title", "description", "categories", "tags")
LISTS = frozenset({"categories", "tags"})
# GENRE speaks Simplified Chinese where a file says Chinese.
LANGUAGE_OF_SUFFIX = {"zh": "zh-hans", "zh_cn": "zh-hans", "zh_hans": "zh-hans", "zh-hans": "zh-hans", "en": "en"}
FIELDS = tuple(f"{field}_{language}" for language in ("zh-hans", "en") for field in TRANSLATED)
ALIASES = {
    f"{field}_{suffix}": f"{field}_{language}"
    for suffix, language in LANGUAGE_OF_SUFFIX.items()
    for field in TRANSLATED
}

# By language code: field -> text, list of names, or None where the file says that there is none.
Translations = dict[str, dict[str, str | list[str] | None]]


def translations_of(record: dict[str, object]) -> Translations:
    """What a row says in other languages, in columns such as title_zh or in an object under `translations`."""
    found: Translations = {}
    for name in FIELDS:
        if name in record:
            field, _separator, language = name.partition("_")
            found.setdefault(language, {})[field] = _translated(field, record[name], name)
    by_language = record.get("translations")
    if by_language in (None, ""):
        return found
    if not isinstance(by_language, dict):
        raise InvalidValue("translations", by_language, _("is not an object by language code"))
    for code, fields in by_language.items():
        language = language_code(code, "translations").lower()
        language = LANGUAGE_OF_SUFFIX.get(language, language)
        if not isinstance(fields, dict) or not set(fields) <= set(TRANSLATED) or not language:
            expected = _("is not an object of %(names)s") % {"names": ", ".join(TRANSLATED)}
            raise InvalidValue("translations", fields, expected)
        for field, value in fields.items():
            found.setdefault(language, {})[field] = _translated(field, value, f"translations.{code}.{field}")
    return found


def _translated(field: str, value: object, column: str) -> str | list[str] | None:
    if field in LISTS:
        return names(value, column) or None
    return plain_text(value, column) or None
