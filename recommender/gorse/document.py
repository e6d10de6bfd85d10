"""A JSON object as Gorse's clients send it: names in whatever case, nothing obligatory, unknown names passed over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from catalog.importing.exceptions import InvalidValue
from catalog.importing.values import LONGEST_TEXT
from recommender.gorse.moments import moment_of
from recommender.services import row_checks as check

# So that many of them can be added up.
LARGEST_VALUE = 1e100


class Document:
    """Reads members by their names. null is the same as absent, as it is to Go. Each reader raises InvalidValue."""

    def __init__(self, value: object) -> None:
        if not isinstance(value, Mapping):
            raise InvalidValue("", value, _("is not a JSON object"))
        # Go's decoder takes names in any case; one that is written exactly counts for more.
        self._exact = value
        self._any_case = {str(name).lower(): member for name, member in value.items()}

    def get(self, name: str) -> object:
        return self._exact[name] if name in self._exact else self._any_case.get(name.lower())

    def has(self, name: str) -> bool:
        return self.get(name) is not None

    def having(self, name: str, default: object) -> dict[str, object]:
        """The object with a member that it may lack."""
        return {**self._exact, name: self.get(name) or default}

    def identifier(self, name: str) -> str:
        return check.identifier(self.get(name) if self.has(name) else "", name)

    def text(self, name: str) -> str:
        """Every letter of it: a Comment comes back as it was sent."""
        value = self.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise InvalidValue(name, value, _("is not a text"))
        if len(value) > LONGEST_TEXT:
            raise InvalidValue(name, value, _("is longer than %(longest)d characters") % {"longest": LONGEST_TEXT})
        return value

    def truth(self, name: str) -> bool:
        return self.has(name) and check.true_or_false(self.get(name), name)

    def names(self, name: str) -> list[str]:
        """A list of texts, each once, in the order given."""
        return check.names(self.get(name), name) if self.has(name) else []

    def moment(self, name: str) -> datetime | None:
        return moment_of(self.get(name), name)

    def number(self, name: str) -> float:
        number = check.number(self.get(name), name) or 0.0
        if abs(number) > LARGEST_VALUE:
            raise InvalidValue(name, number, _("is too large"))
        return number
