"""Which trained version made an answer, and which recipe of texts a version was trained on."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("recommender", "0004_ranking_vectors")]

    operations = [
        migrations.AddField(
            model_name="slate",
            name="model_version",
            field=models.PositiveIntegerField(null=True, verbose_name="version of the ranking model"),
        ),
        migrations.AddField(
            model_name="rankingmodel",
            name="recipe_hash",
            field=models.CharField(blank=True, default="", editable=False, max_length=64),
        ),
    ]
