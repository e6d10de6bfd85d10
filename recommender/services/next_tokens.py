"""The token that a list is continued by: the id of its last answer, signed, so that nobody goes on by guessing."""

from __future__ import annotations

import uuid

from django.core.signing import BadSignature, Signer
from django.utils.translation import gettext as _

from recommender.exceptions import InvalidRequest

SALT = "next of a list"


def next_token(request_id: uuid.UUID) -> str:
    return Signer(salt=SALT).sign(request_id.hex)


def answer_before(token: str) -> uuid.UUID:
    """Raises InvalidRequest for what was not given out as a token."""
    try:
        return uuid.UUID(Signer(salt=SALT).unsign(token))
    except (BadSignature, ValueError) as error:
        raise InvalidRequest(_("`next` is not one that an answer gave.")) from error
