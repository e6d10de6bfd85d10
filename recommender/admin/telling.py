"""Putting work to the worker, and telling the person what came of it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recommender.services.embedding_queue import retry_failed
from recommender.tasks import send_nudge


def retry_spaces(page: admin.ModelAdmin[Any], request: HttpRequest, space_ids: Collection[int]) -> None:
    count = sum(retry_failed(space_id) for space_id in space_ids)
    told = ngettext("%(count)d item is tried again.", "%(count)d items are tried again.", count)
    page.message_user(request, told % {"count": count}, messages.SUCCESS)
    nudge(page, request)


def nudge(page: admin.ModelAdmin[Any], request: HttpRequest) -> None:
    """Tell the worker, and the person when nobody could be told."""
    if not send_nudge():
        page.message_user(
            request, _("The broker does not answer: the work waits, and is done once it does."), messages.WARNING
        )
