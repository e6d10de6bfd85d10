"""Single values out of files: text as CSV has it, or any type as JSON has it, to what the database takes.

Each function raises InvalidValue, with a reason for the person who brought the file. An empty text and JSON's null
are the same: no value.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from catalog.importing.exceptions import InvalidValue
from catalog.importing.row_error import INVISIBLE

LONGEST_IDENTIFIER = 255
LONGEST_TEXT = 1_000_000
LONGEST_NAME = 255
MOST_NAMES = 1_000
LONGEST_ADDRESS = 2_000
LARGEST_WHOLE_NUMBER = 2**63 - 1
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*\Z")
WHOLE_NUMBER = re.compile(r"([+-]?\d{1,19})(\.0*)?\Z", re.ASCII)
WORDS_FOR_TRUE = frozenset({"true", "yes", "1", "t", "y"})
WORDS_FOR_FALSE = frozenset({"false", "no", "0", "f", "n"})


def identifier(value: object, column: str) -> str:
    """An id: 1 to 255 visible characters in Unicode's composed form (NFC).

    The composed form, because some file systems and spreadsheets take letters apart (NFD): both spellings mean the
    same item. Invisible characters are refused: an id that cannot be told from another one by eye is an accident or
    an attack.
    """
    text = value.strip() if type(value) is str else plain_text(value, column)
    if not (text.isascii() and text.isprintable()):
        text = unicodedata.normalize("NFC", text)
        if INVISIBLE.search(text):
            raise InvalidValue(column, value, _("contains characters that cannot be seen"))
    if not 0 < len(text) <= LONGEST_IDENTIFIER:
        raise InvalidValue(column, value, too_long(LONGEST_IDENTIFIER) if text else _("is empty"))
    return text


def plain_text(value: object, column: str, *, longest: int = LONGEST_TEXT) -> str:
    """Text without white space around it; a JSON number is taken as it is written."""
    if isinstance(value, str):
        text = value.strip()
    elif value is None:
        return ""
    elif isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidValue(column, value, _("is %(kind)s, not a text") % {"kind": json_kind(value)})
    else:
        text = str(value)
    if len(text) > longest:
        raise InvalidValue(column, value, too_long(longest))
    return text


def names(value: object, column: str) -> list[str]:
    """A list: separated by | in a text, or a JSON list; blanks and repetitions are dropped, the order stays."""
    if value is None or value == "":
        return []
    if isinstance(value, str):
        parts = [part.strip() for part in value.split("|")]
    elif isinstance(value, list):
        parts = [plain_text(part, column) for part in value]
    else:
        raise InvalidValue(column, value, _("is %(kind)s, not a list") % {"kind": json_kind(value)})
    found = list(dict.fromkeys(part for part in parts if part))
    if len(found) > MOST_NAMES:
        raise InvalidValue(column, value, _("lists more than %(count)s names") % {"count": f"{MOST_NAMES:,}"})
    if any(len(name) > LONGEST_NAME for name in found):
        raise InvalidValue(column, value, _("has a name longer than %(count)s characters") % {"count": LONGEST_NAME})
    return found


def finite_number(value: object, column: str) -> float | None:
    """A number that is neither NaN nor infinite."""
    if value is None or isinstance(value, bool | list | dict):
        if value is None:
            return None
        raise InvalidValue(column, value, _("is %(kind)s, not a number") % {"kind": json_kind(value)})
    try:
        number = float(value)  # type: ignore[arg-type]  # str, int or float by now
    except (ValueError, OverflowError):
        if isinstance(value, str) and not value.strip():
            return None
        raise InvalidValue(column, value, _("is not a number")) from None
    # Python reads 1_000 as a thousand; a file means something else by it.
    if number - number != 0 or (isinstance(value, str) and "_" in value):
        raise InvalidValue(column, value, _("is not a finite number"))
    return number


def whole_number(value: object, column: str) -> int | None:
    """An integer that 64 bits hold; `3.0`, as spreadsheets write it, is one."""
    if value is None or value == "":
        return None
    found = None if isinstance(value, bool) else WHOLE_NUMBER.match(str(value).strip())
    if found is None or abs(number := int(found[1])) > LARGEST_WHOLE_NUMBER:
        raise InvalidValue(column, value, _("is not a whole number"))
    return number


def yes_or_no(value: object, column: str) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in WORDS_FOR_TRUE:
        return True
    if word in WORDS_FOR_FALSE:
        return False
    if word:
        raise InvalidValue(column, value, _("is neither true nor false"))
    return None


def language_code(value: object, column: str) -> str:
    code = plain_text(value, column, longest=35).replace("_", "-")
    if code and not LANGUAGE.match(code):
        raise InvalidValue(column, value, _("is not a language code such as en or zh-hans"))
    return code


def web_address(value: object, column: str) -> str:
    """An http or https address: another scheme (javascript:, data:) would run in the reader's browser."""
    address = plain_text(value, column, longest=LONGEST_ADDRESS)
    if not address:
        return ""
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable or any(character.isspace() for character in address) or INVISIBLE.search(address):
        raise InvalidValue(column, value, _("is not an http or https address"))
    return address


def too_long(longest: int) -> str:
    return _("is longer than %(count)s characters") % {"count": f"{longest:,}"}


def json_kind(value: object) -> str:
    """What a value is, as JSON calls it."""
    return {
        bool: _("true or false"),
        dict: _("an object"),
        list: _("a list"),
        int: _("a number"),
        float: _("a number"),
        str: _("a text"),
        type(None): _("null"),
    }.get(type(value), _("of a kind that is not expected here"))
