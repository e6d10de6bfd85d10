import uuid

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import pgvector.django.halfvec
import pgvector.django.vector
from django.conf import settings
from django.db import migrations, models
from pgvector.django import VectorExtension


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("catalog", "0001_initial"),
        ("users", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        VectorExtension(),
        migrations.CreateModel(
            name="EmbeddingSpace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "backend",
                    models.CharField(
                        choices=[
                            ("multilingual-use", "Multilingual USE (Chinese, English and 14 more; no download)"),
                            ("sentence-transformers", "sentence-transformers model"),
                            ("hashing", "Hashing of words and characters (for tests)"),
                        ],
                        max_length=40,
                        verbose_name="backend",
                    ),
                ),
                ("model", models.CharField(blank=True, default="", max_length=400, verbose_name="model")),
                ("revision", models.CharField(blank=True, default="", max_length=100, verbose_name="revision")),
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
                        db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="created"
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
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("content_hash", models.CharField(max_length=64)),
                ("recipe_hash", models.CharField(max_length=64)),
                ("attempts", models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name="attempts")),
                ("lease", models.UUIDField(null=True)),
                ("lease_expires_at", models.DateTimeField(null=True)),
                ("failed_at", models.DateTimeField(null=True, verbose_name="failed")),
                ("error", models.TextField(blank=True, db_default="", default="", verbose_name="reason")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "catalog",
                    models.ForeignKey(
                        db_constraint=False,
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
            name="InteractionKind",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                        default=1.0, validators=[django.core.validators.MinValueValidator(0.0)], verbose_name="weight"
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
                (
                    "catalog",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="interaction_kinds",
                        to="catalog.catalog",
                        verbose_name="catalog",
                    ),
                ),
            ],
            options={
                "verbose_name": "interaction kind",
                "verbose_name_plural": "interaction kinds",
                "ordering": ["catalog", "name"],
            },
        ),
        migrations.CreateModel(
            name="Interaction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                ("external_id", models.CharField(blank=True, max_length=255, null=True, verbose_name="identifier")),
                ("slate_id", models.UUIDField(blank=True, null=True, verbose_name="answer it came from")),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="recorded"
                    ),
                ),
                (
                    "catalog",
                    models.ForeignKey(
                        db_constraint=False,
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
                (
                    "profile",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="interactions",
                        to="users.profile",
                    ),
                ),
                (
                    "kind",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="interactions",
                        to="recommender.interactionkind",
                    ),
                ),
            ],
            options={
                "verbose_name": "interaction",
                "verbose_name_plural": "interactions",
            },
        ),
        migrations.CreateModel(
            name="ItemEmbedding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("vector", pgvector.django.halfvec.HalfVectorField()),
                ("content_hash", models.CharField(max_length=64)),
                ("recipe_hash", models.CharField(max_length=64)),
                ("embedded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "catalog",
                    models.ForeignKey(
                        db_constraint=False,
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
                        related_name="embeddings",
                        to="catalog.item",
                    ),
                ),
                (
                    "space",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="embeddings",
                        to="recommender.embeddingspace",
                    ),
                ),
            ],
            options={
                "verbose_name": "item embedding",
                "verbose_name_plural": "item embeddings",
            },
        ),
        migrations.CreateModel(
            name="Scenario",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                (
                    "catalog",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="scenarios",
                        to="catalog.catalog",
                        verbose_name="catalog",
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
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                        db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="created"
                    ),
                ),
                ("activated_at", models.DateTimeField(editable=False, null=True, verbose_name="activated")),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="author",
                    ),
                ),
                (
                    "catalog",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="scoring_configs",
                        to="catalog.catalog",
                        verbose_name="catalog",
                    ),
                ),
                (
                    "scenario",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="configs",
                        to="recommender.scenario",
                        verbose_name="scenario",
                    ),
                ),
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
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False, verbose_name="request"
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="time")),
                ("scenario", models.CharField(max_length=63, verbose_name="scenario")),
                ("space_id", models.BigIntegerField(null=True, verbose_name="embedding space")),
                ("basis", models.CharField(max_length=20, verbose_name="basis")),
                ("statement", models.TextField(blank=True, default="", verbose_name="statement")),
                ("language", models.CharField(blank=True, default="", max_length=35, verbose_name="language")),
                ("requested_length", models.PositiveIntegerField(verbose_name="length asked for")),
                ("interest_vector", pgvector.django.vector.VectorField(null=True)),
                ("degraded", models.BooleanField(default=False, verbose_name="degraded")),
                ("notices", models.JSONField(default=list, verbose_name="notices")),
                ("results", models.JSONField(default=list, verbose_name="results")),
                (
                    "catalog",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="slates",
                        to="catalog.catalog",
                        verbose_name="catalog",
                    ),
                ),
                (
                    "config",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="recommender.scoringconfig",
                        verbose_name="scoring configuration",
                    ),
                ),
                (
                    "profile",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="slates",
                        to="users.profile",
                        verbose_name="profile",
                    ),
                ),
            ],
            options={
                "verbose_name": "answer",
                "verbose_name_plural": "answers",
            },
        ),
        migrations.AddConstraint(
            model_name="embeddingspace",
            constraint=models.UniqueConstraint(fields=("catalog", "name"), name="embedding_space_once_in_catalog"),
        ),
        migrations.AddConstraint(
            model_name="embeddingspace",
            constraint=models.UniqueConstraint(fields=("catalog", "id"), name="embedding_space_in_catalog"),
        ),
        migrations.AddConstraint(
            model_name="embeddingspace",
            constraint=models.UniqueConstraint(
                condition=models.Q(("serving", True)), fields=("catalog",), name="embedding_space_one_serving"
            ),
        ),
        migrations.AddConstraint(
            model_name="embeddingspace",
            constraint=models.CheckConstraint(
                condition=models.Q(("dimension__gte", 1), ("dimension__lte", 4000)), name="embedding_space_dimension"
            ),
        ),
        migrations.AddIndex(
            model_name="embeddingjob",
            index=models.Index(
                condition=models.Q(("failed_at__isnull", True)),
                fields=["space", "attempts", "id"],
                name="embedding_job_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="embeddingjob",
            constraint=models.UniqueConstraint(fields=("space", "item"), name="embedding_job_once_in_space"),
        ),
        migrations.AddConstraint(
            model_name="interactionkind",
            constraint=models.UniqueConstraint(fields=("catalog", "name"), name="interaction_kind_once_in_catalog"),
        ),
        migrations.AddConstraint(
            model_name="interactionkind",
            constraint=models.UniqueConstraint(fields=("catalog", "id"), name="interaction_kind_in_catalog"),
        ),
        migrations.AddConstraint(
            model_name="interactionkind",
            constraint=models.CheckConstraint(
                condition=models.Q(("weight__gte", 0)), name="interaction_kind_weight_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="interactionkind",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("weight__gte", -1.7976931348623157e308),
                    ("weight__lte", 1.7976931348623157e308),
                    ("value_spread__gte", -1.7976931348623157e308),
                    ("value_spread__lte", 1.7976931348623157e308),
                    models.Q(
                        ("neutral_value__isnull", True),
                        models.Q(
                            ("neutral_value__gte", -1.7976931348623157e308),
                            ("neutral_value__lte", 1.7976931348623157e308),
                        ),
                        _connector="OR",
                    ),
                ),
                name="interaction_kind_numbers_finite",
            ),
        ),
        migrations.AddConstraint(
            model_name="interactionkind",
            constraint=models.CheckConstraint(condition=models.Q(("sign__in", (1, -1))), name="interaction_kind_sign"),
        ),
        migrations.AddConstraint(
            model_name="interactionkind",
            constraint=models.CheckConstraint(
                condition=models.Q(("value_spread__gt", 0)), name="interaction_kind_spread_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="interactionkind",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("value_mode", "centred"), _negated=True),
                    ("neutral_value__isnull", False),
                    _connector="OR",
                ),
                name="interaction_kind_centred_has_neutral",
            ),
        ),
        migrations.AddIndex(
            model_name="interaction",
            index=models.Index(
                models.F("profile"),
                models.OrderBy(models.F("occurred_at"), descending=True, nulls_last=True),
                models.OrderBy(models.F("sequence"), descending=True, nulls_last=True),
                models.OrderBy(models.F("id"), descending=True),
                name="interaction_history",
            ),
        ),
        migrations.AddIndex(
            model_name="interaction",
            index=models.Index(fields=["item", "kind", "occurred_at"], name="interaction_of_item"),
        ),
        migrations.AddConstraint(
            model_name="interaction",
            constraint=models.CheckConstraint(
                condition=models.Q(("occurred_at__isnull", False), ("sequence__isnull", False), _connector="OR"),
                name="interaction_has_time_or_sequence",
            ),
        ),
        migrations.AddConstraint(
            model_name="interaction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("external_id__isnull", True), models.Q(("external_id", ""), _negated=True), _connector="OR"
                ),
                name="interaction_identifier_not_empty",
            ),
        ),
        migrations.AddConstraint(
            model_name="interaction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("value__isnull", True),
                    models.Q(("value__gte", -1.7976931348623157e308), ("value__lte", 1.7976931348623157e308)),
                    _connector="OR",
                ),
                name="interaction_value_finite",
            ),
        ),
        migrations.AddConstraint(
            model_name="interaction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("external_id__isnull", False)),
                fields=("catalog", "external_id"),
                name="interaction_once_by_identifier",
            ),
        ),
        migrations.AddConstraint(
            model_name="interaction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("external_id__isnull", True), ("occurred_at__isnull", False)),
                fields=("profile", "item", "kind", "occurred_at"),
                name="interaction_once_by_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="interaction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("external_id__isnull", True), ("occurred_at__isnull", True)),
                fields=("profile", "item", "kind", "sequence"),
                name="interaction_once_by_sequence",
            ),
        ),
        migrations.AddConstraint(
            model_name="itemembedding",
            constraint=models.UniqueConstraint(
                fields=("space", "item"), include=("content_hash", "recipe_hash"), name="item_embedding_once_in_space"
            ),
        ),
        migrations.AddConstraint(
            model_name="scenario",
            constraint=models.UniqueConstraint(fields=("catalog", "name"), name="scenario_once_in_catalog"),
        ),
        migrations.AddConstraint(
            model_name="scenario",
            constraint=models.UniqueConstraint(fields=("catalog", "id"), name="scenario_in_catalog"),
        ),
        migrations.AddConstraint(
            model_name="scoringconfig",
            constraint=models.UniqueConstraint(fields=("scenario", "version"), name="scoring_config_version_once"),
        ),
        migrations.AddConstraint(
            model_name="scoringconfig",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "active")), fields=("scenario",), name="scoring_config_one_active"
            ),
        ),
        migrations.AddIndex(
            model_name="slate",
            index=models.Index(fields=["catalog", "-created_at"], name="slate_newest"),
        ),
        migrations.AddIndex(
            model_name="slate",
            index=models.Index(fields=["profile"], name="slate_of_profile"),
        ),
    ]
