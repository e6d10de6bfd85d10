"""Checks of what programs send as JSON, field by field, with all mistakes of a row at once.

Stricter than the reading of files in one thing: a value has to be of JSON's own type, for a program knows what it
writes. What a text or a number may be is the same (catalog/importing).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from catalog.importing import translations, values
from catalog.importing.exceptions import InvalidValue
from catalog.importing.moments import EPOCH, date_and_time, past_moment
from recommender.services.written_rows import Mistake, RowRefused

# Raises InvalidValue; takes the value and the field's name.
Check = Callable[[Any, str], Any]


def checked(record: object, checks: Mapping[str, Check], *, required: Collection[str] = ()) -> dict[str, Any]:
    """The record's values as they are to be stored. Raises RowRefused with everything that is wrong with it."""
    if not isinstance(record, dict):
        raise RowRefused([Mistake("", _("This is no JSON object."))])
    found: dict[str, Any] = {}
    mistakes: list[Mistake] = []
    for name, value in record.items():
        check = checks.get(name)
        if check is None:
            mistakes.append(Mistake(str(name), _("There is no such field.")))
            continue
        try:
            found[name] = check(value, name)
        except InvalidValue as error:
            mistakes.append(Mistake(error.column, sentence(error.reason)))
    mistakes.extend(Mistake(name, _("This field is required.")) for name in required if name not in record)
    if mistakes:
        raise RowRefused(mistakes)
    return found


def sentence(reason: str) -> str:
    """The reason of an InvalidValue as a sentence of its own."""
    return _("The value %(reason)s.") % {"reason": reason}


def identifier(value: object, name: str) -> str:
    """An id exactly as it is stored: what is asked for by it later is compared letter by letter."""
    text = values.identifier(_text(value, name), name)
    if text != value:
        raise InvalidValue(name, value, _("has blanks at its ends, or letters in parts that NFC joins"))
    return text


def text(longest: int = values.LONGEST_TEXT, *, empty: bool = True) -> Check:
    def check(value: object, name: str) -> str:
        found = values.plain_text(_text(value, name), name, longest=longest)
        if not (found or empty):
            raise InvalidValue(name, value, _("is empty"))
        return found

    return check


def language(value: object, name: str) -> str:
    return values.language_code(_text(value, name), name)


def address(value: object, name: str) -> str:
    return values.web_address(_text(value, name), name)


def names(value: object, name: str) -> list[str]:
    if not isinstance(value, list):
        raise InvalidValue(name, value, _("is %(kind)s, not a list") % {"kind": values.json_kind(value)})
    for entry in value:
        _text(entry, name)
    return values.names(value, name)


def attributes(value: object, name: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise InvalidValue(name, value, _("is %(kind)s, not an object") % {"kind": values.json_kind(value)})
    for key in value:
        if not 0 < len(key) <= values.LONGEST_NAME:
            raise InvalidValue(name, key, _("has a name that is empty or longer than 255 characters"))
    return value


def translated(value: object, name: str) -> translations.Translations:
    by_language = attributes(value, name)
    for code, fields in by_language.items():
        for field, said in fields.items() if isinstance(fields, dict) else ():
            if said is not None:
                (names if field in translations.LISTS else _text)(said, f"{name}.{code}.{field}")
    return translations.translations_of({"translations": by_language})


def true_or_false(value: object, name: str) -> bool:
    if not isinstance(value, bool):
        raise InvalidValue(name, value, _("is %(kind)s, not true or false") % {"kind": values.json_kind(value)})
    return value


def moment(value: object, name: str) -> datetime | None:
    return None if value is None else date_and_time(_text(value, name), name)


def past(latest: int) -> Check:
    """A time at which something happened; `latest` as `latest_moment` gives it."""

    def check(value: object, name: str) -> datetime | None:
        found = None if value is None else past_moment(_text(value, name), name, latest)
        return None if found is None else EPOCH + timedelta(microseconds=found)

    return check


def number(value: object, name: str) -> float | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise InvalidValue(name, value, _("is %(kind)s, not a number") % {"kind": values.json_kind(value)})
    return values.finite_number(value, name)


def whole_number(value: object, name: str) -> int | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise InvalidValue(name, value, _("is not a whole number"))
    return values.whole_number(value, name)


def optional(check: Check) -> Check:
    """The same, or null."""
    return lambda value, name: None if value is None else check(value, name)


def uuid(value: object, name: str) -> UUID:
    try:
        return UUID(_text(value, name))
    except ValueError:
        raise InvalidValue(name, value, _("is not a UUID")) from None


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise InvalidValue(name, value, _("is %(kind)s, not a text") % {"kind": values.json_kind(value)})
    return value
