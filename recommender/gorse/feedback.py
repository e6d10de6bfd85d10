"""Gorse's feedback and GENRE's interactions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from catalog.importing.exceptions import InvalidValue
from recommender.gorse.document import Document
from recommender.gorse.labels import attributes_of, comment_of, labels_of
from recommender.gorse.moments import moment_text
from recommender.selectors.feedback import Feedback
from recommender.services.feedback import FeedbackRow
from recommender.services.feedback_kinds import LONGEST_KIND


@dataclass(frozen=True)
class GorseFeedback:
    """Feedback as Gorse has it; without a time it happens now."""

    feedback_type: str
    user_id: str
    item_id: str
    value: float = 0.0
    timestamp: datetime | None = None
    labels: object = None
    comment: str = ""

    def as_row(self) -> FeedbackRow:
        return FeedbackRow(
            kind=self.feedback_type,
            profile_id=self.user_id,
            item_id=self.item_id,
            # To Gorse, a value that was not given is 0.
            value=self.value or None,
            occurred_at=self.timestamp,
            details=attributes_of(self.labels, self.comment),
        )


def feedback_of(value: object) -> GorseFeedback:
    """Feedback out of JSON. Raises InvalidValue."""
    document = Document(value)
    return GorseFeedback(
        feedback_type=type_of(document),
        user_id=document.identifier("UserId"),
        item_id=document.identifier("ItemId"),
        value=document.number("Value"),
        timestamp=document.moment("Timestamp"),
        labels=document.get("Labels"),
        comment=document.text("Comment"),
    )


def type_of(document: Document, member: str = "FeedbackType") -> str:
    """A type of feedback by its name. Raises InvalidValue."""
    name = document.identifier(member)
    if len(name) > LONGEST_KIND:
        raise InvalidValue(member, name, _("is longer than %(longest)d characters") % {"longest": LONGEST_KIND})
    return name


def feedback_json(found: Feedback) -> dict[str, object]:
    return {
        "FeedbackType": found.kind,
        "UserId": found.profile_id,
        "ItemId": found.item_id,
        "Value": found.value or 0.0,
        "Timestamp": moment_text(found.occurred_at),
        "Labels": labels_of(found.details),
        "Comment": comment_of(found.details),
    }
