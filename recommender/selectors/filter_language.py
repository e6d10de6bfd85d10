"""Filters of items in OData's `$filter` language, as programs send them with a request.

    kind eq 'film' and attributes/year ge 1990
    categories/any(c: c eq 'jazz') or contains(tolower(title), 'piano')
    published_at ge 2024-05-01 and not (id in ('a', 'b'))
    genre.attribute('running time') lt 120

Fields are those of an item by the names that it has in the API, and `attributes/...` for what its attributes hold;
`genre.attribute('...')` names an attribute that is no identifier. Comparisons (eq, ne, lt, le, gt, ge, in), and, or,
not, contains, startswith, endswith, tolower, toupper, any and all are understood. Values are typed: a number is not
equal to the text of its digits, and what an item lacks fulfils no comparison but `ne`, and `eq null`. Texts are
compared letter by letter, capitals included, and ordered by code points. An attribute that is one value may be looked
through as a list of one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django.db.models import Q

from recommender.selectors.filter_checking import checked
from recommender.selectors.filter_conditions import Condition
from recommender.selectors.filter_sql import filter_expression
from recommender.selectors.filter_syntax import parsed

# Programs send the same filter with each request.
FILTERS_IN_MEMORY = 512


@dataclass(frozen=True)
class ItemFilter:
    """A filter, as it was written and as it was understood."""

    text: str
    condition: Condition

    def q(self, prefix: str = "") -> Q:
        """The condition on items; `prefix` as in `eligible`. True or false for each of them: it may be negated."""
        return Q(filter_expression(self.condition, prefix=prefix))


def parse_filter(text: str, *, keeps_catalog: bool = False) -> ItemFilter:
    """A filter out of its text.

    Args:
        text: at most `filter_syntax.LONGEST_FILTER` characters and `MOST_TERMS` terms.
        keeps_catalog: whether whoever asks may see what is hidden, and so may ask for `hidden`.

    Raises:
        InvalidRequest: naming the 1-based character that is wrong, and what was expected.
    """
    return _parsed(text, keeps_catalog)


@lru_cache(maxsize=FILTERS_IN_MEMORY)
def _parsed(text: str, keeps_catalog: bool) -> ItemFilter:
    return ItemFilter(text, checked(parsed(text), keeps_catalog=keeps_catalog))
