"""The log of answers: one row an answer, in monthly partitions, so that retention drops a table."""

from __future__ import annotations

import uuid

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pgvector.django import VectorField

from catalog.models import Catalog
from recommender.models.configuration import ScoringConfig
from users.models import Profile


class Slate(models.Model):
    """One answer as it was given.

    The table is partitioned by `created_at` (migration 0002), which PostgreSQL wants in its primary key; Django
    knows the request id alone, which is unique by construction.
    """

    request_id = models.UUIDField(_("request"), primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(_("time"), default=timezone.now)
    catalog = models.ForeignKey(Catalog, models.CASCADE, related_name="slates", verbose_name=_("catalog"))
    scenario = models.CharField(_("scenario"), max_length=63)
    profile = models.ForeignKey(
        Profile, models.CASCADE, related_name="slates", verbose_name=_("profile"), null=True, blank=True
    )
    config = models.ForeignKey(
        ScoringConfig, models.SET_NULL, related_name="+", verbose_name=_("scoring configuration"), null=True
    )
    space_id = models.BigIntegerField(_("embedding space"), null=True)
    model_version = models.PositiveIntegerField(_("version of the ranking model"), null=True)
    basis = models.CharField(_("basis"), max_length=20)
    statement = models.TextField(_("statement"), blank=True, default="")
    language = models.CharField(_("language"), max_length=35, blank=True, default="")
    requested_length = models.PositiveIntegerField(_("length asked for"))
    interest_vector = VectorField(null=True)
    degraded = models.BooleanField(_("degraded"), default=False)
    notices = models.JSONField(_("notices"), default=list)
    results = models.JSONField(_("results"), default=list)
    wishes = models.JSONField(
        _("wishes"), default=dict, blank=True, help_text=_("What the request asked of its list, beside whom it is for.")
    )
    made_from = models.JSONField(
        _("made from"),
        default=dict,
        blank=True,
        help_text=_("The state of the person's history then: it tells whether it is still the same."),
    )

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        indexes = [
            models.Index(fields=["catalog", "-created_at"], name="slate_newest"),
            models.Index(fields=["profile"], name="slate_of_profile"),
            BrinIndex(fields=["created_at"], autosummarize=True, name="slate_answered"),
        ]

    def __str__(self) -> str:
        return str(self.request_id)
