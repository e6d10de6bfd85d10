"""What the operator's first page counts by day, found without reading whole tables."""

import django.contrib.postgres.indexes
from django.db import migrations, models

# Items and profiles are changed now and then, which moves rows: an index by blocks would lose its edges. The indexes
# serve no query of their own apps, so these do not know them.
NEW_ROWS = """
CREATE INDEX item_created ON catalog_item (created_at);
CREATE INDEX profile_created ON users_profile (created_at);
"""


def by_day(model: str, name: str) -> migrations.AddIndex:
    return migrations.AddIndex(
        model_name=model,
        index=django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=["created_at"], name=name),
    )


class Migration(migrations.Migration):
    dependencies = [
        ("recommender", "0007_text_template_with_year"),
        ("catalog", "0001_initial"),
        ("users", "0001_initial"),
    ]

    operations = [
        by_day("interaction", "interaction_recorded"),
        by_day("slate", "slate_answered"),
        migrations.AddIndex(
            model_name="embeddingjob",
            index=models.Index(
                condition=models.Q(("failed_at__isnull", False)), fields=["space"], name="embedding_job_failed"
            ),
        ),
        migrations.RunSQL(NEW_ROWS, "DROP INDEX item_created, profile_created"),
    ]
