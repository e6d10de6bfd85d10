"""The OpenAPI document as chapters of a page: operations by tag, with all that is said of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

METHODS = ("get", "post", "put", "patch", "delete")
DEEPEST_FIELD = 3

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Field:
    """One row of a table: a parameter, or a field of a body."""

    name: str
    kind: str
    required: bool
    description: str
    place: str = ""


@dataclass(frozen=True)
class Answer:
    status: str
    description: str


@dataclass(frozen=True)
class Example:
    name: str
    text: str


@dataclass(frozen=True)
class Operation:
    anchor: str
    method: str
    path: str
    summary: str
    description: str
    parameters: list[Field]
    body: list[Field]
    result: list[Field]
    answers: list[Answer]
    examples: list[Example]


@dataclass(frozen=True)
class Chapter:
    name: str
    operations: list[Operation]


def chapters(document: Document) -> list[Chapter]:
    found: dict[str, list[Operation]] = {}
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                tag = (methods[method].get("tags") or [""])[0]
                found.setdefault(tag, []).append(_operation(document, path, method, methods[method]))
    return [Chapter(name, operations) for name, operations in found.items()]


def _operation(document: Document, path: str, method: str, described: Document) -> Operation:
    body = _content(described.get("requestBody", {}))
    successes = [answer for status, answer in described["responses"].items() if status.startswith("2")]
    result = _content(successes[0]) if successes else {}
    return Operation(
        anchor=described["operationId"],
        method=method.upper(),
        path=path,
        summary=described.get("summary", ""),
        description=described.get("description", ""),
        parameters=[_parameter(document, parameter) for parameter in described.get("parameters", ())],
        body=list(_fields(document, body.get("schema", {}))),
        result=list(_fields(document, result.get("schema", {}))),
        answers=[Answer(status, answer.get("description", "")) for status, answer in described["responses"].items()],
        examples=[*_examples(body), *_examples(result)],
    )


def _content(described: Document) -> Document:
    contents: Iterable[Document] = described.get("content", {}).values()
    return next(iter(contents), {})


def _examples(content: Document) -> Iterator[Example]:
    for name, example in content.get("examples", {}).items():
        text = json.dumps(example.get("value"), ensure_ascii=False, indent=2)
        yield Example(example.get("summary") or name, text)


def _parameter(document: Document, described: Document) -> Field:
    return Field(
        name=described["name"],
        kind=_kind(document, described.get("schema", {})),
        required=bool(described.get("required")),
        description=described.get("description", ""),
        place=described["in"],
    )


def _fields(document: Document, schema: Document, prefix: str = "", depth: int = 1) -> Iterator[Field]:
    """Fields of an object, those of inner ones by dotted names."""
    schema = _resolved(document, schema)
    if "items" in schema:
        yield from _fields(document, schema["items"], f"{prefix}[].", depth)
        return
    for name, described in schema.get("properties", {}).items():
        inner = _resolved(document, described)
        yield Field(
            name=f"{prefix}{name}",
            kind=_kind(document, described),
            required=name in schema.get("required", ()),
            description=described.get("description") or inner.get("description", ""),
        )
        if depth < DEEPEST_FIELD:
            yield from _fields(document, inner, f"{prefix}{name}{'' if 'items' in inner else '.'}", depth + 1)


def _kind(document: Document, schema: Document) -> str:
    schema = _resolved(document, schema)
    if "enum" in schema:
        return " | ".join(json.dumps(value, ensure_ascii=False) for value in schema["enum"])
    if alternatives := schema.get("oneOf") or schema.get("anyOf"):
        return " | ".join(_kind(document, alternative) for alternative in alternatives)
    if "items" in schema:
        return f"[{_kind(document, schema['items'])}]"
    named = schema.get("type", "any")
    kinds = [named] if isinstance(named, str) else list(named)
    bounds = [f"{sign} {schema[key]}" for key, sign in (("minimum", "≥"), ("maximum", "≤")) if key in schema]
    return " ".join([" | ".join(kinds), *([f"({schema['format']})"] if "format" in schema else []), *bounds])


def _resolved(document: Document, schema: Document) -> Document:
    """What a reference leads to; a single member of allOf is a reference with a description of its own."""
    while True:
        if "$ref" in schema:
            schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        elif len(schema.get("allOf", ())) == 1:
            schema = schema["allOf"][0]
        else:
            return schema
