from __future__ import annotations

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0001_initial"),
        ("recommender", "0002_invariants"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RankingModel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(verbose_name="version")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("building", "being trained"),
                            ("ready", "ready"),
                            ("active", "active"),
                            ("failed", "failed"),
                            ("retired", "retired"),
                        ],
                        default="building",
                        editable=False,
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("dimension", models.PositiveIntegerField(default=0, editable=False, verbose_name="dimensions")),
                ("item_count", models.PositiveIntegerField(default=0, editable=False, verbose_name="items")),
                (
                    "interaction_count",
                    models.PositiveBigIntegerField(default=0, editable=False, verbose_name="interactions"),
                ),
                ("hyperparameters", models.JSONField(default=dict, editable=False, verbose_name="hyperparameters")),
                (
                    "figures",
                    models.JSONField(
                        default=dict,
                        editable=False,
                        help_text="Seconds, memory, counts and metrics of validation.",
                        verbose_name="figures",
                    ),
                ),
                ("error", models.TextField(blank=True, default="", editable=False, verbose_name="reason")),
                ("note", models.TextField(blank=True, default="", verbose_name="note")),
                ("learned_from", models.DateTimeField(editable=False, verbose_name="state of the interactions")),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="created"
                    ),
                ),
                ("trained_at", models.DateTimeField(editable=False, null=True, verbose_name="trained")),
                ("activated_at", models.DateTimeField(editable=False, null=True, verbose_name="activated")),
                (
                    "catalog",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="ranking_models",
                        to="catalog.catalog",
                        verbose_name="catalog",
                    ),
                ),
                (
                    "space",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="ranking_models",
                        to="recommender.embeddingspace",
                        verbose_name="embedding space",
                    ),
                ),
            ],
            options={
                "verbose_name": "ranking model",
                "verbose_name_plural": "ranking models",
                "ordering": ["catalog", "-version"],
                "constraints": [
                    models.UniqueConstraint(fields=("catalog", "version"), name="ranking_model_version_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "active")), fields=("catalog",), name="ranking_model_one_active"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("version__gte", 1)), name="ranking_model_version_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("dimension__gte", 1), ("dimension__lte", 4000)),
                            models.Q(("dimension", 0), models.Q(("state__in", ("ready", "active")), _negated=True)),
                            _connector="OR",
                        ),
                        name="ranking_model_dimension",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RankingArtifact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=63, verbose_name="name")),
                ("content", models.BinaryField(verbose_name="content")),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="artifacts",
                        to="recommender.rankingmodel",
                        verbose_name="ranking model",
                    ),
                ),
            ],
            options={
                "verbose_name": "part of a ranking model",
                "verbose_name_plural": "parts of ranking models",
                "constraints": [
                    models.UniqueConstraint(fields=("model", "name"), name="ranking_artifact_once_in_model")
                ],
            },
        ),
        migrations.CreateModel(
            name="EvaluationRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("dataset", models.CharField(max_length=200, verbose_name="data set")),
                ("protocol", models.CharField(max_length=40, verbose_name="protocol")),
                (
                    "seeds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), size=None, verbose_name="seeds"
                    ),
                ),
                ("systems", models.JSONField(default=list, verbose_name="systems")),
                ("report", models.JSONField(verbose_name="report")),
                ("seconds", models.FloatField(verbose_name="seconds")),
                ("note", models.TextField(blank=True, default="", verbose_name="note")),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="created"
                    ),
                ),
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
            ],
            options={
                "verbose_name": "evaluation",
                "verbose_name_plural": "evaluations",
                "ordering": ["-created_at", "-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("dataset", ""), _negated=True), models.Q(("protocol", ""), _negated=True)
                        ),
                        name="evaluation_run_says_what",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("seconds__gte", 0)), name="evaluation_run_seconds_not_negative"
                    ),
                ],
            },
        ),
    ]
