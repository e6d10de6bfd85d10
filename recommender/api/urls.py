"""Addresses of the API's first version, by part. Since ids may hold slashes, longer addresses stand before shorter."""

from __future__ import annotations

from django.urls import include, path

app_name = "api"

# `any_text` is registered by recommender.urls, which includes these.
urlpatterns = [
    path("", include("recommender.api.urls_keys")),
    path("", include("recommender.api.urls_recs")),
    path("", include("recommender.api.urls_privacy")),
    path("", include("recommender.api.urls_resources")),
]
