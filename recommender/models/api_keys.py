"""Keys that programs show to the API, and the answers that are kept for programs that ask twice."""

from __future__ import annotations

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.models import Catalog
from users.models import User


class Scope(models.TextChoices):
    """What a key opens."""

    READ = "read", _("read")
    WRITE_ITEMS = "write:items", _("write items")
    WRITE_INTERACTIONS = "write:interactions", _("write interactions")
    PROFILES = "profiles", _("write, export and erase profiles")
    ADMIN = "admin", _("everything")


class ApiKey(models.Model):
    """A program's key to one catalog. Its secret is known to nobody but the program."""

    class State(models.TextChoices):
        VALID = "valid", pgettext_lazy("key", "valid")
        EXPIRED = "expired", pgettext_lazy("key", "expired")
        REVOKED = "revoked", pgettext_lazy("key", "revoked")

    catalog = models.ForeignKey(Catalog, models.CASCADE, related_name="api_keys", verbose_name=_("catalog"))
    name = models.CharField(_("name"), max_length=200, blank=True, db_default="", help_text=_("Which program has it."))
    prefix = models.CharField(_("begins with"), max_length=16, editable=False)
    # Of a secret of 256 random bits: what is random needs neither salt nor a slow digest.
    secret_hash = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope.choices), verbose_name=_("opens"))
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    created_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("made by"), editable=False
    )

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        constraints = [
            models.CheckConstraint(
                condition=Q(scopes__contained_by=[*Scope.values]) & Q(scopes__len__gt=0), name="api_key_opens_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)" if self.name else f"{self.prefix}…"

    def state(self, now: datetime) -> State:
        if self.revoked_at is not None:
            return self.State.REVOKED
        if self.expires_at is not None and self.expires_at <= now:
            return self.State.EXPIRED
        return self.State.VALID


class StoredAnswer(models.Model):
    """What a request with an Idempotency-Key was answered, for the same request sent again.

    Its row is written in the transaction of the request's own work: one is never without the other.
    """

    # Of who asked and the key that they sent.
    digest = models.CharField(max_length=64, primary_key=True)
    catalog = models.ForeignKey(Catalog, models.CASCADE, related_name="+")
    # Of the request: another one under the same key is a mistake.
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.TextField(default="")
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = _("stored answer")
        verbose_name_plural = _("stored answers")
        indexes = [models.Index(fields=["expires_at"], name="stored_answer_expiry")]

    def __str__(self) -> str:
        return self.digest[:12]
