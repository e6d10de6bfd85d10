"""Every setting of a scoring configuration by its dotted name: what it is called, takes, does, and is by default."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from recommender.engine.settings import ScoringSettings
from recommender.services import setting_labels


class SettingKind(StrEnum):
    SWITCH = "switch"
    WHOLE = "whole"
    NUMBER = "number"
    CHOICE = "choice"
    TEXT = "text"
    LIST = "list"
    MAPPING = "mapping"


@dataclass(frozen=True)
class SettingField:
    """`name` is what `scoring_config set` takes; the texts are in one language.

    `minimum` and `maximum` are the ends of the range, whether or not they belong to it; `values` says that in words.
    `nothing` says what it means to have no value, None where there has to be one.
    """

    name: str
    label: str
    kind: SettingKind
    values: str
    default: str
    explanation: str
    default_value: Any
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    nothing: str | None = None

    @property
    def section(self) -> str:
        return self.name.partition(".")[0]

    @property
    def allowed(self) -> str:
        """What may be written in JSON, such as "number, ≥ 0, ≤ 1 or null"."""
        return self.values if self.nothing is None else _(" or ").join([self.values, "null"])


@dataclass(frozen=True)
class SettingSection:
    name: str
    label: str
    explanation: str
    fields: tuple[SettingField, ...]


def setting_fields() -> tuple[SettingField, ...]:
    """The fields of all sections, in their order, in the active language."""
    return tuple(field for section in setting_sections() for field in section.fields)


def setting_sections() -> tuple[SettingSection, ...]:
    """The sections in their order, in the active language."""
    return _sections_in(get_language() or "en")


def readable_settings(stored: Mapping[str, Any]) -> str:
    """Stored settings as indented JSON in the order of the schema; those that no longer fit it, as they are."""
    try:
        ordered: object = ScoringSettings.model_validate(stored).model_dump(mode="json")
    except ValidationError:
        ordered = stored
    return json.dumps(ordered, indent=2, ensure_ascii=False)


@lru_cache(maxsize=8)
def _sections_in(language: str) -> tuple[SettingSection, ...]:
    with override(language):
        return tuple(_sections())


def _sections() -> Iterator[SettingSection]:
    for name, info in ScoringSettings.model_fields.items():
        section = info.annotation
        if not (isinstance(section, type) and issubclass(section, BaseModel)):
            raise TypeError(f"{name} is no section of settings")
        fields = tuple(_field(f"{name}.{inner}", inner_info) for inner, inner_info in section.model_fields.items())
        label, explanation = setting_labels.SECTIONS[name]
        yield SettingSection(name, str(label), str(explanation), fields)


def _field(name: str, info: FieldInfo) -> SettingField:
    choices = _flat(info.annotation)
    annotation = next(choice for choice in choices if choice is not NoneType)
    default = info.get_default(call_default_factory=True)
    lowest, highest = _ends(info.metadata)
    return SettingField(
        name=name,
        label=str(setting_labels.FIELDS[name]),
        kind=_setting_kind(annotation),
        values=_kind(annotation, info.metadata),
        default=json.dumps(default, ensure_ascii=False),
        explanation=_explanation(info),
        default_value=default,
        choices=get_args(annotation) if get_origin(annotation) is Literal else (),
        minimum=lowest,
        maximum=highest,
        nothing=str(setting_labels.NOTHING[name]) if NoneType in choices else None,
    )


def _setting_kind(annotation: Any) -> SettingKind:
    origin = get_origin(annotation)
    if origin is not None:
        return {Literal: SettingKind.CHOICE, list: SettingKind.LIST, dict: SettingKind.MAPPING}[origin]
    return {bool: SettingKind.SWITCH, int: SettingKind.WHOLE, float: SettingKind.NUMBER, str: SettingKind.TEXT}[
        annotation
    ]


def _ends(metadata: list[Any]) -> tuple[float | None, float | None]:
    lowest = highest = None
    for bound in metadata:
        lowest = getattr(bound, "ge", getattr(bound, "gt", lowest))
        highest = getattr(bound, "le", getattr(bound, "lt", highest))
    return lowest, highest


def _explanation(info: FieldInfo) -> str:
    texts = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    key = "help_zh" if (get_language() or "").startswith("zh") else "help_en"
    return str(texts.get(key, ""))


def _flat(annotation: Any) -> list[Any]:
    """The members of a union, or the one type."""
    return list(get_args(annotation)) if get_origin(annotation) in (Union, UnionType) else [annotation]


def _kind(annotation: Any, metadata: list[Any]) -> str:
    """What may be written, such as "number, ≥ 0, ≤ 1" or "never or after_days or always"."""
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
