"""What remains of erased people: a receipt without a name, and a keyed hash by which their id is known again."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models import Catalog


class Way(models.TextChoices):
    """How somebody asked."""

    API = "api", _("a program, by the API")
    SITE = "site", _("the person, on the site")
    ADMIN = "admin", _("staff, in the administration")
    COMMAND = "command", _("an operator, on the command line")


class Erasure(models.Model):
    """The receipt of an erasure: when, how much, and until when what was trained may have known the person.

    Nothing in it says who it was. That of an account has no catalog; those of its profiles are its parts.
    """

    id = models.UUIDField(_("identifier"), primary_key=True, default=uuid.uuid4, editable=False)
    catalog = models.ForeignKey(Catalog, models.CASCADE, null=True, related_name="erasures", verbose_name=_("catalog"))
    whole = models.ForeignKey(
        "self", models.CASCADE, null=True, related_name="parts", verbose_name=_("part of the erasure")
    )
    way = models.CharField(_("asked by"), max_length=10, choices=Way.choices)
    erased_at = models.DateTimeField(_("erased"))
    counts = models.JSONField(_("rows by what they were"), default=dict)
    # The first version of the catalog's ranking that may have learned from the person. It, and those that came after
    # it and were begun before the erasure, know them.
    first_version = models.PositiveIntegerField(null=True)
    trained_data_gone_after = models.DateTimeField(_("gone from what is trained"), null=True)

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        constraints = [
            models.CheckConstraint(
                condition=Q(catalog__isnull=False, first_version__gte=1)
                | Q(catalog__isnull=True, first_version__isnull=True, whole__isnull=True),
                name="erasure_of_profile_or_account",
            )
        ]
        indexes = [
            models.Index(
                fields=["catalog"], condition=Q(trained_data_gone_after__isnull=True), name="erasure_still_trained_on"
            )
        ]

    def __str__(self) -> str:
        return str(self.id)


class Tombstone(models.Model):
    """A keyed hash of the id of somebody who was erased; whoever brings the id again needs the person's consent."""

    catalog = models.ForeignKey(Catalog, models.CASCADE, related_name="tombstones", verbose_name=_("catalog"))
    # HMAC-SHA256 with the installation's secret (users/tombstones.py).
    digest = models.CharField(max_length=64, editable=False)
    erased_at = models.DateTimeField(_("erased"))
    consented_at = models.DateTimeField(_("consent"), null=True)
    consent_by = models.CharField(_("consent told by"), max_length=10, choices=Way.choices, blank=True, default="")

    class Meta:
        verbose_name = _("tombstone")
        verbose_name_plural = _("tombstones")
        constraints = [
            models.UniqueConstraint(fields=["catalog", "digest"], name="tombstone_once_in_catalog"),
            models.CheckConstraint(
                condition=Q(consented_at__isnull=True, consent_by="")
                | (Q(consented_at__isnull=False) & ~Q(consent_by="")),
                name="tombstone_consent_says_how",
            ),
        ]

    def __str__(self) -> str:
        return self.digest[:12]
