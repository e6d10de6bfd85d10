import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models

import catalog.models

# Everything that an embedding's text may be made of. A JSON array keeps the fields apart without ambiguity.
CONTENT_HASH = """
CREATE FUNCTION genre_item_content_hash(
    title text, description text, language text, kind text,
    categories text[], tags text[], attributes jsonb, translations jsonb
) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN encode(sha256(convert_to(jsonb_build_array(
        title, description, language, kind, categories, tags, attributes, translations
    )::text, 'UTF8')), 'hex');
END $$
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        TrigramExtension(),
        migrations.RunSQL(CONTENT_HASH, "DROP FUNCTION genre_item_content_hash"),
        migrations.CreateModel(
            name="Catalog",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "slug",
                    models.CharField(
                        max_length=63,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z0-9][a-z0-9-]{0,62}\\Z",
                                "Lower-case letters, digits and hyphens, at most 63 characters.",
                            )
                        ],
                        verbose_name="short name",
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="created",
                    ),
                ),
            ],
            options={
                "verbose_name": "catalog",
                "verbose_name_plural": "catalogs",
                "ordering": ["slug"],
            },
        ),
        migrations.CreateModel(
            name="Item",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("external_id", models.CharField(max_length=255, verbose_name="identifier")),
                ("kind", models.CharField(blank=True, db_default="", max_length=63, verbose_name="kind")),
                ("title", models.TextField(verbose_name="title")),
                ("description", models.TextField(blank=True, db_default="", verbose_name="description")),
                (
                    "language",
                    models.CharField(blank=True, db_default="", max_length=35, verbose_name="language"),
                ),
                (
                    "translations",
                    models.JSONField(
                        blank=True,
                        db_default=models.Value({}, models.JSONField()),
                        default=dict,
                        help_text="By language code: title, description, categories.",
                        verbose_name="translations",
                    ),
                ),
                (
                    "categories",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        blank=True,
                        db_default=[],
                        default=list,
                        size=None,
                        verbose_name="categories",
                    ),
                ),
                (
                    "tags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        blank=True,
                        db_default=[],
                        default=list,
                        size=None,
                        verbose_name="tags",
                    ),
                ),
                (
                    "attributes",
                    models.JSONField(
                        blank=True,
                        db_default=models.Value({}, models.JSONField()),
                        default=dict,
                        verbose_name="attributes",
                    ),
                ),
                (
                    "image_url",
                    models.URLField(blank=True, db_default="", max_length=2000, verbose_name="image address"),
                ),
                ("hidden", models.BooleanField(db_default=False, default=False, verbose_name="hidden")),
                ("published_at", models.DateTimeField(blank=True, null=True, verbose_name="published")),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="created",
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="changed",
                    ),
                ),
                (
                    "content_hash",
                    models.GeneratedField(
                        db_persist=True,
                        expression=catalog.models.ContentHash(
                            "title",
                            "description",
                            "language",
                            "kind",
                            "categories",
                            "tags",
                            "attributes",
                            "translations",
                        ),
                        output_field=models.CharField(max_length=64),
                    ),
                ),
                (
                    "catalog",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="catalog.catalog",
                        verbose_name="catalog",
                    ),
                ),
            ],
            options={
                "verbose_name": "item",
                "verbose_name_plural": "items",
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["categories"], name="item_categories"),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["title"], name="item_title_trigrams", opclasses=["gin_trgm_ops"]
                    ),
                    models.Index(fields=["catalog", "-published_at", "id"], name="item_newest"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("catalog", "external_id"), name="item_identifier_once_in_catalog"),
                    models.UniqueConstraint(fields=("catalog", "id"), name="item_in_catalog"),
                    models.CheckConstraint(
                        condition=models.Q(("external_id", ""), _negated=True),
                        name="item_identifier_not_empty",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("title", ""), _negated=True), name="item_title_not_empty"
                    ),
                ],
            },
        ),
    ]
