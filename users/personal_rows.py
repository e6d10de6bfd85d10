"""A row of the database as its owner gets to read it."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import ForeignKey, Model


def row_in_words(row: Model, *, leave_out: Collection[str] = (), words: Mapping[str, object] | None = None) -> Any:
    """All columns of a row by name, those in `words` as they are told there.

    Whatever column is added to a model later is in the export without anybody having thought of it.
    """
    told: dict[str, object] = {}
    for field in row._meta.concrete_fields:
        if field.name in leave_out:
            continue
        if words is not None and field.name in words:
            told[field.name] = words[field.name]
        elif isinstance(field, ForeignKey):
            raise TypeError(f"{row._meta.label}.{field.name} refers to something: say in words what")
        else:
            told[field.name] = plain(getattr(row, field.attname))
    return told


def plain(value: object) -> object:
    """A value as JSON has it."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, Mapping):
        return {str(name): plain(member) for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(member) for member in value]
    if hasattr(value, "tolist"):
        # An array of numpy, as vectors are read.
        return value.tolist()
    return value
