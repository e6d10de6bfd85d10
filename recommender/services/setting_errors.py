"""What is wrong with a configuration, in sentences: pydantic's own speak of types, to programmers."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from pydantic import ValidationError
from pydantic_core import ErrorDetails

# Mistakes of a whole section, and the settings that make them together.
BETWEEN = {"mmr_or_calibration": ("diversity.relevance", "diversity.calibration")}


def setting_errors(error: ValidationError) -> list[str]:
    """One sentence for each mistake, beginning with the dotted name of the setting."""
    return [_sentence(details) for details in error.errors(include_url=False)]


def errors_by_setting(error: ValidationError, names: Collection[str]) -> list[tuple[str | None, str]]:
    """Each mistake as a sentence, with the name out of `names` of the setting that has it; None where none of them has.

    A mistake that several settings make together comes once for each of them.
    """
    found: list[tuple[str | None, str]] = []
    for details in error.errors(include_url=False):
        steps = [str(step) for step in details["loc"]]
        said = _said(details["type"], details.get("ctx", {})) or details["msg"]
        if together := BETWEEN.get(details["type"]):
            found += [(name, capfirst(said)) for name in together]
        elif (name := ".".join(steps[:2])) in names:
            # What is inside a list or a mapping is named; the setting's own name stands beside its field.
            found.append((name, f"{'.'.join(steps[2:])}: {said}" if steps[2:] else capfirst(said)))
        else:
            found.append((None, _sentence(details)))
    return found


def _sentence(details: ErrorDetails) -> str:
    name = ".".join(str(step) for step in details["loc"])
    said = _said(details["type"], details.get("ctx", {})) or details["msg"]
    return f"{name}: {said}" if name else said


def _said(kind: str, context: Mapping[str, object]) -> str | None:
    """None for kinds that no setting has now: pydantic's English is better than silence."""
    if kind in ("int_parsing", "int_type", "int_from_float"):
        return _("has to be a whole number.")
    if kind in ("float_parsing", "float_type", "finite_number"):
        return _("has to be a number.")
    if kind in ("bool_parsing", "bool_type"):
        return _("has to be true or false.")
    # Ends of a range as they are written beside the field: 1, and not 1.0.
    ends = {name: f"{end:,.15g}" if isinstance(end, float) else end for name, end in context.items()}
    return {
        "extra_forbidden": _("is not a setting."),
        "greater_than": _("has to be more than %(gt)s."),
        "greater_than_equal": _("has to be %(ge)s or more."),
        "less_than": _("has to be less than %(lt)s."),
        "less_than_equal": _("has to be %(le)s or less."),
        "literal_error": _("has to be one of %(expected)s."),
        "string_type": _("has to be a text."),
        "list_type": _("has to be a list."),
        "dict_type": _("has to be names with values."),
        "model_type": _("has to be a section of settings."),
        "string_too_short": _("must not be empty."),
        "string_too_long": _("must not be longer than %(max_length)s characters."),
        "mmr_or_calibration": _("has either a relevance below 1 or a calibration above 0, not both."),
    }.get(kind, "") % ends or None
