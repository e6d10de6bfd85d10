"""The form in which a visitor says what they like."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from recommender.services.answering import LONGEST_STATEMENT


class LinesField(forms.CharField):
    """Text of several lines; a line break counts as one character, as it does in the browser's own counting."""

    def to_python(self, value: str | None) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


class OwnWordsForm(forms.Form):
    statement = LinesField(
        label=_("In your own words"),
        required=False,
        max_length=LONGEST_STATEMENT,
        widget=forms.Textarea(attrs={"rows": 4, "placeholder": _("Slow films about the sea, quiet piano…")}),
        help_text=_("What you like, and what you would rather not see. Leave it empty to be known by what you do."),
        error_messages={
            "max_length": _("Please say it in %(limit_value)d characters or fewer; these are %(show_value)d.")
        },
    )
