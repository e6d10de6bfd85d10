"""Tokens of the filter language: odata-query's, with its lexer put right where it refuses what OData allows.

The library takes the beginning of a name for a keyword (`allergens` for `all`), knows names of Latin letters alone,
wants a blank after `not` and a comma in a list of one, and drops what stands before a dot in a name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from odata_query import ast
from odata_query.grammar import ODataLexer
from sly.lex import Token

# Names that a call begins with: `genre.attribute(...)` is a function of GENRE's own, as OData writes such names.
NAMESPACE = "genre"


class FilterLexer(ODataLexer):
    """The lexer of one filter. Raises TokenizingException at the first character that begins no token."""

    # Redefined patterns keep their place in the order in which tokens are tried, and what is made of a token.
    tokens = ODataLexer.tokens
    NOT = r"not(?:\s+|(?=\())"  # type: ignore[assignment]  # sly takes the pattern and keeps the function
    BOOLEAN = r"(?:true|false)(?![\w/])"  # type: ignore[assignment]
    NULL = r"null(?![\w/])"  # type: ignore[assignment]
    ANY = r"any(?=\s*\()"  # type: ignore[assignment]
    ALL = r"all(?=\s*\()"  # type: ignore[assignment]
    ODATA_IDENTIFIER = r"[^\W\d](?:\.?\w){0,127}"  # type: ignore[assignment]


def identifier_name(identifier: ast.Identifier) -> str:
    return ".".join((*identifier.namespace, identifier.name))


def filter_tokens(text: str) -> list[Token]:
    """The tokens of a filter, blanks around it left out."""
    start = len(text) - len(text.lstrip())
    # Operators have blanks around them: one that ends a filter shall be seen as one.
    tokens = list(FilterLexer().tokenize(text.rstrip() + " ", index=start))
    if tokens and tokens[-1].type == "WS":
        tokens.pop()
    for place, token in enumerate(tokens):
        is_call = place + 1 < len(tokens) and tokens[place + 1].type == "("
        # The parser keeps the last piece of a name alone: an attribute whose name has a dot is one name.
        if token.type == "ODATA_IDENTIFIER" and not (is_call and token.value.namespace == (NAMESPACE,)):
            token.value = ast.Identifier(identifier_name(token.value))
    return list(_with_commas(tokens))


def name_paths(tokens: Sequence[Token]) -> dict[tuple[str, ...], int]:
    """Where each name with what follows it after slashes first stands; the parser makes such names anew."""
    paths: dict[tuple[str, ...], int] = {}
    path: list[str] = []
    start = 0
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type == "ODATA_IDENTIFIER":
            if before is None or before.type != "/":
                path, start = [], token.index
            path.append(identifier_name(token.value))
            paths.setdefault(tuple(path), start)
    return paths


def _with_commas(tokens: Sequence[Token]) -> Iterator[Token]:
    """A list of one value is written without a comma, which the parser wants to tell it from parentheses."""
    opened: int | None = None
    for place, token in enumerate(tokens):
        kinds = [one.type for one in tokens[opened:place] if one.type != "WS"] if opened is not None else []
        if token.type == "(" and place and tokens[place - 1].type == "IN":
            opened = place
        elif token.type == ")" and opened is not None:
            if len(kinds) == 2:
                yield _comma(token)
            opened = None
        yield token


def _comma(before: Token) -> Token:
    comma = Token()
    comma.type, comma.value, comma.lineno, comma.index = ",", ",", before.lineno, before.index
    return comma
