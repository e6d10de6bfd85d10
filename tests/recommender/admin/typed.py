"""What a browser sends for a form as it stands, with changes that a person typed."""

from __future__ import annotations

from typing import Any

from django import forms


def typed(form: forms.Form, **changes: Any) -> dict[str, Any]:
    """`changes` by the names of inputs, dots written as double underscores; None: the input is not sent."""
    sent: dict[str, Any] = {}
    for bound in form:
        widget, value = bound.field.widget, bound.value()
        if isinstance(widget, forms.MultiWidget):
            for number, part in enumerate(widget.decompress(value) or []):
                sent[f"{bound.html_name}_{number}"] = str(part)
        elif isinstance(widget, forms.CheckboxInput):
            if value:
                sent[bound.html_name] = "on"
        else:
            sent[bound.html_name] = "" if value is None else str(value)
    for name, value in changes.items():
        sent[name.replace("__", ".")] = value
    return {name: value for name, value in sent.items() if value is not None}
