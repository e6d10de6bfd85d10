from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0001_initial"),
        ("recommender", "0002_invariants"),
        ("users", "0001_initial"),
    ]

    operations = [
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
    ]
