"""Every setting of a scoring configuration by its dotted name, with range, default and explanation."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from recommender.engine.settings import ScoringSettings


@dataclass(frozen=True)
class SettingField:
    """`name` is what `scoring_config set` takes; the texts are in the active language."""

    name: str
    allowed: str
    default: str
    explanation: str


def setting_fields(section: type[BaseModel] = ScoringSettings, prefix: str = "") -> Iterator[SettingField]:
    """The fields of all sections, in their order."""
    for name, info in section.model_fields.items():
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            yield from setting_fields(info.annotation, f"{prefix}{name}.")
        else:
            yield SettingField(
                name=f"{prefix}{name}",
                allowed=_allowed(info),
                default=json.dumps(info.get_default(call_default_factory=True), ensure_ascii=False),
                explanation=_explanation(info),
            )


def readable_settings(stored: Mapping[str, Any]) -> str:
    """Stored settings as indented JSON in the order of the schema; those that no longer fit it, as they are."""
    try:
        ordered: object = ScoringSettings.model_validate(stored).model_dump(mode="json")
    except ValidationError:
        ordered = stored
    return json.dumps(ordered, indent=2, ensure_ascii=False)


def _explanation(info: FieldInfo) -> str:
    texts = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    key = "help_zh" if (get_language() or "").startswith("zh") else "help_en"
    return str(texts.get(key, ""))


def _allowed(info: FieldInfo) -> str:
    """What may be written, such as "number, 0 to 1" or "never, after_days or always"."""
    choices = _flat(info.annotation)
    words = [_kind(choice, info.metadata) for choice in choices if choice is not NoneType]
    if NoneType in choices:
        words.append("null")
    return _(" or ").join(words)


def _flat(annotation: Any) -> list[Any]:
    """The members of a union, or the one type."""
    return list(get_args(annotation)) if get_origin(annotation) in (Union, UnionType) else [annotation]


def _kind(annotation: Any, metadata: list[Any]) -> str:
    if get_origin(annotation) is Annotated:
        inner, *metadata = get_args(annotation)
        # A field's own constraints come as one FieldInfo, plain ones as they are.
        metadata = [part for item in metadata for part in getattr(item, "metadata", [item])]
        return _kind(inner, metadata)
    if get_origin(annotation) is Literal:
        return _(" or ").join(str(value) for value in get_args(annotation))
    if get_origin(annotation) is list:
        return _("list of texts")
    if get_origin(annotation) is dict:
        return _("name: %(kind)s") % {"kind": _kind(get_args(annotation)[1], [])}
    name = {bool: _("true or false"), int: _("whole number"), float: _("number")}.get(annotation, _("text"))
    return ", ".join([name, *_range(metadata)])


def _range(metadata: list[Any]) -> Iterator[str]:
    for bound in metadata:
        if isinstance(bound, annotated_types.Ge):
            yield f"≥ {bound.ge:,}"
        elif isinstance(bound, annotated_types.Gt):
            yield f"> {bound.gt:,}"
        elif isinstance(bound, annotated_types.Le):
            yield f"≤ {bound.le:,}"
        elif isinstance(bound, annotated_types.Lt):
            yield f"< {bound.lt:,}"
