"""The form of the home page: through whose eyes, and in which words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from recommender.services.answering import LONGEST_STATEMENT
from users.models import Profile


class OwnWords(forms.CharField):
    """Text of several lines; a line break counts as one character, as it does in the browser's own counting."""

    def to_python(self, value: str | None) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


class Question(forms.Form):
    """What a visitor asks for. A profile that is not offered is unknown, whether it exists or not."""

    catalog = forms.CharField(widget=forms.HiddenInput, required=False)
    profile = forms.ChoiceField(
        label=_("Through whose eyes"),
        required=False,
        help_text=_("These profiles are simulated: they stand for nobody."),
        error_messages={"invalid_choice": _("There is no such simulated profile here.")},
    )
    statement = OwnWords(
        label=_("In your own words"),
        required=False,
        max_length=LONGEST_STATEMENT,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": _("Slow films about the sea, quiet piano…")}),
        error_messages={
            "max_length": _("Please say it in %(limit_value)d characters or fewer; these are %(show_value)d.")
        },
    )

    def __init__(self, asked: Mapping[str, str], *, profiles: Iterable[Profile]) -> None:
        super().__init__(asked, label_suffix="")
        self._profiles = {profile.external_id: profile for profile in profiles}
        names = [(external_id, str(profile)) for external_id, profile in self._profiles.items()]
        self.fields["profile"].widget.choices = self.fields["profile"].choices = [  # type: ignore[attr-defined]  # a ChoiceField, declared above
            ("", _("Nobody in particular")),
            *names,
        ]

    @property
    def chosen_profile(self) -> Profile | None:
        """Whom the valid form names."""
        return self._profiles.get(self.cleaned_data["profile"])
