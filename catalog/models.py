"""Catalogs, isolated from each other, and the items in them."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

CATALOG_SLUG = RegexValidator(
    r"^[a-z0-9][a-z0-9-]{0,62}\Z", _("Lower-case letters, digits and hyphens, at most 63 characters.")
)


class Catalog(models.Model):
    """An isolated collection: its items, profiles, interactions, scenarios and embedding spaces."""

    slug = models.CharField(_("short name"), max_length=63, unique=True, validators=[CATALOG_SLUG])
    name = models.CharField(_("name"), max_length=200)
    on_site = models.BooleanField(
        _("on the site"),
        default=False,
        db_default=False,
        help_text=_("Its items are shown to every visitor of the site; without this, to staff alone."),
    )
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("catalog")
        verbose_name_plural = _("catalogs")
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name


class ContentHash(models.Func):
    """The database function that digests everything of an item that an embedding's text may be made of."""

    function = "genre_item_content_hash"
    output_field = models.CharField(max_length=64)


class SearchText(models.Func):
    """The database function that joins what somebody may search an item by: titles, names, categories, tags."""

    function = "genre_item_search_text"
    output_field = models.TextField()


class Item(models.Model):
    """Something that can be recommended: a film, a dish, an article, a person, an advertisement."""

    catalog = models.ForeignKey(Catalog, models.CASCADE, related_name="items", verbose_name=_("catalog"))
    external_id = models.CharField(_("identifier"), max_length=255)
    kind = models.CharField(_("kind"), max_length=63, blank=True, db_default="")
    title = models.TextField(_("title"))
    description = models.TextField(_("description"), blank=True, db_default="")
    language = models.CharField(_("language"), max_length=35, blank=True, db_default="")
    translations = models.JSONField(
        _("translations"),
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        blank=True,
        help_text=_("By language code: title, description, categories, tags."),
    )
    categories = ArrayField(models.TextField(), verbose_name=_("categories"), default=list, db_default=[], blank=True)
    tags = ArrayField(models.TextField(), verbose_name=_("tags"), default=list, db_default=[], blank=True)
    attributes = models.JSONField(
        _("attributes"), default=dict, db_default=models.Value({}, models.JSONField()), blank=True
    )
    image_url = models.URLField(_("image address"), max_length=2000, blank=True, db_default="")
    hidden = models.BooleanField(_("hidden"), db_default=False, default=False)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    updated_at = models.DateTimeField(_("changed"), db_default=Now(), editable=False)
    # Computed by the database, so that no way of writing an item can leave it stale.
    content_hash = models.GeneratedField(
        expression=ContentHash(
            "title", "description", "language", "kind", "categories", "tags", "attributes", "translations"
        ),
        output_field=models.CharField(max_length=64),
        db_persist=True,
    )
    search_text = models.GeneratedField(
        expression=SearchText("title", "categories", "tags", "attributes", "translations"),
        output_field=models.TextField(),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("item")
        verbose_name_plural = _("items")
        constraints = [
            models.UniqueConstraint(fields=["catalog", "external_id"], name="item_identifier_once_in_catalog"),
            # The target of the composite foreign keys that keep catalogs apart.
            models.UniqueConstraint(fields=["catalog", "id"], name="item_in_catalog"),
            models.CheckConstraint(condition=~models.Q(external_id=""), name="item_identifier_not_empty"),
            models.CheckConstraint(condition=~models.Q(title=""), name="item_title_not_empty"),
        ]
        indexes = [
            GinIndex(fields=["categories"], name="item_categories"),
            GinIndex(fields=["title"], opclasses=["gin_trgm_ops"], name="item_title_trigrams"),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="item_search_trigrams"),
            models.Index(fields=["catalog", "-published_at", "id"], name="item_newest"),
        ]

    def __str__(self) -> str:
        return self.title

    def title_in(self, language: str) -> str:
        """The title in the language asked for, or the item's own."""
        return str(self.translation(language).get("title") or self.title)

    def description_in(self, language: str) -> str:
        return str(self.translation(language).get("description") or self.description)

    def categories_in(self, language: str) -> list[str]:
        return self._names_in(language, "categories", own=self.categories)

    def tags_in(self, language: str) -> list[str]:
        return self._names_in(language, "tags", own=self.tags)

    def translation(self, language: str) -> Mapping[str, object]:
        """The translated fields; those of `zh` answer for `zh-hans` where there are none of its own."""
        found = self.translations.get(language) or self.translations.get(language.split("-")[0])
        return found if isinstance(found, dict) else {}

    def _names_in(self, language: str, field: str, *, own: list[str]) -> list[str]:
        translated = self.translation(language).get(field)
        return [str(name) for name in translated] if isinstance(translated, list) else own
