"""What an answer was asked for and made from, so that it can be made again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("recommender", "0010_api_keys")]

    operations = [
        migrations.AddField(
            model_name="slate",
            name="wishes",
            field=models.JSONField(
                blank=True,
                default=dict,
                help_text="What the request asked of its list, beside whom it is for.",
                verbose_name="wishes",
            ),
        ),
        migrations.AddField(
            model_name="slate",
            name="made_from",
            field=models.JSONField(
                blank=True,
                default=dict,
                help_text="The state of the person's history then: it tells whether it is still the same.",
                verbose_name="made from",
            ),
        ),
    ]
