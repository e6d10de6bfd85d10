"""Rows as parameters of a statement, an array a column: a staging table would cost more than a few of them do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def sent_rows(columns: Mapping[str, str]) -> str:
    """The query that has the rows, as a staging table of these columns would.

    Arrays and documents come as their text: an array of arrays has to be rectangular.
    """
    types = {name: kind.removesuffix(" NOT NULL") for name, kind in columns.items()}
    arrays = ", ".join(f"%({name})s::{_sent_as(kind)}[]" for name, kind in types.items())
    values = ", ".join(f"{name}::{kind} AS {name}" for name, kind in types.items())
    return f"SELECT {values} FROM unnest({arrays}) AS sent ({', '.join(types)})"  # noqa: S608 - the code's own names


def parameters_of(columns: Mapping[str, str], rows: Iterable[tuple[object, ...]]) -> dict[str, list[Any]]:
    """The parameters of `sent_rows`; each row is in the order of the columns."""
    return {name: list(values) for name, values in zip(columns, zip(*rows, strict=True), strict=True)}


def _sent_as(kind: str) -> str:
    return "text" if kind.endswith("[]") or kind == "jsonb" else kind
