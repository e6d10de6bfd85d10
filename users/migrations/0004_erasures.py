"""Receipts of erasures, and by what erased people are known again."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0002_site_and_search"),
        ("users", "0003_profile_attributes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Erasure",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False, verbose_name="identifier"
                    ),
                ),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("api", "a program, by the API"),
                            ("site", "the person, on the site"),
                            ("admin", "staff, in the administration"),
                            ("command", "an operator, on the command line"),
                        ],
                        max_length=10,
                        verbose_name="asked by",
                    ),
                ),
                ("erased_at", models.DateTimeField(verbose_name="erased")),
                ("counts", models.JSONField(default=dict, verbose_name="rows by what they were")),
                ("first_version", models.PositiveIntegerField(null=True)),
                ("trained_data_gone_after", models.DateTimeField(null=True, verbose_name="gone from what is trained")),
                (
                    "catalog",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="erasures",
                        to="catalog.catalog",
                        verbose_name="catalog",
                    ),
                ),
                (
                    "whole",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="users.erasure",
                        verbose_name="part of the erasure",
                    ),
                ),
            ],
            options={
                "verbose_name": "erasure",
                "verbose_name_plural": "erasures",
                "indexes": [
                    models.Index(
                        condition=models.Q(("trained_data_gone_after__isnull", True)),
                        fields=["catalog"],
                        name="erasure_still_trained_on",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("catalog__isnull", False), ("first_version__gte", 1)),
                            models.Q(
                                ("catalog__isnull", True), ("first_version__isnull", True), ("whole__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="erasure_of_profile_or_account",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Tombstone",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(editable=False, max_length=64)),
                ("erased_at", models.DateTimeField(verbose_name="erased")),
                ("consented_at", models.DateTimeField(null=True, verbose_name="consent")),
                (
                    "consent_by",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("api", "a program, by the API"),
                            ("site", "the person, on the site"),
                            ("admin", "staff, in the administration"),
                            ("command", "an operator, on the command line"),
                        ],
                        default="",
                        max_length=10,
                        verbose_name="consent told by",
                    ),
                ),
                (
                    "catalog",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tombstones",
                        to="catalog.catalog",
                        verbose_name="catalog",
                    ),
                ),
            ],
            options={
                "verbose_name": "tombstone",
                "verbose_name_plural": "tombstones",
                "constraints": [
                    models.UniqueConstraint(fields=("catalog", "digest"), name="tombstone_once_in_catalog"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("consent_by", ""), ("consented_at__isnull", True)),
                            models.Q(("consented_at__isnull", False), models.Q(("consent_by", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="tombstone_consent_says_how",
                    ),
                ],
            },
        ),
    ]
