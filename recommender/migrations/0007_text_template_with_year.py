"""New embedding spaces read the year behind the title; those that are there keep their template."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("recommender", "0006_interests")]

    operations = [
        migrations.AlterField(
            model_name="embeddingspace",
            name="text_template",
            field=models.TextField(
                default="{titles} {year}\n{categories}\n{descriptions}", verbose_name="text template"
            ),
        ),
    ]
