"""Where one app's event is another's business. Signals only hasten: periodic tasks find the same work."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from catalog.models import Catalog, Item
from catalog.signals import items_imported
from recommender.models import EmbeddingSpace, RankingModel
from recommender.services.catalogs import equip_catalog
from recommender.services.ranking_partitions import drop_unused_partitions
from recommender.services.spaces import drop_index
from recommender.tasks import nudge_embedding


@receiver(post_save, sender=Catalog)
def equip_new_catalog(instance: Catalog, created: bool, raw: bool, **_: Any) -> None:
    if created and not raw:
        equip_catalog(instance)


@receiver(post_save, sender=Item)
def embed_saved_item(raw: bool, **_: Any) -> None:
    if not raw:
        nudge_embedding()


@receiver(items_imported)
def embed_imported_items(**_: Any) -> None:
    nudge_embedding()


@receiver(post_delete, sender=EmbeddingSpace)
def drop_index_of_deleted_space(instance: EmbeddingSpace, **_: Any) -> None:
    drop_index(instance)


@receiver(post_delete, sender=RankingModel)
def drop_partition_of_deleted_model(**_: Any) -> None:
    # Robust: the deletion is committed by then, and what stays is dropped by the next look.
    transaction.on_commit(drop_unused_partitions, robust=True)
