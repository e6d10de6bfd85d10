"""Files that programs bring over the network, to be imported by a worker."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.models import Catalog
from recommender.models.api_keys import ApiKey
from users.models import User


class ImportJob(models.Model):
    """One file: what it holds, how far it is, and what became of its rows.

    The file itself lies beside it in pieces (ImportChunk) until the job is over: web servers and workers may stand on
    different machines, and the database is what they share.
    """

    MAXIMUM_ATTEMPTS = 3

    class Kind(models.TextChoices):
        ITEMS = "items", _("items")
        PROFILES = "profiles", _("profiles")
        INTERACTIONS = "interactions", _("interactions")

    class State(models.TextChoices):
        QUEUED = "queued", pgettext_lazy("import", "waits")
        RUNNING = "running", pgettext_lazy("import", "runs")
        DONE = "done", pgettext_lazy("import", "done")
        FAILED = "failed", pgettext_lazy("import", "failed")

    id = models.UUIDField(_("identifier"), primary_key=True, default=uuid.uuid4, editable=False)
    catalog = models.ForeignKey(Catalog, models.CASCADE, related_name="import_jobs", verbose_name=_("catalog"))
    kind = models.CharField(_("rows"), max_length=12, choices=Kind.choices)
    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.QUEUED)
    file_name = models.CharField(_("file"), max_length=255)
    size_bytes = models.BigIntegerField(_("size in bytes"))
    interaction_kind = models.CharField(
        _("kind of interaction"), max_length=63, blank=True, default="", help_text=_("Of rows that name none.")
    )
    consent = models.BooleanField(
        _("consent"), default=False, help_text=_("People who were erased have agreed to come back.")
    )
    language = models.CharField(_("language of the messages"), max_length=35)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    created = models.PositiveBigIntegerField(_("rows that were new"), default=0)
    updated = models.PositiveBigIntegerField(_("rows that changed something"), default=0)
    unchanged = models.PositiveBigIntegerField(_("rows that changed nothing"), default=0)
    refused = models.PositiveBigIntegerField(_("rows that were refused"), default=0)
    # The first refused rows: {"row": number, "field": name, "detail": reason}.
    errors = models.JSONField(_("first errors"), default=list)
    unused_columns = models.JSONField(_("columns that were not used"), default=list)
    problem = models.TextField(_("why it failed"), blank=True, default="")
    key = models.ForeignKey(
        ApiKey, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("brought with the key")
    )
    user = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("brought by")
    )
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["done", "failed"], finished_at__isnull=False)
                | Q(state__in=["queued", "running"], finished_at__isnull=True),
                name="import_job_is_over_or_not",
            )
        ]
        indexes = [
            models.Index(fields=["created_at"], condition=Q(finished_at__isnull=True), name="import_job_open"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

    @property
    def read(self) -> int:
        """How many rows the file had."""
        return self.created + self.updated + self.unchanged + self.refused


class ImportChunk(models.Model):
    """A piece of a file that waits to be imported."""

    pk = models.CompositePrimaryKey("job_id", "number")
    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        verbose_name = _("piece of an import")
        verbose_name_plural = _("pieces of imports")

    def __str__(self) -> str:
        return f"{self.job_id}/{self.number}"
