"""Named placements, and the immutable versions of everything an operator tunes."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from catalog.models import CATALOG_SLUG, Catalog
from recommender.engine.settings import ScoringSettings
from users.models import User


class Scenario(models.Model):
    """A placement that asks for recommendations: home, similar, an e-mail."""

    HOME = "home"
    SIMILAR = "similar"

    catalog = models.ForeignKey(Catalog, models.CASCADE, related_name="scenarios", verbose_name=_("catalog"))
    name = models.CharField(_("name"), max_length=63, validators=[CATALOG_SLUG])

    class Meta:
        verbose_name = _("scenario")
        verbose_name_plural = _("scenarios")
        ordering = ["catalog", "name"]
        constraints = [
            models.UniqueConstraint(fields=["catalog", "name"], name="scenario_once_in_catalog"),
            models.UniqueConstraint(fields=["catalog", "id"], name="scenario_in_catalog"),
        ]

    def __str__(self) -> str:
        return self.name


class ScoringConfig(models.Model):
    """One version of a scenario's settings; the database refuses to change it after it was made."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        ACTIVE = "active", _("active")
        RETIRED = "retired", _("retired")

    catalog = models.ForeignKey(Catalog, models.CASCADE, related_name="scoring_configs", verbose_name=_("catalog"))
    scenario = models.ForeignKey(
        Scenario, models.CASCADE, related_name="configs", verbose_name=_("scenario"), db_constraint=False
    )
    version = models.PositiveIntegerField(_("version"))
    settings = models.JSONField(_("settings"))
    note = models.TextField(_("note"), blank=True, default="")
    author = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("author"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.DRAFT)
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    activated_at = models.DateTimeField(_("activated"), null=True, editable=False)

    class Meta:
        verbose_name = _("scoring configuration")
        verbose_name_plural = _("scoring configurations")
        ordering = ["scenario", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["scenario", "version"], name="scoring_config_version_once"),
            models.UniqueConstraint(fields=["scenario"], condition=Q(state="active"), name="scoring_config_one_active"),
        ]

    def __str__(self) -> str:
        return f"{self.scenario} v{self.version}"

    @cached_property
    def scoring_settings(self) -> ScoringSettings:
        """The settings, validated; raises pydantic's ValidationError when the row predates a change of the schema."""
        return ScoringSettings.model_validate(self.settings)
