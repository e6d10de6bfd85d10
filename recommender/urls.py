"""Addresses of the recommender's pages and of its API."""

from __future__ import annotations

from django.urls import include, path

from recommender.views.home import home

app_name = "recommender"

urlpatterns = [
    path("", home, name="home"),
    path("api/v1/", include("recommender.api.urls")),
]
