"""Addresses of items, profiles, interactions and what comes in bulk."""

from __future__ import annotations

from django.urls import path

from recommender.api.bulk import BulkInteractions, BulkItems, BulkProfiles
from recommender.api.imports import ImportOfId, InteractionImport, ItemImport, ProfileImport
from recommender.api.interactions import InteractionKinds, InteractionOfId, Interactions, ProfileInteractions
from recommender.api.items import ItemOfId, Items
from recommender.api.profiles import ProfileOfId, Profiles

urlpatterns = [
    path("items", Items.as_view(), name="items"),
    path("items/<any_text:external_id>", ItemOfId.as_view(), name="item"),
    path("profiles", Profiles.as_view(), name="profiles"),
    path("profiles/<any_text:external_id>/interactions", ProfileInteractions.as_view(), name="profile_interactions"),
    path("profiles/<any_text:external_id>", ProfileOfId.as_view(), name="profile"),
    path("interactions", Interactions.as_view(), name="interactions"),
    path("interactions/<int:interaction_id>", InteractionOfId.as_view(), name="interaction"),
    path("interaction-kinds", InteractionKinds.as_view(), name="interaction_kinds"),
    path("bulk/items", BulkItems.as_view(), name="bulk_items"),
    path("bulk/profiles", BulkProfiles.as_view(), name="bulk_profiles"),
    path("bulk/interactions", BulkInteractions.as_view(), name="bulk_interactions"),
    path("imports/items", ItemImport.as_view(), name="import_items"),
    path("imports/profiles", ProfileImport.as_view(), name="import_profiles"),
    path("imports/interactions", InteractionImport.as_view(), name="import_interactions"),
    path("imports/<uuid:job_id>", ImportOfId.as_view(), name="import"),
]
