"""Feedback that was sent before it is to count."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from catalog.models import Catalog, Item
from recommender.models.interactions import InteractionKind, finite
from users.models import Profile


class LaterFeedback(models.Model):
    """What becomes an interaction once its time has come; until then nothing is computed from it.

    The foreign keys include the catalog (migration 0013), as those of interactions do.
    """

    catalog = models.ForeignKey(Catalog, models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    profile = models.ForeignKey(Profile, models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    item = models.ForeignKey(Item, models.CASCADE, related_name="+", db_constraint=False)
    kind = models.ForeignKey(InteractionKind, models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    value = models.FloatField(_("value"), null=True, blank=True)
    occurred_at = models.DateTimeField(_("counts from"))
    details = models.JSONField(_("details"), default=dict, db_default=models.Value({}, models.JSONField()), blank=True)
    created_at = models.DateTimeField(_("recorded"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("feedback that counts later")
        verbose_name_plural = _("feedback that counts later")
        constraints = [
            models.UniqueConstraint(fields=["profile", "item", "kind"], name="later_feedback_once"),
            models.CheckConstraint(condition=models.Q(value__isnull=True) | finite("value"), name="later_value_finite"),
        ]
        indexes = [models.Index(fields=["occurred_at"], name="later_feedback_due")]

    def __str__(self) -> str:
        return f"{self.profile_id} {self.kind_id} {self.item_id}"
