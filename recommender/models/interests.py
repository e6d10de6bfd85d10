"""What was made of people's interactions and can be made again: cached interests, and vectors to find people by.

Both are dropped by triggers (migration 0006) in the transaction that changes what they were made from.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from pgvector.django import HalfVectorField

from catalog.models import Catalog
from recommender.models.ranking_models import RankingModel
from users.models import Profile


class InterestCache(models.Model):
    """One person's interest in one version, under one setting of what an interest is made of.

    Written and read by `services/interest_cache.py` alone, which knows the layout of the bytes. The table is unlogged:
    after a crash of the database it is empty, and fills again.
    """

    pk = models.CompositePrimaryKey("profile_id", "model_id", "settings_hash")
    profile = models.ForeignKey(Profile, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    model = models.ForeignKey(RankingModel, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    # Of the configuration's sections that U(u) depends on, and of the person's own words.
    settings_hash = models.CharField(max_length=64)
    # The state of the history and of the catalog's kinds; what is there now has to be the same.
    made_from = models.TextField()
    # U(u), float64.
    vector = models.BinaryField()
    # What the words add to the text block, float64.
    statement = models.BinaryField(null=True)
    prior = models.FloatField()
    # Whether the history has a say in U(u).
    speaks = models.BooleanField()
    # Items with their weights, and the names of the kinds that these point to.
    history = models.BinaryField()
    kinds = ArrayField(models.TextField())
    # Of the items' vectors, which may have changed since.
    probe = models.FloatField()

    class Meta:
        verbose_name = _("cached interest")
        verbose_name_plural = _("cached interests")

    def __str__(self) -> str:
        return f"{self.profile_id}/{self.model_id}"


class ProfileVector(models.Model):
    """A person as one version knows them by their history: U(u) without popularity, scaled to length 1.

    Written when the version is trained; gone when the person pauses personalisation, is erased, or takes back
    something that the vector was made from.
    """

    pk = models.CompositePrimaryKey("model_id", "profile_id")
    model = models.ForeignKey(RankingModel, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    catalog = models.ForeignKey(Catalog, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    profile = models.ForeignKey(Profile, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    vector = HalfVectorField()

    class Meta:
        verbose_name = _("profile vector")
        verbose_name_plural = _("profile vectors")

    def __str__(self) -> str:
        return f"{self.model_id}/{self.profile_id}"
