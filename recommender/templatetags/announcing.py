"""What a page announces after a form was sent without htmx: Django's messages, some of which can be undone."""

from __future__ import annotations

from django import template
from django.contrib.messages.storage.base import Message

from recommender.views.undoing import Undo

register = template.Library()


@register.filter
def undo_of(message: Message) -> Undo | None:
    """How to take back what the message tells of; None where it tells of something else."""
    return Undo.from_tags(message.extra_tags or "")
