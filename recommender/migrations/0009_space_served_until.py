"""Which embedding space to go back to."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("recommender", "0008_dashboard_index")]

    operations = [
        migrations.AddField(
            model_name="embeddingspace",
            name="served_until",
            field=models.DateTimeField(editable=False, null=True, verbose_name="served until"),
        ),
    ]
