"""Fields that several endpoints take: filters, boosts, lists of ids, and which of an item's fields to answer with."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from recommender.api.parameters import ExternalIdField, Parameters
from recommender.api.strict import StrictSerializer
from recommender.exceptions import InvalidRequest
from recommender.selectors.filter_language import parse_filter
from recommender.selectors.filter_syntax import LONGEST_FILTER
from recommender.selectors.item_fields import ItemField
from recommender.selectors.pools import Boost
from recommender.services.answering import LONGEST_LIST
from recommender.services.outside_wishes import MOST_EXCLUDED
from recommender.services.wishes import LARGEST_BOOST

LONGEST_IDS = 20_000
FIELD_NAMES = [str(field) for field in ItemField]


@extend_schema_field({"type": "string", "minLength": 1, "maxLength": LONGEST_FILTER})
class FilterField(serializers.CharField):
    """A filter of items, read; what is wrong with it is said with the place of it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=LONGEST_FILTER, **options)

    def run_validation(self, data: Any = empty) -> Any:
        """Read once the text is known to be one: the validators look at texts."""
        text = super().run_validation(data)
        try:
            return parse_filter(text) if isinstance(text, str) else text
        except InvalidRequest as error:
            raise serializers.ValidationError(str(error)) from error


class BoostSerializer(StrictSerializer):
    """What is added to the scores of the items that a filter selects."""

    filter = FilterField()
    by = serializers.FloatField(
        min_value=-LARGEST_BOOST,
        max_value=LARGEST_BOOST,
        help_text=gettext_lazy(
            "Added to the score; below 0 it is taken off. Trained, scores count deviations above the average item; "
            "untrained, they lie between -1 and 1."
        ),
    )

    def to_internal_value(self, data: Any) -> Boost:
        values = super().to_internal_value(data)
        return Boost(values["filter"], values["by"])


@extend_schema_field({"type": "string", "minLength": 1, "maxLength": LONGEST_IDS, "example": "a,b"})
class IdListField(serializers.CharField):
    """External ids with commas between them; an id with a comma takes the POST form of the request."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=LONGEST_IDS, trim_whitespace=False, **options)

    def run_validation(self, data: Any = empty) -> Any:
        text = super().run_validation(data)
        if not isinstance(text, str):
            return text
        ids = [ExternalIdField().run_validation(one) for one in text.split(",")]
        if len(ids) > MOST_EXCLUDED:
            raise serializers.ValidationError(_("At most %(most)d ids are taken.") % {"most": MOST_EXCLUDED})
        return ids


@extend_schema_field(
    {
        "type": "string",
        "pattern": f"^({'|'.join(FIELD_NAMES)})(,({'|'.join(FIELD_NAMES)}))*$",
        "example": "kind,categories",
    }
)
class ItemFieldsField(serializers.CharField):
    """Names of an item's fields with commas between them."""

    def run_validation(self, data: Any = empty) -> Any:
        text = super().run_validation(data)
        return [_item_field(name) for name in text.split(",")] if isinstance(text, str) else text


def _item_field(name: str) -> ItemField:
    if name not in FIELD_NAMES:
        raise serializers.ValidationError(
            _("“%(name)s” is no field of an item; there are: %(names)s.")
            % {"name": name, "names": ", ".join(FIELD_NAMES)}
        )
    return ItemField(name)


def length_field(**options: Any) -> serializers.IntegerField:
    return serializers.IntegerField(
        min_value=1,
        max_value=LONGEST_LIST,
        required=False,
        help_text=gettext_lazy("Length of the list; the configuration's where none is given."),
        **options,
    )


class ItemListParameters(Parameters):
    """Parameters of lists of items."""

    k = length_field()
    filter = FilterField(
        required=False,
        help_text=gettext_lazy("Items alone that this selects, in OData's filter language: kind eq 'film'."),
    )
    fields = ItemFieldsField(  # type: ignore[assignment]  # a parameter, where the class itself has a property
        required=False, help_text=gettext_lazy("Fields of each item to answer with, with commas between them.")
    )
