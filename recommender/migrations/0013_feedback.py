"""Feedback that was sent before it is to count."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

# Catalogs are kept apart by foreign keys that include them, as those of interactions are (0002).
REFERENCED = {"profile": "users_profile", "item": "catalog_item", "kind": "recommender_interactionkind"}


def within_catalog(name: str, referenced: str) -> migrations.RunSQL:
    constraint = f"laterfeedback_{name}_same_catalog"
    return migrations.RunSQL(
        f"ALTER TABLE recommender_laterfeedback ADD CONSTRAINT {constraint} FOREIGN KEY (catalog_id, {name}_id) "
        f"REFERENCES {referenced} (catalog_id, id) ON DELETE CASCADE",
        f"ALTER TABLE recommender_laterfeedback DROP CONSTRAINT {constraint}",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("recommender", "0012_import_jobs"),
        ("catalog", "0002_site_and_search"),
        ("users", "0004_erasures"),
    ]

    operations = [
        migrations.CreateModel(
            name="LaterFeedback",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("value", models.FloatField(blank=True, null=True, verbose_name="value")),
                ("occurred_at", models.DateTimeField(verbose_name="counts from")),
                (
                    "details",
                    models.JSONField(
                        blank=True,
                        db_default=models.Value({}, models.JSONField()),
                        default=dict,
                        verbose_name="details",
                    ),
                ),
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
                    "kind",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="recommender.interactionkind",
                    ),
                ),
                (
                    "profile",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="users.profile",
                    ),
                ),
            ],
            options={
                "verbose_name": "feedback that counts later",
                "verbose_name_plural": "feedback that counts later",
                "indexes": [models.Index(fields=["occurred_at"], name="later_feedback_due")],
                "constraints": [
                    models.UniqueConstraint(fields=("profile", "item", "kind"), name="later_feedback_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("value__isnull", True),
                            models.Q(("value__gte", -1.7976931348623157e308), ("value__lte", 1.7976931348623157e308)),
                            _connector="OR",
                        ),
                        name="later_value_finite",
                    ),
                ],
            },
        ),
        *(within_catalog(*columns) for columns in REFERENCED.items()),
    ]
