"""Gorse's users and GENRE's profiles."""

from __future__ import annotations

from dataclasses import dataclass, replace

from recommender.gorse.document import Document
from recommender.gorse.labels import attributes_of, comment_of, labels_of
from users.models import Profile

LONGEST_NAME = 200


@dataclass(frozen=True)
class GorseUser:
    """A user as Gorse has it."""

    user_id: str
    labels: object = None
    comment: str = ""

    @property
    def name(self) -> str:
        """The Comment, where it is one line that a name can be."""
        return self.comment if self._comment_is_a_name else ""

    @property
    def attributes(self) -> dict[str, object]:
        return attributes_of(self.labels, "" if self._comment_is_a_name else self.comment)

    @property
    def _comment_is_a_name(self) -> bool:
        return len(self.comment) <= LONGEST_NAME and self.comment.isprintable() and self.comment == self.comment.strip()

    def changed(self, document: Document) -> GorseUser:
        """With what a PATCH names; null and absent leave things as they are."""
        return replace(
            self,
            labels=document.get("Labels") if document.has("Labels") else self.labels,
            comment=document.text("Comment") if document.has("Comment") else self.comment,
        )

    def as_json(self) -> dict[str, object]:
        return {"UserId": self.user_id, "Labels": self.labels, "Comment": self.comment}


def user_of(value: object) -> GorseUser:
    """A user out of JSON. Raises InvalidValue."""
    document = Document(value)
    return GorseUser(document.identifier("UserId"), document.get("Labels"), document.text("Comment"))


def user_of_profile(profile: Profile) -> GorseUser:
    comment = comment_of(profile.attributes) or profile.name
    return GorseUser(profile.external_id, labels_of(profile.attributes), comment)
