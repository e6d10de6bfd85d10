"""From a syntax tree to conditions: names are known ones, and values of a type that the field has."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from decimal import Decimal

from django.utils.translation import gettext as _
from odata_query import ast

from recommender.exceptions import InvalidRequest
from recommender.selectors.filter_conditions import (
    All,
    AnyOf,
    Case,
    Column,
    Compare,
    Comparison,
    Condition,
    FieldType,
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
from recommender.selectors.filter_syntax import FilterSyntax, filter_error, name_path, unknown_function
from recommender.selectors.filter_tokens import NAMESPACE, identifier_name

ATTRIBUTES = "attributes"
ATTRIBUTE_FUNCTION = f"{NAMESPACE}.attribute"
COLUMNS = {
    "id": Column("external_id", FieldType.TEXT),
    "kind": Column("kind", FieldType.TEXT),
    "title": Column("title", FieldType.TEXT),
    "description": Column("description", FieldType.TEXT),
    "language": Column("language", FieldType.TEXT),
    "image_url": Column("image_url", FieldType.TEXT),
    "categories": Column("categories", FieldType.TEXTS),
    "tags": Column("tags", FieldType.TEXTS),
    "published_at": Column("published_at", FieldType.MOMENT, nullable=True),
    "created_at": Column("created_at", FieldType.MOMENT),
    "updated_at": Column("updated_at", FieldType.MOMENT),
}
# What nobody but those who keep the catalog may ask for.
KEEPERS_COLUMNS = {"hidden": Column("hidden", FieldType.TRUTH)}

COMPARISONS = {
    ast.Eq: Comparison.EQ,
    ast.NotEq: Comparison.NE,
    ast.Lt: Comparison.LT,
    ast.LtE: Comparison.LE,
    ast.Gt: Comparison.GT,
    ast.GtE: Comparison.GE,
}
TURNED = {
    Comparison.LT: Comparison.GT,
    Comparison.LE: Comparison.GE,
    Comparison.GT: Comparison.LT,
    Comparison.GE: Comparison.LE,
}
# Beyond this a number fits no column and no program.
LARGEST_EXPONENT = 300


@dataclass(frozen=True)
class _Side:
    """What a comparison looks at."""

    operand: Operand
    case: Case = Case.AS_IS


def checked(syntax: FilterSyntax, *, keeps_catalog: bool) -> Condition:
    """Raises InvalidRequest that names the place of the first thing that makes no sense."""
    columns = COLUMNS | KEEPERS_COLUMNS if keeps_catalog else COLUMNS
    return _Checker(syntax, columns, None, None).condition(syntax.tree)


@dataclass(frozen=True)
class _Checker:
    syntax: FilterSyntax
    columns: dict[str, Column]
    variable: str | None
    member: Member | None

    def condition(self, node: ast._Node) -> Condition:
        if isinstance(node, ast.BoolOp):
            both = (self.condition(node.left), self.condition(node.right))
            return All(both) if isinstance(node.op, ast.And) else AnyOf(both)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return Not(self.condition(node.operand))
        if isinstance(node, ast.Compare):
            return self._comparison(node)
        if isinstance(node, ast.CollectionLambda):
            return self._quantified(node)
        if isinstance(node, ast.Call) and identifier_name(node.func) in set(TextTest):
            return self._text_test(node)
        if isinstance(node, ast.Call) and identifier_name(node.func) not in {ATTRIBUTE_FUNCTION, *Case}:
            raise self._wrong(node, unknown_function(identifier_name(node.func)))
        if isinstance(node, ast.Identifier | ast.Attribute | ast.Call):
            return self._truth(node)
        raise self._wrong(node, _("a condition was expected, such as kind eq 'film'"))

    def _comparison(self, node: ast.Compare) -> Condition:
        if isinstance(node.comparator, ast.In) and isinstance(node.right, ast.List):
            side = self._side(node.left)
            return OneOf(side.operand, tuple(self._literal(one, side) for one in node.right.val), side.case)
        comparison = COMPARISONS[type(node.comparator)]
        left, right = node.left, node.right
        if isinstance(left, ast._Literal) and not isinstance(right, ast._Literal):
            left, right, comparison = right, left, TURNED.get(comparison, comparison)
        side = self._side(left)
        value = self._literal(right, side)
        ordered = comparison not in (Comparison.EQ, Comparison.NE)
        if ordered and (value is None or isinstance(value, bool)):
            raise self._wrong(right, _("only eq and ne compare with true, false and null"))
        return Compare(side.operand, comparison, value, side.case)

    def _text_test(self, node: ast.Call) -> Condition:
        side = self._side(node.args[0])
        if isinstance(side.operand, Column) and side.operand.type is not FieldType.TEXT:
            raise self._wrong(node.args[0], _("a text was expected"))
        piece = node.args[1]
        if not isinstance(piece, ast.String):
            raise self._wrong(piece, _("a text in single quotation marks was expected"))
        return Text(side.operand, TextTest(identifier_name(node.func)), str(piece.val), side.case)

    def _truth(self, node: ast._Node) -> Condition:
        operand = self._side(node).operand
        if isinstance(operand, Column) and operand.type is not FieldType.TRUTH:
            raise self._wrong(node, _("a comparison was expected, such as kind eq 'film'"))
        return Compare(operand, Comparison.EQ, True)

    def _quantified(self, node: ast.CollectionLambda) -> Condition:
        if self.member is not None:
            raise self._wrong(node, _("any and all do not stand inside each other"))
        operand = self._operand(node.owner)
        if isinstance(operand, Member) or (isinstance(operand, Column) and operand.type is not FieldType.TEXTS):
            raise self._wrong(node, _("any and all look through categories, tags and attributes"))
        every = isinstance(node.operator, ast.All)
        if node.lambda_ is None:
            return Quantified(operand, every, None)
        member = Member(of_json=isinstance(operand, JsonPath))
        inside = replace(self, variable=identifier_name(node.lambda_.identifier), member=member)
        return Quantified(operand, every, inside.condition(node.lambda_.expression))

    def _side(self, node: ast._Node) -> _Side:
        if isinstance(node, ast.Call) and identifier_name(node.func) in (Case.LOWER, Case.UPPER):
            operand = self._operand(node.args[0])
            if isinstance(operand, Column) and operand.type is not FieldType.TEXT:
                raise self._wrong(node.args[0], _("a text was expected"))
            return _Side(operand, Case(identifier_name(node.func)))
        operand = self._operand(node)
        if isinstance(operand, Column) and operand.type is FieldType.TEXTS:
            said = _("“%(name)s” is a list: write %(name)s/any(one: one eq 'jazz')") % {"name": name_path(node)[0]}
            raise self._wrong(node, said)
        return _Side(operand)

    def _operand(self, node: ast._Node) -> Operand:
        if isinstance(node, ast.Call) and identifier_name(node.func) == ATTRIBUTE_FUNCTION:
            return self._attribute(node)
        path = name_path(node)
        if not path:
            raise self._wrong(node, _("a field was expected; there are: %(names)s") % {"names": self._known_names()})
        if self.member is not None:
            if path == (self.variable,):
                return self.member
            raise self._wrong(node, _("inside of any and all only “%(name)s” is known") % {"name": self.variable})
        if path[0] == ATTRIBUTES and len(path) > 1:
            return JsonPath(path[1:])
        if len(path) == 1 and path[0] in self.columns:
            return self.columns[path[0]]
        said = _("there is no field “%(name)s”; there are: %(names)s")
        raise self._wrong(node, said % {"name": "/".join(path), "names": self._known_names()})

    def _attribute(self, node: ast.Call) -> JsonPath:
        keys = [key.val for key in node.args if isinstance(key, ast.String)]
        if not keys or len(keys) != len(node.args) or self.member is not None:
            raise self._wrong(node, _("write genre.attribute('name of the attribute')"))
        return JsonPath(tuple(keys))

    def _literal(self, node: ast._Node, side: _Side) -> Literal:
        operand = side.operand
        if isinstance(node, ast.Null):
            return None
        if isinstance(operand, Column) and operand.type is FieldType.MOMENT:
            return self._moment(node)
        if isinstance(operand, Column) and operand.type is FieldType.TRUTH:
            if isinstance(node, ast.Boolean):
                return bool(node.py_val)
            raise self._wrong(node, _("true or false was expected"))
        if isinstance(node, ast.String):
            return str(node.val)
        if isinstance(operand, JsonPath) or (isinstance(operand, Member) and operand.of_json):
            return self._json_value(node, side)
        raise self._wrong(node, _("a text in single quotation marks was expected"))

    def _json_value(self, node: ast._Node, side: _Side) -> Literal:
        if side.case is not Case.AS_IS:
            raise self._wrong(node, _("a text in single quotation marks was expected"))
        if isinstance(node, ast.Boolean):
            return bool(node.py_val)
        if isinstance(node, ast.Integer | ast.Float):
            number = Decimal(node.val)
            if number and abs(number.adjusted()) > LARGEST_EXPONENT:
                raise self._wrong(node, _("this number is too large or too small"))
            return number
        if isinstance(node, ast.Date | ast.DateTime):
            # JSON has no dates: they are texts there, and in this form sort as they follow each other.
            return str(node.val)
        raise self._wrong(node, _("a number, a text in single quotation marks, true, false or null was expected"))

    def _moment(self, node: ast._Node) -> datetime:
        expected = _("a date was expected, such as 2024-05-01 or 2024-05-01T12:00:00Z")
        if not isinstance(node, ast.Date | ast.DateTime):
            raise self._wrong(node, expected)
        try:
            if isinstance(node, ast.Date):
                return datetime.combine(node.py_val, time(), UTC)
            moment: datetime = node.py_val
        except ValueError as error:
            raise self._wrong(node, expected) from error
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)

    def _known_names(self) -> str:
        return ", ".join([*self.columns, f"{ATTRIBUTES}/..."])

    def _wrong(self, node: ast._Node, said: str) -> InvalidRequest:
        return filter_error(self.syntax.position(node), said)
