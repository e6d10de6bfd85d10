"""Addresses of recommendations, their traces, likenesses and search."""

from __future__ import annotations

from django.urls import path

from recommender.api.likeness import ProfilesForItem, SimilarItems, SimilarProfiles
from recommender.api.recommendations import GivenAnswer, Recommendations
from recommender.api.scenarios import ScenarioOfName, Scenarios
from recommender.api.search import Search
from recommender.api.traces import TraceOfOne, Traces

urlpatterns = [
    path("recommendations", Recommendations.as_view(), name="recommendations"),
    path("recommendations/<uuid:request_id>", GivenAnswer.as_view(), name="given_answer"),
    path("traces", Traces.as_view(), name="traces"),
    path("traces/<uuid:request_id>", TraceOfOne.as_view(), name="trace"),
    path("items/<any_text:external_id>/similar", SimilarItems.as_view(), name="similar_items"),
    path("items/<any_text:external_id>/profiles", ProfilesForItem.as_view(), name="profiles_for_item"),
    path("profiles/<any_text:external_id>/similar", SimilarProfiles.as_view(), name="similar_profiles"),
    path("search", Search.as_view(), name="search"),
    path("scenarios", Scenarios.as_view(), name="scenarios"),
    path("scenarios/<slug:name>", ScenarioOfName.as_view(), name="scenario"),
]
