"""Addresses of the API's first version."""

from __future__ import annotations

from django.urls import path

from recommender.api import views

app_name = "api"

# `any_text` is registered by recommender.urls, which includes these.
urlpatterns = [
    path("recommendations", views.RecommendationsView.as_view(), name="recommendations"),
    path("recommendations/<uuid:request_id>", views.GivenAnswerView.as_view(), name="given_answer"),
    path("items/<any_text:external_id>/similar", views.SimilarItemsView.as_view(), name="similar_items"),
]
