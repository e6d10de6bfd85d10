"""Where no way to send e-mail was named."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class NoMailBackend(BaseEmailBackend):
    """Refuses what others would lose without a word."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise ConnectionError("GENRE_EMAIL_URL names no mail server.")
