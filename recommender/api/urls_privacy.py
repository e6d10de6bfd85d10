"""Addresses of what a person may ask of their own data. A profile is erased at its own address (urls_resources)."""

from __future__ import annotations

from django.urls import path

from recommender.api import privacy

urlpatterns = [
    path("profiles/merge", privacy.ProfileMerge.as_view(), name="merge_profiles"),
    path("profiles/<any_text:external_id>/export", privacy.ProfileExport.as_view(), name="export_profile"),
    path("erasures/<uuid:erasure_id>", privacy.Receipt.as_view(), name="erasure"),
]
