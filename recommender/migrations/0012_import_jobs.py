"""Files that programs bring over the network, and what else they tell of an interaction."""

import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

# Files are mostly packed already, and are read once: trying to compress them again would only cost time.
STORE_PLAINLY = "ALTER TABLE recommender_importchunk ALTER COLUMN content SET STORAGE EXTERNAL"


class Migration(migrations.Migration):
    dependencies = [
        ("recommender", "0011_answer_wishes"),
        ("catalog", "0002_site_and_search"),
        ("users", "0003_profile_attributes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="interaction",
            name="details",
            field=models.JSONField(
                blank=True,
                db_default=models.Value({}, models.JSONField()),
                default=dict,
                help_text="What else the program that sent it knows of it, such as the device; nothing is computed from it.",
                verbose_name="details",
            ),
        ),
        migrations.AddIndex(
            model_name="interaction",
            index=models.Index(fields=["catalog", "id"], name="interaction_in_catalog"),
        ),
        migrations.CreateModel(
            name="ImportJob",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                        verbose_name="identifier",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("items", "items"), ("profiles", "profiles"), ("interactions", "interactions")],
                        max_length=12,
                        verbose_name="rows",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("queued", "waits"), ("running", "runs"), ("done", "done"), ("failed", "failed")],
                        default="queued",
                        max_length=7,
                        verbose_name="state",
                    ),
                ),
                ("file_name", models.CharField(max_length=255, verbose_name="file")),
                ("size_bytes", models.BigIntegerField(verbose_name="size in bytes")),
                (
                    "interaction_kind",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="Of rows that name none.",
                        max_length=63,
                        verbose_name="kind of interaction",
                    ),
                ),
                (
                    "consent",
                    models.BooleanField(
                        default=False,
                        help_text="People who were erased have agreed to come back.",
                        verbose_name="consent",
                    ),
                ),
                ("language", models.CharField(max_length=35, verbose_name="language of the messages")),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                ("created", models.PositiveBigIntegerField(default=0, verbose_name="rows that were new")),
                ("updated", models.PositiveBigIntegerField(default=0, verbose_name="rows that changed something")),
                ("unchanged", models.PositiveBigIntegerField(default=0, verbose_name="rows that changed nothing")),
                ("refused", models.PositiveBigIntegerField(default=0, verbose_name="rows that were refused")),
                ("errors", models.JSONField(default=list, verbose_name="first errors")),
                (
                    "unused_columns",
                    models.JSONField(default=list, verbose_name="columns that were not used"),
                ),
                ("problem", models.TextField(blank=True, default="", verbose_name="why it failed")),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="created"
                    ),
                ),
                ("started_at", models.DateTimeField(null=True, verbose_name="started")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished")),
                (
                    "catalog",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="import_jobs",
                        to="catalog.catalog",
                        verbose_name="catalog",
                    ),
                ),
                (
                    "key",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="recommender.apikey",
                        verbose_name="brought with the key",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="brought by",
                    ),
                ),
            ],
            options={
                "verbose_name": "import",
                "verbose_name_plural": "imports",
                "indexes": [
                    models.Index(
                        condition=models.Q(("finished_at__isnull", True)),
                        fields=["created_at"],
                        name="import_job_open",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finished_at__isnull", False), ("state__in", ["done", "failed"])),
                            models.Q(("finished_at__isnull", True), ("state__in", ["queued", "running"])),
                            _connector="OR",
                        ),
                        name="import_job_is_over_or_not",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportChunk",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "job_id", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("content", models.BinaryField()),
                (
                    "job",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="recommender.importjob",
                    ),
                ),
            ],
            options={"verbose_name": "piece of an import", "verbose_name_plural": "pieces of imports"},
        ),
        migrations.RunSQL(STORE_PLAINLY, migrations.RunSQL.noop),
    ]
