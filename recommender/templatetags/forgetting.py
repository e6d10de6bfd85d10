"""What a page announces after something was removed from a history: it can be brought back."""

from __future__ import annotations

from django import template
from django.contrib.messages.storage.base import Message

from recommender.views.forgetting import token_of_tags

register = template.Library()


@register.filter
def forgotten_of(message: Message) -> str:
    """What a form sends to bring it back; empty where the message tells of something else."""
    return token_of_tags(message.extra_tags or "")
