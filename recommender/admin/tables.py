"""Tables on the admin's pages, every cell of them escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


def html_table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> SafeString:
    """A table; the first cell of each row is its heading."""
    head = format_html_join("", '<th scope="col">{}</th>', ((header,) for header in headers))
    body = format_html_join("", '<tr><th scope="row">{}</th>{}</tr>', ((first, _cells(rest)) for first, *rest in rows))
    return format_html('<table class="genre-table"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>', head, body)


def _cells(values: Iterable[object]) -> SafeString:
    return format_html_join("", "<td>{}</td>", ((value,) for value in values))
