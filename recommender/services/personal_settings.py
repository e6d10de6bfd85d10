"""What a person tells of themselves, and whether they let it be used."""

from __future__ import annotations

from django.utils.translation import gettext as _

from recommender.exceptions import InvalidRequest
from recommender.services.answering import LONGEST_STATEMENT
from users.models import Profile


def say_in_own_words(*, profile: Profile, statement: str) -> None:
    """Store what a person says they like; nothing is an answer, too. Raises InvalidRequest for too many words."""
    statement = statement.strip()
    if len(statement) > LONGEST_STATEMENT:
        raise InvalidRequest(
            _("Please say it in %(limit_value)d characters or fewer; these are %(show_value)d.")
            % {"limit_value": LONGEST_STATEMENT, "show_value": len(statement)}
        )
    profile.statement = statement
    profile.save(update_fields=["statement"])


def switch_personalisation(*, profile: Profile, personalise: bool) -> None:
    """Let recommendations be made from what a person did and said, or not; what is known stays."""
    profile.personalise = personalise
    profile.save(update_fields=["personalise"])
