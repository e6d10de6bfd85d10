"""Which parts of GENRE hold something about a person: what each can tell of them, and how it forgets them.

Every app registers what it holds when it is loaded. An export asks all holders, an erasure too; a test compares the
registry with the models and the tables of the database, so that nothing new can be forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.utils.functional import Promise

from users.models import Profile, User

Subject = TypeVar("Subject", Profile, User)
Row = Mapping[str, object]


@dataclass(frozen=True)
class Holder(Generic[Subject]):
    """One kind of thing that is known of somebody.

    name: in exports and receipts; never changed, since programs read it.
    title, about: the same for people.
    rows: all of it, in words where the tables have ids of their own; read as it is written out, so it may be long.
    erase: removes or blanks it, and says of how many rows. Called in the transaction of the erasure.
    models: labels of those that it answers for.
    """

    name: str
    title: str | Promise
    about: str | Promise
    rows: Callable[[Subject], Iterable[Row]]
    erase: Callable[[Subject], int]
    models: Sequence[str] = ()


class Registry(Generic[Subject]):
    """The holders of one kind of subject: whom recommendations are for, or who signs in."""

    def __init__(self) -> None:
        self._holders: dict[str, Holder[Subject]] = {}

    def register(self, holder: Holder[Subject]) -> None:
        """Later ones are erased first: what refers to something is registered behind it."""
        if holder.name in self._holders:
            raise ValueError(f"{holder.name} is registered twice")
        self._holders[holder.name] = holder

    def __iter__(self) -> Iterator[Holder[Subject]]:
        return iter(self._holders.values())

    def title(self, name: str) -> str:
        """In the reader's language; that of a holder that is no longer there is its name."""
        return str(self._holders[name].title) if name in self._holders else name

    def erase(self, subject: Subject) -> dict[str, int]:
        """Have everything about somebody erased; how many rows of each kind it was."""
        counts = {holder.name: holder.erase(subject) for holder in reversed(self._holders.values())}
        return {name: counts[name] for name in self._holders}


of_profiles: Registry[Profile] = Registry()
of_accounts: Registry[User] = Registry()

# Models and tables that hold nothing about those who are recommended to or sign in, by label or name, with the reason.
excused: dict[str, str] = {}


def excuse(names: Iterable[str], reason: str) -> None:
    excused.update(dict.fromkeys(names, reason))
