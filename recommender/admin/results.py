"""A list of results as a table: rank, item, score, what it is made of, and the reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from catalog.models import Item
from recommender.admin.links import page_link
from recommender.admin.tables import html_table
from recommender.services.answers import Result
from recommender.services.part_labels import part_label

# Of three decimals.
LEAST = 0.0005


def results_table(results: Sequence[Result], item_ids: Mapping[str, int]) -> SafeString:
    """`item_ids` by external id: an item that is gone has no page, and its title alone."""
    has_chances = any(result.propensity is not None for result in results)
    headers = [_("rank"), _("item"), _("score"), _("parts of the score"), _("reason")]
    if has_chances:
        headers.append(_("probability"))
    return html_table(headers, _rows(results, item_ids, has_chances=has_chances))


def parts_cell(parts: Mapping[str, float]) -> SafeString:
    """The largest first, without those that would be written as nothing."""
    written = [(name, value) for name, value in parts.items() if abs(value) >= LEAST]
    ordered = sorted(written, key=lambda part: (-part[1], part[0]))
    cell = SafeString()
    for name, value in ordered:
        cell += format_html(
            '<span class="part">{} <span class="number">{}</span></span> ', part_label(name), f"{value:+.3f}"
        )
    return cell


def _rows(results: Sequence[Result], item_ids: Mapping[str, int], *, has_chances: bool) -> Iterator[tuple[object, ...]]:
    for result in results:
        pk = item_ids.get(result.item_id)
        title = result.title if pk is None else page_link(Item, pk, result.title)
        row: tuple[object, ...] = (result.rank, title, f"{result.score:.3f}", parts_cell(result.parts), result.reason)
        if has_chances:
            row = (*row, "" if result.propensity is None else f"{result.propensity:.3f}")
        yield row
