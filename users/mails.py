"""What e-mails say, in the language of the page that somebody asked from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

# By allauth's names of its templates, for which these texts stand.
CONFIRMATIONS = ("account/email/email_confirmation", "account/email/email_confirmation_signup")
PASSWORD_RESET = "account/email/password_reset_key"  # noqa: S105 - the name of a template
UNKNOWN_ADDRESS = "account/email/unknown_account"
KNOWN_ADDRESS = "account/email/account_already_exists"


@dataclass(frozen=True)
class Mail:
    subject: str
    text: str


def mail_of(kind: str, facts: Mapping[str, Any]) -> Mail:
    """The e-mail that allauth calls `kind`; the facts are what its template would be given."""
    if kind in CONFIRMATIONS:
        return _confirmation(facts)
    return {PASSWORD_RESET: _password_reset, UNKNOWN_ADDRESS: _unknown_address, KNOWN_ADDRESS: _known_address}[kind](
        facts
    )


def _confirmation(facts: Mapping[str, Any]) -> Mail:
    return Mail(
        _("Confirm your e-mail address"),
        _letter(
            _("Somebody signed up for GENRE with this address. If it was you, confirm it here:"),
            facts["activate_url"],
            _("If it was not you, there is nothing to do."),
        ),
    )


def _password_reset(facts: Mapping[str, Any]) -> Mail:
    return Mail(
        _("Choose a new password"),
        _letter(
            _("Somebody asked for a new password for your account at GENRE. If it was you, choose one here:"),
            facts["password_reset_url"],
            _("If it was not you, there is nothing to do: your password stays as it is."),
        ),
    )


def _unknown_address(facts: Mapping[str, Any]) -> Mail:
    return Mail(
        _("There is no account with this address"),
        _letter(
            _("Somebody asked for a new password at GENRE, but no account has this address."),
            _("Perhaps you signed up with another one; or you can sign up here:"),
            facts["signup_url"],
            _("If it was not you, there is nothing to do."),
        ),
    )


def _known_address(facts: Mapping[str, Any]) -> Mail:
    return Mail(
        _("You have an account already"),
        _letter(
            _("Somebody signed up for GENRE with this address, which has an account already."),
            _("If you forgot the password, choose a new one here:"),
            facts["password_reset_url"],
            _("If it was not you, there is nothing to do."),
        ),
    )


def _letter(*paragraphs: str) -> str:
    return "\n\n".join(paragraphs) + "\n"
