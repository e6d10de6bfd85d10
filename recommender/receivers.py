"""Where one app's event is another's business. Those about items only hasten: periodic tasks find the same work."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest

from catalog.models import Catalog, Item
from catalog.signals import items_imported
from recommender.models import EmbeddingSpace, RankingModel
from recommender.services.catalogs import equip_catalog
from recommender.services.merging import claim_profile
from recommender.services.ranking_partitions import drop_unused_partitions
from recommender.services.spaces import drop_index
from recommender.services.visitor_sessions import SESSION_PROFILES
from recommender.tasks import nudge_embedding
from recommender.views.visitors import VISITOR_LABEL, session_profiles
from users.models import User


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


@receiver(user_logged_in)
def keep_what_was_done_before(request: HttpRequest, user: User, **_: Any) -> None:
    """What somebody did before they signed in or up is theirs from now on."""
    for profile in session_profiles(request):
        claim_profile(profile=profile, user=user, outgrown_labels=(VISITOR_LABEL,))
    request.session.pop(SESSION_PROFILES, None)
