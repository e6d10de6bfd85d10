"""Recipes for embeddings, the vectors they gave, and the work that is still to be done."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from pgvector.django import HalfVectorField, VectorField

from catalog.models import Catalog, Item
from recommender.embeddings.item_text import DEFAULT_TEXT_TEMPLATE
from recommender.embeddings.recipe import EmbeddingRecipe


class EmbeddingSpace(models.Model):
    """A recipe that turns an item's text into a vector; several live side by side, one of a catalog serves."""

    class Backend(models.TextChoices):
        MULTILINGUAL_USE = (
            "multilingual-use",
            _("Multilingual USE (Chinese, English and 14 more; no download)"),
        )
        SENTENCE_TRANSFORMERS = "sentence-transformers", _("sentence-transformers model")
        HASHING = "hashing", _("Hashing of words and characters (for tests)")

    class State(models.TextChoices):
        NEW = "new", _("new")
        FILLING = "filling", _("being filled")
        FILLED = "filled", _("filled")

    catalog = models.ForeignKey(Catalog, models.CASCADE, related_name="embedding_spaces", verbose_name=_("catalog"))
    name = models.CharField(_("name"), max_length=100)
    backend = models.CharField(_("backend"), max_length=40, choices=Backend.choices)
    model = models.CharField(_("model"), max_length=400, blank=True, default="")
    revision = models.CharField(_("revision"), max_length=100, blank=True, default="")
    dimension = models.PositiveIntegerField(_("dimensions"))
    item_prefix = models.CharField(_("prefix of items"), max_length=200, blank=True, default="")
    query_prefix = models.CharField(_("prefix of queries"), max_length=200, blank=True, default="")
    normalize = models.BooleanField(_("normalise"), default=True)
    text_template = models.TextField(_("text template"), default=DEFAULT_TEXT_TEMPLATE)
    recipe_hash = models.CharField(max_length=64, editable=False)
    # The mean of the items' vectors, fixed once when the space was filled; null: histories are not centred.
    item_mean = VectorField(null=True, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.NEW, editable=False)
    serving = models.BooleanField(_("serving"), default=False, editable=False)
    filled_at = models.DateTimeField(_("filled"), null=True, editable=False)
    # When another space took its place: the one that served last is the one to go back to.
    served_until = models.DateTimeField(_("served until"), null=True, editable=False)
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("embedding space")
        verbose_name_plural = _("embedding spaces")
        constraints = [
            models.UniqueConstraint(fields=["catalog", "name"], name="embedding_space_once_in_catalog"),
            models.UniqueConstraint(fields=["catalog", "id"], name="embedding_space_in_catalog"),
            models.UniqueConstraint(fields=["catalog"], condition=Q(serving=True), name="embedding_space_one_serving"),
            # halfvec indexes of pgvector reach 4,000 dimensions.
            models.CheckConstraint(
                condition=Q(dimension__gte=1, dimension__lte=4000), name="embedding_space_dimension"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.recipe_hash = self.recipe.recipe_hash
        super().save(*args, **kwargs)  # type: ignore[arg-type]  # Django's own arguments, passed through

    @property
    def recipe(self) -> EmbeddingRecipe:
        return EmbeddingRecipe(
            backend=self.backend,
            model=self.model,
            revision=self.revision,
            dimension=self.dimension,
            item_prefix=self.item_prefix,
            query_prefix=self.query_prefix,
            normalize=self.normalize,
            text_template=self.text_template,
        )

    @property
    def index_name(self) -> str:
        return f"item_embedding_hnsw_space_{self.pk}"


class ItemEmbedding(models.Model):
    """An item's vector in a space, of length 1 and not centred; the space's mean centres a person's side only.

    It is stale when the item's content hash or the space's recipe hash is another one than it was made from.
    """

    catalog = models.ForeignKey(Catalog, models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    space = models.ForeignKey(
        EmbeddingSpace, models.CASCADE, related_name="embeddings", db_index=False, db_constraint=False
    )
    item = models.ForeignKey(Item, models.CASCADE, related_name="embeddings", db_constraint=False)
    vector = HalfVectorField()
    content_hash = models.CharField(max_length=64)
    recipe_hash = models.CharField(max_length=64)
    embedded_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("item embedding")
        verbose_name_plural = _("item embeddings")
        constraints = [
            # Carries the hashes, so that the periodic look for stale items reads no vector.
            models.UniqueConstraint(
                fields=["space", "item"],
                include=["content_hash", "recipe_hash"],
                name="item_embedding_once_in_space",
            )
        ]

    def __str__(self) -> str:
        return f"{self.space_id}/{self.item_id}"


class EmbeddingJob(models.Model):
    """An item that waits to be embedded in a space, is being embedded under a lease, or could not be.

    Kept apart from the vectors: claiming work must not touch an indexed row.
    """

    MAXIMUM_ATTEMPTS = 3

    catalog = models.ForeignKey(Catalog, models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    space = models.ForeignKey(EmbeddingSpace, models.CASCADE, related_name="jobs", db_index=False, db_constraint=False)
    item = models.ForeignKey(Item, models.CASCADE, related_name="+", db_constraint=False)
    content_hash = models.CharField(max_length=64)
    recipe_hash = models.CharField(max_length=64)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, db_default=0)
    lease = models.UUIDField(null=True)
    lease_expires_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(_("failed"), null=True)
    error = models.TextField(_("reason"), blank=True, default="", db_default="")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("embedding job")
        verbose_name_plural = _("embedding jobs")
        constraints = [models.UniqueConstraint(fields=["space", "item"], name="embedding_job_once_in_space")]
        indexes = [
            models.Index(
                fields=["space", "attempts", "id"],
                condition=Q(failed_at__isnull=True),
                name="embedding_job_open",
            ),
            models.Index(fields=["space"], condition=Q(failed_at__isnull=False), name="embedding_job_failed"),
        ]

    def __str__(self) -> str:
        return f"{self.space_id}/{self.item_id}"
