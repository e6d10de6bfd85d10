"""Statements that Django compiles once, and that are sent with other values each time.

Compiling a query costs as much as some of the searches that it asks for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Expression, Field, TextField
from django.db.models.sql.compiler import SQLCompiler


class Later(Expression):
    """A value that comes with the request, by name; `cast` is its type in PostgreSQL."""

    def __init__(self, name: str, cast: str = "", output_field: Field[Any, Any] | None = None) -> None:
        super().__init__(output_field=output_field or TextField())
        self.name = name
        self.cast = cast

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return f"%s::{self.cast}" if self.cast else "%s", (self,)


@dataclass(frozen=True)
class Statement:
    """SQL and its parameters, some of which are `Later`."""

    sql: str
    parameters: tuple[Any, ...]

    def with_values(self, values: Mapping[str, Any]) -> list[Any]:
        return [values[one.name] if isinstance(one, Later) else one for one in self.parameters]
