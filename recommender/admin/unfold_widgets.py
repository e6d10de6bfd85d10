"""Unfold's widgets under Django's names: unfold brings no types, and they take what Django's take."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.forms import CheckboxInput, NumberInput, Select, Textarea, TextInput
else:
    from unfold.widgets import UnfoldAdminIntegerFieldWidget as NumberInput
    from unfold.widgets import UnfoldAdminSelectWidget as Select
    from unfold.widgets import UnfoldAdminTextareaWidget as Textarea
    from unfold.widgets import UnfoldAdminTextInputWidget as TextInput
    from unfold.widgets import UnfoldBooleanWidget as CheckboxInput

__all__ = ["CheckboxInput", "NumberInput", "Select", "TextInput", "Textarea"]
