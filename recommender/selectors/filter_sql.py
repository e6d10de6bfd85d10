"""Conditions as SQL that Django can put into any query: all of a filter's own text travels as parameters."""

from __future__ import annotations

import json
from collections.abc import Callable
from string import Formatter
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, DateTimeField, F, Field, Func, TextField, Value
from django.db.models.expressions import Combinable, RawSQL
from django.db.models.sql.compiler import SQLCompiler

from recommender.selectors.filter_conditions import (
    All,
    AnyOf,
    Case,
    Column,
    Compare,
    Comparison,
    Condition,
    JsonPath,
    Literal,
    Member,
    Not,
    OneOf,
    Operand,
    Quantified,
    Text,
    TextTest,
)

SIGNS = {
    Comparison.EQ: "=",
    Comparison.NE: "<>",
    Comparison.LT: "<",
    Comparison.LE: "<=",
    Comparison.GT: ">",
    Comparison.GE: ">=",
}
PATTERNS: dict[TextTest, Callable[[str], str]] = {
    TextTest.CONTAINS: lambda piece: f"%{piece}%",
    TextTest.STARTS: lambda piece: f"{piece}%",
    TextTest.ENDS: lambda piece: f"%{piece}",
}
CASES = {Case.AS_IS: "{0}", Case.LOWER: "lower({0})", Case.UPPER: "upper({0})"}
MEMBER = "each_member.value"
JSON_TEXT = "({0} #>> '{{}}')"
# What is one value only is looked through like a list of it.
JSON_MEMBERS = (
    "jsonb_array_elements(CASE WHEN {0} IS NULL OR {0} = 'null' THEN '[]' "
    "WHEN jsonb_typeof({0}) = 'array' THEN {0} ELSE jsonb_build_array({0}) END)"
)


class Template(Func):
    """SQL with places for expressions, {0} for the first, as often as it says; a brace is written twice."""

    def __init__(self, sql: str, *expressions: Any, output_field: Field[Any, Any] | None = None) -> None:
        super().__init__(*expressions, output_field=output_field or BooleanField())
        self.sql = sql

    def as_sql(self, compiler: SQLCompiler, connection: Any, **context: Any) -> tuple[str, list[Any]]:  # type: ignore[override]  # Func's takes more, which templates have no use for
        compiled = [compiler.compile(expression) for expression in self.source_expressions]
        pieces: list[str] = []
        parameters: list[Any] = []
        for text, place, _spec, _conversion in Formatter().parse(self.sql):
            pieces.append(text)
            if place is not None:
                sql, own = compiled[int(place)]
                pieces.append(sql)
                parameters.extend(own)
        return "".join(pieces), parameters


def filter_expression(condition: Condition, *, prefix: str) -> Template:
    """A condition on an item that is reached by `prefix` ("item__", or "" on Item itself). Never NULL."""
    return _Writer(prefix).condition(condition)


class _Writer:
    def __init__(self, prefix: str) -> None:
        self.prefix = prefix

    def condition(self, condition: Condition) -> Template:
        if isinstance(condition, All | AnyOf):
            word = " AND " if isinstance(condition, All) else " OR "
            places = word.join(f"{{{place}}}" for place in range(len(condition.conditions)))
            return Template(f"({places})", *map(self.condition, condition.conditions))
        if isinstance(condition, Not):
            return Template("(NOT {0})", self.condition(condition.condition))
        if isinstance(condition, Quantified):
            return self._quantified(condition)
        if isinstance(condition, OneOf):
            return self._one_of(condition)
        if isinstance(condition, Text):
            return self._text(condition)
        return self._compare(condition)

    def _compare(self, condition: Compare) -> Template:
        operand, value = condition.operand, condition.value
        if condition.comparison is Comparison.NE:
            same = Compare(operand, Comparison.EQ, value, condition.case)
            return Template("(NOT {0})", self._compare(same))
        if value is None:
            return self._is_null(operand)
        sign = SIGNS[condition.comparison]
        if _is_json(operand) and not (isinstance(value, str) and condition.case is not Case.AS_IS):
            return self._compare_json(operand, condition.comparison, value)
        text = self._text_of(operand, condition.case)
        if isinstance(value, str):
            # By code points, whatever the database's language: the same everywhere.
            collated = "" if condition.comparison is Comparison.EQ else ' COLLATE "C"'
            return _total(f"{{0}}{collated} {sign} {{1}}", text, Value(value, TextField()))
        field = BooleanField() if isinstance(value, bool) else DateTimeField()
        return _total(f"{{0}} {sign} {{1}}", text, Value(value, field))

    def _compare_json(self, operand: Operand, comparison: Comparison, value: Literal) -> Template:
        found, sign = self._json(operand), SIGNS[comparison]
        if comparison is Comparison.EQ:
            return _total("{0} = {1}", found, _jsonb(value))
        if isinstance(value, str):
            return _total(
                f"jsonb_typeof({{0}}) = 'string' AND {JSON_TEXT} COLLATE \"C\" {sign} {{1}}",
                found,
                Value(value, TextField()),
            )
        return _total(f"jsonb_typeof({{0}}) = 'number' AND {{0}} {sign} {{1}}", found, _jsonb(value))

    def _is_null(self, operand: Operand) -> Template:
        if _is_json(operand):
            return Template("({0} IS NULL OR {0} = 'null')", self._json(operand))
        return Template("({0} IS NULL)", self._plain(operand))

    def _one_of(self, condition: OneOf) -> Template:
        operand, values = condition.operand, condition.values
        texts = [value for value in values if isinstance(value, str)]
        if texts and len(texts) == len(values) and not _is_json(operand):
            found = self._text_of(operand, condition.case)
            return _total("{0} = ANY ({1})", found, _texts(texts))
        same = [Compare(operand, Comparison.EQ, value, condition.case) for value in values]
        return self.condition(AnyOf(same))

    def _text(self, condition: Text) -> Template:
        pattern = PATTERNS[condition.test](_escaped(condition.piece))
        found = self._text_of(condition.operand, condition.case)
        return _total("{0} LIKE {1}", found, Value(pattern, TextField()))

    def _quantified(self, condition: Quantified) -> Template:
        operand, inner = condition.operand, condition.condition
        if isinstance(operand, JsonPath):
            members = Template(JSON_MEMBERS, self._json(operand))
        else:
            indexed = self._by_index(condition)
            if indexed is not None:
                return indexed
            members = Template("unnest({0})", self._plain(operand))
        if inner is None:
            return Template("EXISTS (SELECT FROM {0})", members)
        begun = "EXISTS (SELECT FROM {0} AS each_member (value) WHERE "
        if condition.every:
            return Template(f"(NOT {begun}NOT {{1}}))", members, self.condition(inner))
        return Template(f"{begun}{{1}})", members, self.condition(inner))

    def _by_index(self, condition: Quantified) -> Template | None:
        """The forms that an index on the list answers: one of its members is this text, or one of these."""
        inner = condition.condition
        if condition.every or not isinstance(inner, Compare | OneOf) or inner.case is not Case.AS_IS:
            return None
        values = inner.values if isinstance(inner, OneOf) else (inner.value,)
        texts = [value for value in values if isinstance(value, str)]
        if len(texts) < len(values) or (isinstance(inner, Compare) and inner.comparison is not Comparison.EQ):
            return None
        return Template("({0} && {1})", self._plain(condition.operand), _texts(texts))

    def _text_of(self, operand: Operand, case: Case) -> Combinable | Template:
        if _is_json(operand):
            # NULL for what is no text: the comparison is then false.
            sql = f"CASE WHEN jsonb_typeof({{0}}) = 'string' THEN {CASES[case].replace('{0}', JSON_TEXT)} END"
            return Template(sql, self._json(operand), output_field=TextField())
        plain = self._plain(operand)
        return plain if case is Case.AS_IS else Template(CASES[case], plain, output_field=TextField())

    def _plain(self, operand: Operand) -> Combinable:
        if isinstance(operand, Column):
            return F(f"{self.prefix}{operand.name}")
        return RawSQL(MEMBER, (), TextField())  # noqa: S611 - a constant

    def _json(self, operand: Operand) -> Combinable:
        if isinstance(operand, JsonPath):
            keys = Value(list(operand.keys), ArrayField(TextField()))
            return Template("({0} #> {1})", F(f"{self.prefix}attributes"), keys, output_field=TextField())
        return RawSQL(MEMBER, (), TextField())  # noqa: S611 - a constant


def _is_json(operand: Operand) -> bool:
    return isinstance(operand, JsonPath) or (isinstance(operand, Member) and operand.of_json)


def _total(sql: str, *expressions: Any) -> Template:
    """A comparison that is false where it would be NULL."""
    return Template(f"(({sql}) IS TRUE)", *expressions)


def _jsonb(value: Literal) -> Template:
    return Template("{0}::jsonb", Value(_json_text(value), TextField()), output_field=TextField())


def _json_text(value: Literal) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value)
    return str(value)


def _texts(values: list[str]) -> Value:
    return Value(values, ArrayField(TextField()))


def _escaped(text: str) -> str:
    """Text as a part of a pattern in which every character stands for itself."""
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
