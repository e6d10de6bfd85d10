"""allauth as GENRE wants it: one address a person, texts of GENRE's own, and no promise of e-mail that did not go."""

from __future__ import annotations

import logging
from http import HTTPStatus
from smtplib import SMTPException
from typing import Any, ClassVar

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from users.client_address import client_address
from users.mails import CONFIRMATIONS, mail_of

logger = logging.getLogger(__name__)

SUBJECT_PREFIX = "GENRE: "


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The e-mail address or the password is not right."),
        "email_taken": _("There is an account with this address already: sign in, or choose a new password."),
        "enter_current_password": _("This is not your present password."),
    }

    def get_client_ip(self, request: HttpRequest) -> str:
        """Who comes through a socket without an address shares the limits of all who do."""
        return client_address(request) or "unknown"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Raises ImmediateHttpResponse where no e-mail can be sent and somebody is waiting for it."""
        mail = mail_of(template_prefix, context)
        message = EmailMessage(SUBJECT_PREFIX + mail.subject, mail.text, settings.DEFAULT_FROM_EMAIL, [email])
        try:
            message.send()
        except (SMTPException, OSError) as error:
            logger.error("%s was not sent: %s", template_prefix, type(error).__name__)
            if not _can_do_without(template_prefix):
                page = render(
                    allauth_context.request, "account/mail_failed.html", status=HTTPStatus.SERVICE_UNAVAILABLE
                )
                raise ImmediateHttpResponse(page) from error

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Nothing: what happened is said by the page that follows, and not once more on a later one."""

    def get_email_verification_redirect_url(self, email_address: Any) -> str:
        """Nowhere: the page itself says that the address is confirmed."""
        return ""

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_reset_password_from_key_done")


def _can_do_without(template_prefix: str) -> bool:
    mandatory = app_settings.EmailVerificationMethod.MANDATORY
    return template_prefix in CONFIRMATIONS and mandatory != app_settings.EMAIL_VERIFICATION
