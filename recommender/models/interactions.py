"""What people did with items, and how much each kind of doing says about their interests."""

from __future__ import annotations

import sys

from django.contrib.postgres.indexes import BrinIndex
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from catalog.models import Catalog, Item
from users.models import Profile


def finite(field: str) -> Q:
    """Neither NaN nor infinite, which PostgreSQL would take for very large numbers."""
    return Q(**{f"{field}__gte": -sys.float_info.max, f"{field}__lte": sys.float_info.max})


class InteractionKind(models.Model):
    """A kind of interaction: operators add their own and weigh them."""

    class Sign(models.IntegerChoices):
        POSITIVE = 1, _("speaks for the item")
        NEGATIVE = -1, _("speaks against the item")

    class ValueMode(models.TextChoices):
        IGNORE = "ignore", _("the value is not used")
        MULTIPLY = "multiply", _("the weight is multiplied by the value")
        CENTRED = "centred", _("the distance of the value from the neutral value counts")

    catalog = models.ForeignKey(Catalog, models.CASCADE, related_name="interaction_kinds", verbose_name=_("catalog"))
    name = models.CharField(
        _("name"),
        max_length=63,
        validators=[RegexValidator(r"^[a-z][a-z0-9_-]*\Z", _("Lower-case letters and digits."))],
    )
    weight = models.FloatField(_("weight"), default=1.0, validators=[MinValueValidator(0.0)])
    sign = models.SmallIntegerField(_("sign"), choices=Sign.choices, default=Sign.POSITIVE)
    value_mode = models.CharField(
        _("use of the value"), max_length=8, choices=ValueMode.choices, default=ValueMode.IGNORE
    )
    neutral_value = models.FloatField(_("neutral value"), null=True, blank=True)
    value_spread = models.FloatField(
        _("spread of the values"),
        default=1.0,
        help_text=_("How far from neutral a value counts as the full weight."),
    )
    states = models.BooleanField(
        _("states an opinion"),
        default=False,
        help_text=_("On: the latest one about an item counts. Off: each one counts."),
    )
    marks_seen = models.BooleanField(_("marks the item as seen"), default=True)

    class Meta:
        verbose_name = _("interaction kind")
        verbose_name_plural = _("interaction kinds")
        ordering = ["catalog", "name"]
        constraints = [
            models.UniqueConstraint(fields=["catalog", "name"], name="interaction_kind_once_in_catalog"),
            models.UniqueConstraint(fields=["catalog", "id"], name="interaction_kind_in_catalog"),
            models.CheckConstraint(condition=Q(weight__gte=0), name="interaction_kind_weight_not_negative"),
            models.CheckConstraint(
                condition=finite("weight")
                & finite("value_spread")
                & (Q(neutral_value__isnull=True) | finite("neutral_value")),
                name="interaction_kind_numbers_finite",
            ),
            models.CheckConstraint(condition=Q(sign__in=(1, -1)), name="interaction_kind_sign"),
            models.CheckConstraint(condition=Q(value_spread__gt=0), name="interaction_kind_spread_positive"),
            models.CheckConstraint(
                condition=~Q(value_mode="centred") | Q(neutral_value__isnull=False),
                name="interaction_kind_centred_has_neutral",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Interaction(models.Model):
    """One thing that one person did with one item.

    Identity, so that the same event sent twice is stored once: the external id; else profile, item, kind and
    time; else profile, item, kind and sequence. The rows' foreign keys include the catalog (migration 0002) and
    replace Django's own, so the database itself refuses an interaction across catalogs.
    """

    catalog = models.ForeignKey(
        Catalog, models.CASCADE, related_name="interactions", db_index=False, db_constraint=False
    )
    profile = models.ForeignKey(
        Profile, models.CASCADE, related_name="interactions", db_index=False, db_constraint=False
    )
    item = models.ForeignKey(Item, models.CASCADE, related_name="interactions", db_index=False, db_constraint=False)
    kind = models.ForeignKey(
        InteractionKind, models.RESTRICT, related_name="interactions", db_index=False, db_constraint=False
    )
    value = models.FloatField(_("value"), null=True, blank=True)
    occurred_at = models.DateTimeField(_("happened"), null=True, blank=True)
    sequence = models.BigIntegerField(
        _("sequence"),
        null=True,
        blank=True,
        help_text=_("Orders events of one person whose time is not known."),
    )
    external_id = models.CharField(_("identifier"), max_length=255, null=True, blank=True)  # noqa: DJ001 - absent is not empty
    slate_id = models.UUIDField(_("answer it came from"), null=True, blank=True)
    details = models.JSONField(
        _("details"),
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        blank=True,
        help_text=_("What else the program that sent it knows of it, such as the device; nothing is computed from it."),
    )
    created_at = models.DateTimeField(_("recorded"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("interaction")
        verbose_name_plural = _("interactions")
        constraints = [
            models.CheckConstraint(
                condition=Q(occurred_at__isnull=False) | Q(sequence__isnull=False),
                name="interaction_has_time_or_sequence",
            ),
            models.CheckConstraint(
                condition=Q(external_id__isnull=True) | ~Q(external_id=""),
                name="interaction_identifier_not_empty",
            ),
            models.CheckConstraint(condition=Q(value__isnull=True) | finite("value"), name="interaction_value_finite"),
            models.UniqueConstraint(
                fields=["catalog", "external_id"],
                condition=Q(external_id__isnull=False),
                name="interaction_once_by_identifier",
            ),
            models.UniqueConstraint(
                fields=["profile", "item", "kind", "occurred_at"],
                condition=Q(external_id__isnull=True, occurred_at__isnull=False),
                name="interaction_once_by_time",
            ),
            models.UniqueConstraint(
                fields=["profile", "item", "kind", "sequence"],
                condition=Q(external_id__isnull=True, occurred_at__isnull=True),
                name="interaction_once_by_sequence",
            ),
        ]
        indexes = [
            # A person's newest interactions: the read of every request.
            models.Index(
                F("profile"),
                F("occurred_at").desc(nulls_last=True),
                F("sequence").desc(nulls_last=True),
                F("id").desc(),
                name="interaction_history",
            ),
            # What is popular in a catalog, and the deletion of an item.
            models.Index(fields=["item", "kind", "occurred_at"], name="interaction_of_item"),
            # A catalog's interactions, page by page.
            models.Index(fields=["catalog", "id"], name="interaction_in_catalog"),
            # How many were recorded on a day: rows lie in that order, so a few kilobytes say where.
            BrinIndex(fields=["created_at"], autosummarize=True, name="interaction_recorded"),
        ]

    def __str__(self) -> str:
        return f"{self.profile_id} {self.kind_id} {self.item_id}"
