import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("catalog", "0001_initial"),
        ("recommender", "0001_initial"),
        ("users", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="interaction",
            name="profile",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="interactions",
                to="users.profile",
            ),
        ),
        migrations.AddField(
            model_name="interactionkind",
            name="catalog",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="interaction_kinds",
                to="catalog.catalog",
                verbose_name="catalog",
            ),
        ),
        migrations.AddField(
            model_name="interaction",
            name="kind",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="interactions",
                to="recommender.interactionkind",
            ),
        ),
        migrations.AddField(
            model_name="itemembedding",
            name="catalog",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="catalog.catalog",
            ),
        ),
        migrations.AddField(
            model_name="itemembedding",
            name="item",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="embeddings",
                to="catalog.item",
            ),
        ),
        migrations.AddField(
            model_name="itemembedding",
            name="space",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="embeddings",
                to="recommender.embeddingspace",
            ),
        ),
        migrations.AddField(
            model_name="scenario",
            name="catalog",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="scenarios",
                to="catalog.catalog",
                verbose_name="catalog",
            ),
        ),
        migrations.AddField(
            model_name="scoringconfig",
            name="author",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="author",
            ),
        ),
        migrations.AddField(
            model_name="scoringconfig",
            name="catalog",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="scoring_configs",
                to="catalog.catalog",
                verbose_name="catalog",
            ),
        ),
        migrations.AddField(
            model_name="scoringconfig",
            name="scenario",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="configs",
                to="recommender.scenario",
                verbose_name="scenario",
            ),
        ),
        migrations.AddField(
            model_name="slate",
            name="catalog",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="slates",
                to="catalog.catalog",
                verbose_name="catalog",
            ),
        ),
        migrations.AddField(
            model_name="slate",
            name="config",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="recommender.scoringconfig",
                verbose_name="scoring configuration",
            ),
        ),
        migrations.AddField(
            model_name="slate",
            name="profile",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="slates",
                to="users.profile",
                verbose_name="profile",
            ),
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
                condition=models.Q(("dimension__gte", 1), ("dimension__lte", 4000)),
                name="embedding_space_dimension",
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
                    ("external_id__isnull", True),
                    models.Q(("external_id", ""), _negated=True),
                    _connector="OR",
                ),
                name="interaction_identifier_not_empty",
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
            constraint=models.UniqueConstraint(fields=("space", "item"), name="item_embedding_once_in_space"),
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
                condition=models.Q(("state", "active")),
                fields=("scenario",),
                name="scoring_config_one_active",
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
