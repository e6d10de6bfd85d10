"""Who may look at what."""

from __future__ import annotations

from django.db.models import Model
from django.http import HttpRequest

ACTIONS = ("view", "change")


def may_view(request: HttpRequest, *models: type[Model]) -> bool:
    """Whether somebody may look at rows of each of these; who may change them may."""
    return all(
        any(request.user.has_perm(f"{model._meta.app_label}.{action}_{model._meta.model_name}") for action in ACTIONS)
        for model in models
    )
