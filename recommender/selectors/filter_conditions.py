"""What a filter says, checked: conditions on one item, each of them true or false and never unknown.

What an item lacks, or has of another type than it is compared with, fulfils no comparison but `ne`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

Literal = str | Decimal | bool | datetime | None


class Comparison(StrEnum):
    EQ = "eq"
    NE = "ne"
    LT = "lt"
    LE = "le"
    GT = "gt"
    GE = "ge"


class TextTest(StrEnum):
    CONTAINS = "contains"
    STARTS = "startswith"
    ENDS = "endswith"


class Case(StrEnum):
    """How the letters of a text are changed before it is looked at."""

    AS_IS = ""
    LOWER = "tolower"
    UPPER = "toupper"


class FieldType(StrEnum):
    TEXT = "text"
    MOMENT = "moment"
    TRUTH = "truth"
    TEXTS = "texts"


@dataclass(frozen=True)
class Column:
    """A field of the item, by the name of its column."""

    name: str
    type: FieldType
    nullable: bool = False


@dataclass(frozen=True)
class JsonPath:
    """A value among the item's attributes; `keys` lead to it."""

    keys: tuple[str, ...]


@dataclass(frozen=True)
class Member:
    """One value of the list that an `any` or `all` looks through."""

    of_json: bool


Operand = Column | JsonPath | Member


@dataclass(frozen=True)
class Compare:
    operand: Operand
    comparison: Comparison
    value: Literal
    case: Case = Case.AS_IS


@dataclass(frozen=True)
class OneOf:
    operand: Operand
    values: tuple[Literal, ...]
    case: Case = Case.AS_IS


@dataclass(frozen=True)
class Text:
    operand: Operand
    test: TextTest
    piece: str
    case: Case = Case.AS_IS


@dataclass(frozen=True)
class Quantified:
    """Whether any member, or every one, of a list fulfils a condition; without one: whether the list has a member."""

    operand: Column | JsonPath
    every: bool
    condition: Condition | None


@dataclass(frozen=True)
class Not:
    condition: Condition


@dataclass(frozen=True)
class All:
    conditions: Sequence[Condition]


@dataclass(frozen=True)
class AnyOf:
    conditions: Sequence[Condition]


Condition = Compare | OneOf | Text | Quantified | Not | All | AnyOf
