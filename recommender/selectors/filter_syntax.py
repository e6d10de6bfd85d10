"""From a filter's text to the syntax tree of odata-query, and to the place of each of its parts in the text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from odata_query import ast
from odata_query.exceptions import (
    ArgumentCountException,
    ParsingException,
    TokenizingException,
    UnknownFunctionException,
)
from odata_query.grammar import ODataParser
from sly.lex import Token

from recommender.exceptions import InvalidRequest
from recommender.selectors.filter_tokens import filter_tokens, identifier_name, name_paths

LONGEST_FILTER = 2_000
MOST_TERMS = 50
COMPARISONS = ("EQ", "NE", "LT", "LE", "GT", "GE", "IN")
VALUES = ("STRING", "INTEGER", "DECIMAL", "BOOLEAN", "NULL", "DATE", "DATETIME")
# Each of them is a node of the tree: what is counted, and what the tree's depth cannot exceed.
TERMS = frozenset((*COMPARISONS, "AND", "OR", "NOT", "UMINUS", "ADD", "SUB", "MUL", "DIV", "MOD", "ANY", "ALL", "/"))


@dataclass(frozen=True)
class FilterSyntax:
    """A tree, and where its parts stand."""

    tree: ast._Node
    positions: dict[int, int]
    paths: dict[tuple[str, ...], int]
    # The tree's parts are known by identity: they must live as long as their positions are asked for.
    tokens: list[Token]

    def position(self, node: ast._Node) -> int:
        """The 1-based character where a part begins."""
        for part in _beginning(node):
            if id(part) in self.positions:
                return self.positions[id(part)]
            path = name_path(part)
            if path in self.paths:
                return self.paths[path]
        return 1


def parsed(text: str) -> FilterSyntax:
    """Raises InvalidRequest that names the 1-based character and what was expected there."""
    if len(text) > LONGEST_FILTER:
        raise filter_error(
            LONGEST_FILTER + 1, _("a filter has at most %(longest)d characters") % {"longest": LONGEST_FILTER}
        )
    _check_characters(text)
    try:
        tokens = filter_tokens(text)
    except TokenizingException as error:
        raise _untold(error, text) from error
    _check_count(tokens)
    parser = ODataParser()
    try:
        tree = parser.parse(iter(tokens))
    except ParsingException as error:
        position = len(text.rstrip()) + 1 if error.token is None else _visible(error.token.index, text)
        raise filter_error(position, _expected(_acceptable(parser))) from error
    except UnknownFunctionException as error:
        raise filter_error(_of_function(tokens, error.function_name), unknown_function(error.function_name)) from error
    except ArgumentCountException as error:
        said = _("%(name)s takes %(count)d values in its parentheses") % {
            "name": error.function_name,
            "count": error.exp_min_args,
        }
        raise filter_error(_of_function(tokens, error.function_name), said) from error
    if not isinstance(tree, ast._Node):
        raise filter_error(1, _("a condition was expected, such as kind eq 'film'"))
    positions = {id(token.value): token.index + 1 for token in tokens if isinstance(token.value, ast._Node)}
    return FilterSyntax(tree, positions, {path: index + 1 for path, index in name_paths(tokens).items()}, tokens)


def filter_error(position: int, said: str) -> InvalidRequest:
    return InvalidRequest(
        _("The filter is wrong at character %(position)d: %(said)s.") % {"position": position, "said": said}
    )


def unknown_function(name: str) -> str:
    return _("there is no function “%(name)s”; there are: %(names)s") % {
        "name": name,
        "names": "contains, startswith, endswith, tolower, toupper, genre.attribute",
    }


def name_path(node: ast._Node) -> tuple[str, ...]:
    """`attributes/a/b` as its names; () for what is no name."""
    if isinstance(node, ast.Identifier):
        return (identifier_name(node),)
    if isinstance(node, ast.Attribute):
        before = name_path(node.owner)
        return (*before, str(node.attr)) if before else ()
    return ()


def _beginning(node: ast._Node) -> Iterable[ast._Node]:
    """A part, and whatever of it stands first."""
    while True:
        yield node
        if isinstance(node, ast.Compare | ast.BoolOp | ast.BinOp):
            node = node.left
        elif isinstance(node, ast.UnaryOp):
            node = node.op
        elif isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.CollectionLambda):
            node = node.owner
        elif isinstance(node, ast.List) and node.val:
            node = node.val[0]
        else:
            return


def _check_characters(text: str) -> None:
    for place, character in enumerate(text, start=1):
        # PostgreSQL stores neither: the look-up would be an error.
        if character == "\x00" or "\ud800" <= character <= "\udfff":
            raise filter_error(place, _("this character is in no text"))


def _check_count(tokens: Iterable[Token]) -> None:
    terms = [token for token in tokens if token.type in TERMS]
    if len(terms) > MOST_TERMS:
        raise filter_error(terms[MOST_TERMS].index + 1, _("a filter has at most %(most)d terms") % {"most": MOST_TERMS})


def _visible(index: int, text: str) -> int:
    """The 1-based place of what a token shows: operators, and blanks where none may be, begin with a blank."""
    return index + len(text[index:]) - len(text[index:].lstrip()) + 1


def _untold(error: TokenizingException, text: str) -> InvalidRequest:
    place = error.token.index
    if text[place] == "'":
        return filter_error(place + 1, _("this quotation mark is not closed"))
    if text[place] == '"':
        return filter_error(place + 1, _("texts stand in single quotation marks: 'film'"))
    return filter_error(place + 1, _("“%(character)s” means nothing here") % {"character": text[place]})


def _of_function(tokens: Iterable[Token], name: str) -> int:
    for token in tokens:
        if isinstance(token.value, ast.Identifier) and identifier_name(token.value) == name:
            return int(token.index) + 1
    return 1


def _acceptable(parser: ODataParser) -> set[str]:
    """The tokens that the parser would have gone on with."""
    return set(parser._lrtable.lr_action[parser.state])


def _expected(acceptable: set[str]) -> str:
    words = []
    if acceptable & set(COMPARISONS):
        words.append(_("a comparison (eq, ne, lt, le, gt, ge, in)"))
    if acceptable & {"AND", "OR"}:
        words.append(_("and, or"))
    if "ODATA_IDENTIFIER" in acceptable:
        words.append(_("a name"))
    if acceptable & set(VALUES):
        words.append(_("a value"))
    words += [f"“{sign}”" for sign in ("(", ")", ",", ":") if sign in acceptable]
    if "$end" in acceptable:
        words.append(_("the end"))
    return _("expected is one of: %(expected)s") % {"expected": "; ".join(words)}
