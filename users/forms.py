"""Signing in, up, and passwords: allauth's forms with GENRE's labels, comparing addresses as GENRE stores them."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from allauth.account.app_settings import EmailVerificationMethod
from django import forms
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from users.lockout import forgive
from users.models import User

PASSWORD_HINT = _("At least 10 characters, not digits alone, and nothing that many people use.")


class _Labelled(forms.Form):
    """Labels stand above fields: a placeholder goes away when it is needed."""

    labels: dict[str, Any] = {}
    hints: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = self.hints.get(name, "")


class SignInForm(_Labelled, allauth_forms.LoginForm):  # type: ignore[misc]  # allauth has no types
    labels = {
        "login": _("E-mail address"),
        "password": _("Password"),
        "remember": _("Stay signed in on this device"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What password managers look for.
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class SignUpForm(_Labelled, allauth_forms.SignupForm):  # type: ignore[misc]  # allauth has no types
    labels = {"email": _("E-mail address"), "password1": _("Password")}
    hints = {"password1": PASSWORD_HINT}

    def validate_unique_email(self, value: str) -> str:
        """allauth looks for lower-case addresses; those that the admin or a command gave may have capitals."""
        if not User.objects.filter(email__iexact=value).exists():
            return str(super().validate_unique_email(value))
        if EmailVerificationMethod.MANDATORY.value != settings.ACCOUNT_EMAIL_VERIFICATION:
            raise get_adapter().validation_error("email_taken")
        # Nobody learns of the account: its owner gets an e-mail, and the page is the one that all see.
        self.account_already_exists = True
        return value

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """A form sent twice at once is two requests, and only the first makes the account."""
        try:
            with transaction.atomic():
                user, response = super().try_save(request)
        except IntegrityError:
            # The other request signed up with the same address after this one had looked.
            return None, HttpResponseRedirect(reverse("account_login"))
        return user, response


class ForgottenPasswordForm(_Labelled, allauth_forms.ResetPasswordForm):  # type: ignore[misc]  # allauth has no types
    labels = {"email": _("E-mail address")}

    def clean_email(self) -> str:
        """Letters of other alphabets that PostgreSQL takes for these would send a link to somebody else's address."""
        email: str = self.cleaned_data["email"]
        found = User.objects.filter(email__iexact=email, is_active=True)
        self.users = [user for user in found if user.email.lower() == email.lower()]
        return email


class ResetPasswordForm(_Labelled, allauth_forms.ResetPasswordKeyForm):  # type: ignore[misc]  # allauth has no types
    labels = {"password1": _("New password"), "password2": _("New password, once more")}
    hints = {"password1": PASSWORD_HINT}

    def save(self) -> None:
        super().save()
        forgive(self.user)


class ChangePasswordForm(_Labelled, allauth_forms.ChangePasswordForm):  # type: ignore[misc]  # allauth has no types
    labels = {
        "oldpassword": _("Present password"),
        "password1": _("New password"),
        "password2": _("New password, once more"),
    }
    hints = {"password1": PASSWORD_HINT}


class FirstPasswordForm(_Labelled, allauth_forms.SetPasswordForm):  # type: ignore[misc]  # allauth has no types
    labels = {"password1": _("New password"), "password2": _("New password, once more")}
    hints = {"password1": PASSWORD_HINT}
