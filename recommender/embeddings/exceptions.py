"""What can go wrong between a text and its vector, and whether trying again can help."""

from __future__ import annotations

from typing import ClassVar

# A message names the first rows at fault; a thousand of them would help nobody.
ROWS_NAMED = 5


class EmbeddingError(Exception):
    """Any failure of this package; `permanent` says that the same call will fail again."""

    permanent: ClassVar[bool] = True


class EncoderUnavailable(EmbeddingError):
    """The model cannot be loaded now: missing, incomplete, corrupt or out of reach.

    Worth a retry: a download, a mount or a repaired folder mends it without a change of the recipe.
    """

    permanent = False


class VectorsRejected(EmbeddingError):
    """Vectors that must not be stored; `rows` are those at fault, empty when it is the array as a whole."""

    def __init__(self, reason: str, rows: tuple[int, ...] = ()) -> None:
        named = ", ".join(str(row) for row in rows[:ROWS_NAMED]) + (", ..." if len(rows) > ROWS_NAMED else "")
        super().__init__(f"{reason}: row {named}" if rows else reason)
        self.reason = reason
        self.rows = rows


class TemplateError(EmbeddingError):
    """A text template that names a field no item has, or none at all."""


class UnknownBackend(EmbeddingError):
    """A backend name that is not in the registry."""


class UnsupportedRecipe(EmbeddingError):
    """A backend was asked for a model, revision or dimension that it does not have."""
