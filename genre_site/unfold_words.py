"""The words of unfold's own pages: it brings no translations, and gettext's tools translate what is named here."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

UNFOLD_WORDS = (
    # Lists.
    _("Select record"),
    _("Select action"),
    _("Select action to run"),
    _("Select all rows"),
    _("Select value"),
    _("Run"),
    _("Expand row"),
    _("More actions"),
    _("Type to search"),
    _("Apply Filters"),
    _("Reset filters"),
    _("No results found"),
    _("This page yielded into no results. Create a new item or reset your filters."),
    _("Value"),
    _("From"),
    _("To"),
    _("Date from"),
    _("Date to"),
    _("Not enough data."),
    _("No data"),
    _("True"),
    _("False"),
    # Forms.
    _("General"),
    _("Date"),
    _("Cancel"),
    _("Submit"),
    _("Toggle password visibility"),
    _("After you've created a user, you’ll be able to edit more user options."),
    _(
        "Raw passwords are not stored, so there is no way to see this user’s password, but you can change the password "
        'using <a href="{}" class="text-primary-600 dark:text-primary-500">this form</a>.'
    ),
    # The frame.
    _("Go back"),
    _("All applications"),
    _("Search apps and models..."),
    _("Light"),
    _("Dark"),
    _("System"),
    _("Welcome back to"),
    _("Return to site"),
    _("You have been successfully logged out from the administration"),
)
