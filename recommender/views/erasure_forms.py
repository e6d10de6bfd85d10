"""Forms that ask whether an erasure is meant, and by whom."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from users.models import User


class ProfileErasureForm(forms.Form):
    confirmed = forms.BooleanField(
        label=gettext_lazy("Yes, erase all of it"),
        error_messages={"required": gettext_lazy("Nothing is erased: please confirm it by this box.")},
    )


class AccountErasureForm(ProfileErasureForm):
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ("password", "confirmed")

    def __init__(self, *args: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.user = user
        if not user.has_usable_password():
            # Nobody could answer; who is signed in without one has shown otherwise who they are.
            del self.fields["password"]

    def clean_password(self) -> str:
        """Counted like any wrong password: a session that was left open is no way to guess."""
        password = str(self.cleaned_data["password"])
        if authenticate(self.request, username=self.user.email, password=password) != self.user:
            raise forms.ValidationError(_("This is not your present password."))
        return password
