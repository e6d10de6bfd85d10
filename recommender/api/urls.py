"""Addresses of the API's first version."""

from __future__ import annotations

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from recommender.api import views

app_name = "api"


class AnyTextConverter(StringConverter):
    """An external id is its owner's: slashes and line breaks may be part of it."""

    regex = r"[\s\S]+"


register_converter(AnyTextConverter, "any_text")

urlpatterns = [
    path("recommendations", views.RecommendationsView.as_view(), name="recommendations"),
    path("recommendations/<uuid:request_id>", views.GivenAnswerView.as_view(), name="given_answer"),
    path("items/<any_text:external_id>/similar", views.SimilarItemsView.as_view(), name="similar_items"),
]
