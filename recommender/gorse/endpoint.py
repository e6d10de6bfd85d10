"""What all of Gorse's calls share: the key's catalog, numbers in the query, and mistakes told as problems."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

from django.utils.translation import gettext as _
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.response import Response

from catalog.importing.exceptions import InvalidValue
from catalog.models import Catalog
from recommender.api.access import Scope
from recommender.api.authentication import KeyAuthentication
from recommender.api.endpoint import Endpoint
from recommender.services.row_checks import sentence

T = TypeVar("T")

# What Gorse gives where nobody says how many.
USUAL_COUNT = 10
# Of a page; whoever asks for more goes on by the cursor.
MOST_ROWS = 10_000
NUMBER = re.compile(r"\d{1,9}", re.ASCII)


class GorseEndpoint(Endpoint):
    """A call of a program with its key. Parameters and members that are not known are passed over, as Gorse does."""

    authentication_classes = (KeyAuthentication,)  # type: ignore[assignment]  # others have no place in Gorse's API

    @property
    def catalog(self) -> Catalog:
        return self.caller.catalog

    def number(self, name: str, default: int) -> int:
        text = self.text(name)
        if text == "":
            return default
        if not NUMBER.fullmatch(text):
            raise ValidationError({name: [_("A number that is not negative was expected.")]})
        return int(text)

    def text(self, name: str) -> str:
        """A parameter, "" where it is not given."""
        text = self.request.query_params.get(name, "")
        if "\0" in text:
            raise ValidationError({name: [_("Null characters are not allowed.")]})
        return text

    def texts(self, name: str) -> list[str]:
        """All that were given of a parameter, none of them empty."""
        return [text for text in self.request.query_params.getlist(name) if text]

    def document(self, read: Callable[[object], T]) -> T:
        """The body as something that `read` makes of JSON."""
        return checked(read, self.request.data)

    def documents(self, read: Callable[[object], T]) -> list[T]:
        """The body as a list of what `read` makes of JSON. Raises ValidationError with the mistake of each row."""
        if not isinstance(self.request.data, list):
            raise ValidationError({"": [_("A list was expected.")]})
        rows, mistakes = [], {}
        for index, value in enumerate(self.request.data):
            try:
                rows.append(checked(read, value))
            except ValidationError as error:
                mistakes[str(index)] = error.detail
        if mistakes:
            raise ValidationError(mistakes)
        return rows

    def need(self, scope: Scope) -> None:
        """Refuse a key without the scope, for what not every call of the method does."""
        if not self.caller.may(scope):
            raise PermissionDenied(_("This key does not open this: it takes one with the scope “%s”.") % scope)


def checked(read: Callable[..., T], *values: Any) -> T:
    """What `read` makes of the values. Raises ValidationError, naming the member that is wrong."""
    try:
        return read(*values)
    except InvalidValue as error:
        raise ValidationError({error.column: [sentence(error.reason)]}) from error


def affected(count: int) -> Response:
    return Response({"RowAffected": count})
