"""What was measured, how, and what came out."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from users.models import User


class EvaluationRun(models.Model):
    """One run of `evaluate`: systems compared on one data set under one protocol, as reported then."""

    dataset = models.CharField(_("data set"), max_length=200)
    protocol = models.CharField(_("protocol"), max_length=40)
    seeds = ArrayField(models.IntegerField(), verbose_name=_("seeds"))
    systems = models.JSONField(_("systems"), default=list)
    report = models.JSONField(_("report"))
    author = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("author"))
    seconds = models.FloatField(_("seconds"))
    note = models.TextField(_("note"), blank=True, default="")
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("evaluation")
        verbose_name_plural = _("evaluations")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(dataset="") & ~Q(protocol=""), name="evaluation_run_says_what"),
            models.CheckConstraint(condition=Q(seconds__gte=0), name="evaluation_run_seconds_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.dataset} ({self.protocol})"
