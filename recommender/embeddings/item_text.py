"""The text of an item that is embedded: a template over its fields, in all its languages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from recommender.embeddings.exceptions import TemplateError

DEFAULT_TEXT_TEMPLATE = "{titles} {year}\n{categories}\n{descriptions}"

ATTRIBUTE_PREFIX = "attributes."

_PLACEHOLDER = re.compile(r"\{([^{}\n]*)\}")


@dataclass(frozen=True)
class ItemText:
    """The fields of an item that a template can name.

    `translations` holds, by language code, the fields that were translated: title, description, categories, tags.
    """

    title: str
    description: str = ""
    language: str = ""
    kind: str = ""
    categories: Sequence[str] = ()
    tags: Sequence[str] = ()
    attributes: Mapping[str, object] = field(default_factory=dict)
    translations: Mapping[str, Mapping[str, object]] = field(default_factory=dict)


def _translated(fields: ItemText, name: str) -> list[object]:
    # By language code: the order of keys in stored JSON means nothing, and the text must not depend on it.
    return [fields.translations[code].get(name) for code in sorted(fields.translations)]


def _year(fields: ItemText) -> str:
    # In brackets, as people write it behind a title: a number of its own would be one of many.
    year = _join(", ", [fields.attributes.get("year")])
    return f"({year})" if year else ""


PLACEHOLDERS: Mapping[str, Callable[[ItemText], str]] = MappingProxyType(
    {
        "title": lambda fields: _join(" / ", [fields.title]),
        "titles": lambda fields: _join(" / ", [fields.title, *_translated(fields, "title")]),
        "description": lambda fields: _join("\n", [fields.description]),
        "descriptions": lambda fields: _join("\n", [fields.description, *_translated(fields, "description")]),
        "categories": lambda fields: _join(", ", [fields.categories, *_translated(fields, "categories")]),
        "tags": lambda fields: _join(", ", [fields.tags, *_translated(fields, "tags")]),
        "kind": lambda fields: _join(", ", [fields.kind]),
        "language": lambda fields: _join(", ", [fields.language]),
        "year": _year,
    }
)


def render_item_text(template: str, fields: ItemText) -> str:
    """The text that is embedded for an item.

    A line whose placeholders are all empty is left out; a line without a placeholder stands as it is. A value that
    occurs twice in one placeholder (a title that is the same in two languages) is written once. Of attributes,
    lists and mappings give their values, joined by ", "; missing ones give nothing.

    Args:
        template: lines with placeholders: {title}, {titles} (all languages, joined by " / "), {description},
            {descriptions} (all languages, a line each), {categories} and {tags} (all languages, joined by ", "),
            {kind}, {language}, {year} (the attribute of that name, in brackets), {attributes.NAME}.
        fields: the item.
    Returns: the text; "" when every field that is named is empty and no line is constant.
    Raises: TemplateError for an unknown placeholder, or a template without any.
    """
    check_template(template)
    lines = []
    for line in template.split("\n"):
        names = _PLACEHOLDER.findall(line)
        values = {name: _value(name, fields) for name in names}
        if not names or any(values.values()):
            lines.append(_filled_in(line, values))
    return "\n".join(lines).strip()


def check_template(template: str) -> None:
    """Raises TemplateError, naming the placeholder at fault and those that are allowed, unless it can be rendered."""
    names = _PLACEHOLDER.findall(template)
    if set("{}") & set(_PLACEHOLDER.sub("", template)):
        raise TemplateError("the text template has a brace without its pair on the same line")
    if not names:
        raise TemplateError(f"the text template names no field of the item; it may name {_allowed()}")
    for name in names:
        attribute = name.removeprefix(ATTRIBUTE_PREFIX) if name.startswith(ATTRIBUTE_PREFIX) else ""
        if name not in PLACEHOLDERS and not attribute:
            raise TemplateError(f"the text template names {{{name}}}; allowed are {_allowed()}")


def _filled_in(line: str, values: Mapping[str, str]) -> str:
    # In one pass: braces in an item's own words are no placeholders.
    return _PLACEHOLDER.sub(lambda match: values[match[1]], line).strip()


def _value(name: str, fields: ItemText) -> str:
    if name in PLACEHOLDERS:
        return PLACEHOLDERS[name](fields)
    return _join(", ", [fields.attributes.get(name.removeprefix(ATTRIBUTE_PREFIX))])


def _allowed() -> str:
    return ", ".join(f"{{{name}}}" for name in [*PLACEHOLDERS, f"{ATTRIBUTE_PREFIX}NAME"])


def _join(separator: str, values: Iterable[object]) -> str:
    texts = (text for value in values for text in _texts(value))
    return separator.join(dict.fromkeys(text for text in texts if text))


def _texts(value: object) -> Iterable[str]:
    """The words of a JSON value, lists in their order, mappings by key."""
    if value is None or isinstance(value, bool):
        # "true" says nothing without its name, and the name is not part of the value.
        return []
    if isinstance(value, Mapping):
        return [text for key in sorted(value) for text in _texts(value[key])]
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return [text for part in value for text in _texts(part)]
    return [str(value).strip()]
