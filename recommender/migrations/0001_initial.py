import uuid

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import pgvector.django.halfvec
import pgvector.django.vector
from django.db import migrations, models
from pgvector.django import VectorExtension


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("catalog", "0001_initial"),
    ]

    operations = [
        VectorExtension(),
        migrations.CreateModel(
            name="InteractionKind",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "name",
                    models.CharField(
                        max_length=63,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z][a-z0-9_-]*\\Z", "Lower-case letters and digits."
                            )
                        ],
                        verbose_name="name",
                    ),
                ),
                (
                    "weight",
                    models.FloatField(
                        default=1.0,
                        validators=[django.core.validators.MinValueValidator(0.0)],
                        verbose_name="weight",
                    ),
                ),
                (
                    "sign",
                    models.SmallIntegerField(
                        choices=[(1, "speaks for the item"), (-1, "speaks against the item")],
                        default=1,
                        verbose_name="sign",
                    ),
                ),
                (
                    "value_mode",
                    models.CharField(
                        choices=[
                            ("ignore", "the value is not used"),
                            ("multiply", "the weight is multiplied by the value"),
                            ("centred", "the distance of the value from the neutral value counts"),
                        ],
                        default="ignore",
                        max_length=8,
                        verbose_name="use of the value",
                    ),
                ),
                ("neutral_value", models.FloatField(blank=True, null=True, verbose_name="neutral value")),
                (
                    "value_spread",
                    models.FloatField(
                        default=1.0,
                        help_text="How far from neutral a value counts as the full weight.",
                        verbose_name="spread of the values",
                    ),
                ),
                (
                    "states",
                    models.BooleanField(
                        default=False,
                        help_text="On: the latest one about an item counts. Off: each one counts.",
                        verbose_name="states an opinion",
                    ),
                ),
                ("marks_seen", models.BooleanField(default=True, verbose_name="marks the item as seen")),
            ],
            options={
                "verbose_name": "interaction kind",
                "verbose_name_plural": "interaction kinds",
                "ordering": ["catalog", "name"],
            },
        ),
        migrations.CreateModel(
            name="ItemEmbedding",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("vector", pgvector.django.halfvec.HalfVectorField()),
                ("content_hash", models.CharField(max_length=64)),
                ("recipe_hash", models.CharField(max_length=64)),
                ("embedded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "verbose_name": "item embedding",
                "verbose_name_plural": "item embeddings",
            },
        ),
        migrations.CreateModel(
            name="Scenario",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "name",
                    models.CharField(
                        max_length=63,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z0-9][a-z0-9-]{0,62}\\Z",
                                "Lower-case letters, digits and hyphens, at most 63 characters.",
                            )
                        ],
                        verbose_name="name",
                    ),
                ),
            ],
            options={
                "verbose_name": "scenario",
                "verbose_name_plural": "scenarios",
                "ordering": ["catalog", "name"],
            },
        ),
        migrations.CreateModel(
            name="ScoringConfig",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("version", models.PositiveIntegerField(verbose_name="version")),
                ("settings", models.JSONField(verbose_name="settings")),
                ("note", models.TextField(blank=True, default="", verbose_name="note")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "draft"), ("active", "active"), ("retired", "retired")],
                        default="draft",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="created",
                    ),
                ),
                ("activated_at", models.DateTimeField(editable=False, null=True, verbose_name="activated")),
            ],
            options={
                "verbose_name": "scoring configuration",
                "verbose_name_plural": "scoring configurations",
                "ordering": ["scenario", "-version"],
            },
        ),
        migrations.CreateModel(
            name="Slate",
            fields=[
                (
                    "request_id",
                    models.UUIDField(
                        default=uuid.uuid4,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                        verbose_name="request",
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="time")),
                ("scenario", models.CharField(max_length=63, verbose_name="scenario")),
                ("space_id", models.BigIntegerField(null=True, verbose_name="embedding space")),
                ("basis", models.CharField(max_length=20, verbose_name="basis")),
                ("statement", models.TextField(blank=True, default="", verbose_name="statement")),
                (
                    "language",
                    models.CharField(blank=True, default="", max_length=35, verbose_name="language"),
                ),
                ("requested_length", models.PositiveIntegerField(verbose_name="length asked for")),
                ("interest_vector", pgvector.django.vector.VectorField(null=True)),
                ("degraded", models.BooleanField(default=False, verbose_name="degraded")),
                ("notices", models.JSONField(default=list, verbose_name="notices")),
                ("results", models.JSONField(default=list, verbose_name="results")),
            ],
            options={
                "verbose_name": "answer",
                "verbose_name_plural": "answers",
            },
        ),
        migrations.CreateModel(
            name="EmbeddingSpace",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "backend",
                    models.CharField(
                        choices=[
                            (
                                "multilingual-use",
                                "Multilingual USE (Chinese, English and 14 more; no download)",
                            ),
                            ("sentence-transformers", "sentence-transformers model"),
                            ("hashing", "Hashing of words and characters (for tests)"),
                        ],
                        max_length=40,
                        verbose_name="backend",
                    ),
                ),
                ("model", models.CharField(blank=True, default="", max_length=400, verbose_name="model")),
                (
                    "revision",
                    models.CharField(blank=True, default="", max_length=100, verbose_name="revision"),
                ),
                ("dimension", models.PositiveIntegerField(verbose_name="dimensions")),
                (
                    "item_prefix",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="prefix of items"),
                ),
                (
                    "query_prefix",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="prefix of queries"),
                ),
                ("normalize", models.BooleanField(default=True, verbose_name="normalise")),
                (
                    "text_template",
                    models.TextField(default="{titles}\n{categories}\n{descriptions}", verbose_name="text template"),
                ),
                ("recipe_hash", models.CharField(editable=False, max_length=64)),
                ("item_mean", pgvector.django.vector.VectorField(blank=True, editable=False, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("new", "new"), ("filling", "being filled"), ("filled", "filled")],
                        default="new",
                        editable=False,
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("serving", models.BooleanField(default=False, editable=False, verbose_name="serving")),
                ("filled_at", models.DateTimeField(editable=False, null=True, verbose_name="filled")),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="created",
                    ),
                ),
                (
                    "catalog",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="embedding_spaces",
                        to="catalog.catalog",
                        verbose_name="catalog",
                    ),
                ),
            ],
            options={
                "verbose_name": "embedding space",
                "verbose_name_plural": "embedding spaces",
            },
        ),
        migrations.CreateModel(
            name="EmbeddingJob",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("content_hash", models.CharField(max_length=64)),
                ("recipe_hash", models.CharField(max_length=64)),
                (
                    "attempts",
                    models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name="attempts"),
                ),
                ("lease", models.UUIDField(null=True)),
                ("lease_expires_at", models.DateTimeField(null=True)),
                ("failed_at", models.DateTimeField(null=True, verbose_name="failed")),
                ("error", models.TextField(blank=True, db_default="", default="", verbose_name="reason")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "catalog",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="catalog.catalog",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="catalog.item",
                    ),
                ),
                (
                    "space",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="jobs",
                        to="recommender.embeddingspace",
                    ),
                ),
            ],
            options={
                "verbose_name": "embedding job",
                "verbose_name_plural": "embedding jobs",
            },
        ),
        migrations.CreateModel(
            name="Interaction",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("value", models.FloatField(blank=True, null=True, verbose_name="value")),
                ("occurred_at", models.DateTimeField(blank=True, null=True, verbose_name="happened")),
                (
                    "sequence",
                    models.BigIntegerField(
                        blank=True,
                        help_text="Orders events of one person whose time is not known.",
                        null=True,
                        verbose_name="sequence",
                    ),
                ),
                (
                    "external_id",
                    models.CharField(blank=True, max_length=255, null=True, verbose_name="identifier"),
                ),
                ("slate_id", models.UUIDField(blank=True, null=True, verbose_name="answer it came from")),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="recorded",
                    ),
                ),
                (
                    "catalog",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="interactions",
                        to="catalog.catalog",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="interactions",
                        to="catalog.item",
                    ),
                ),
            ],
            options={
                "verbose_name": "interaction",
                "verbose_name_plural": "interactions",
            },
        ),
    ]
