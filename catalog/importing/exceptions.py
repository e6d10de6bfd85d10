"""What makes a file, or one value in it, unusable."""

from __future__ import annotations


class FileRefused(Exception):
    """The file as a whole cannot be used; the message tells the person who brought it what to do."""

    permanent = True


class InvalidValue(Exception):
    """One value cannot be used, and its row with it."""

    permanent = True

    def __init__(self, column: str, value: object, reason: str) -> None:
        super().__init__(f"{column}: {reason}")
        self.column = column
        self.value = value
        self.reason = reason
