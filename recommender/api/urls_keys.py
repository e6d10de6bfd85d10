"""Addresses of the document that describes the API, and of its pages."""

from __future__ import annotations

from django.urls import path

from recommender.api import docs

urlpatterns = [
    path("schema", docs.DocumentView.as_view(), name="schema"),
    path("docs", docs.DocsView.as_view(), name="docs"),
    path("reference", docs.ReferenceView.as_view(), name="reference"),
]
