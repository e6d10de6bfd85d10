"""Trained versions of a catalog's ranking: what was learned, from what, and the item vectors that it gave."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from pgvector.django import HalfVectorField

from catalog.models import Catalog, Item
from recommender.models.embeddings import EmbeddingSpace


class RankingModel(models.Model):
    """One trained version; a catalog has many and answers with one.

    Its vectors stand in a partition of their own, so that a version is written, indexed, switched to and dropped
    without touching the rows that are being read.
    """

    class State(models.TextChoices):
        BUILDING = "building", _("being trained")
        READY = "ready", _("ready")
        ACTIVE = "active", _("active")
        FAILED = "failed", _("failed")
        RETIRED = "retired", _("retired")

    # What has vectors, or is about to.
    KEPT_STATES = (State.BUILDING, State.READY, State.ACTIVE)

    catalog = models.ForeignKey(Catalog, models.CASCADE, related_name="ranking_models", verbose_name=_("catalog"))
    # The text block's space; null: ranked without texts. A version that is over lets go of it (services).
    space = models.ForeignKey(
        EmbeddingSpace,
        models.RESTRICT,
        related_name="ranking_models",
        verbose_name=_("embedding space"),
        null=True,
        blank=True,
        db_constraint=False,
    )
    # The space's recipe when its vectors were read: after a change of recipe they stand for other texts.
    recipe_hash = models.CharField(max_length=64, blank=True, default="", editable=False)
    version = models.PositiveIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.BUILDING, editable=False)
    # Of the joint vector; 0 until the vectors are written.
    dimension = models.PositiveIntegerField(_("dimensions"), default=0, editable=False)
    item_count = models.PositiveIntegerField(_("items"), default=0, editable=False)
    interaction_count = models.PositiveBigIntegerField(_("interactions"), default=0, editable=False)
    hyperparameters = models.JSONField(_("hyperparameters"), default=dict, editable=False)
    figures = models.JSONField(
        _("figures"), default=dict, editable=False, help_text=_("Seconds, memory, counts and metrics of validation.")
    )
    error = models.TextField(_("reason"), blank=True, default="", editable=False)
    note = models.TextField(_("note"), blank=True, default="")
    # No interaction that was recorded, or erased, after this moment is known to the version.
    learned_from = models.DateTimeField(_("state of the interactions"), editable=False)
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    trained_at = models.DateTimeField(_("trained"), null=True, editable=False)
    activated_at = models.DateTimeField(_("activated"), null=True, editable=False)

    class Meta:
        verbose_name = _("ranking model")
        verbose_name_plural = _("ranking models")
        ordering = ["catalog", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["catalog", "version"], name="ranking_model_version_once"),
            models.UniqueConstraint(fields=["catalog"], condition=Q(state="active"), name="ranking_model_one_active"),
            models.CheckConstraint(condition=Q(version__gte=1), name="ranking_model_version_positive"),
            # halfvec indexes of pgvector reach 4,000 dimensions; what ranks has vectors.
            models.CheckConstraint(
                condition=Q(dimension__gte=1, dimension__lte=4000)
                | (Q(dimension=0) & ~Q(state__in=("ready", "active"))),
                name="ranking_model_dimension",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.catalog} v{self.version}"

    @property
    def partition_name(self) -> str:
        return f"recommender_rankingvector_m{self.pk}"

    @property
    def index_name(self) -> str:
        """Of the HNSW index over the vectors."""
        return f"ranking_vector_hnsw_m{self.pk}"


class RankingArtifact(models.Model):
    """Arrays of a version that are not an item's: scales, covariances, maps from text. npz without pickle."""

    model = models.ForeignKey(RankingModel, models.CASCADE, related_name="artifacts", verbose_name=_("ranking model"))
    name = models.CharField(_("name"), max_length=63)
    content = models.BinaryField(_("content"))

    class Meta:
        verbose_name = _("part of a ranking model")
        verbose_name_plural = _("parts of ranking models")
        constraints = [models.UniqueConstraint(fields=["model", "name"], name="ranking_artifact_once_in_model")]

    def __str__(self) -> str:
        return f"{self.model_id}/{self.name}"


class RankingVector(models.Model):
    """An item as one version ranks it: its joint target vector, padded to the version's norm, and what goes with it.

    The table is partitioned by version (migration 0004), which also makes the database's own rules for it: an item
    takes its vectors along when it is deleted, and partitions go with their versions. So Django need not fetch and
    delete them one by one.
    """

    pk = models.CompositePrimaryKey("item_id", "model_id")
    model = models.ForeignKey(
        RankingModel, models.DO_NOTHING, related_name="vectors", db_index=False, db_constraint=False
    )
    catalog = models.ForeignKey(Catalog, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    item = models.ForeignKey(
        Item, models.DO_NOTHING, related_name="ranking_vectors", db_index=False, db_constraint=False
    )
    # What the item's target is multiplied by where the item is a source.
    source_gain = models.FloatField()
    # From 0 to 1: the order of the list for nobody in particular.
    popularity = models.FloatField()
    # Log popularity, z-scored: the popularity block.
    popularity_score = models.FloatField()
    # From 0, predicted from text, to 1, learned from interactions.
    learned = models.FloatField()
    vector = HalfVectorField()

    class Meta:
        verbose_name = _("ranking vector")
        verbose_name_plural = _("ranking vectors")

    def __str__(self) -> str:
        return f"{self.model_id}/{self.item_id}"
