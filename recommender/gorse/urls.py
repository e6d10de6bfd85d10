"""Addresses below /gorse/api, each with and without a slash at its end: PyGorse writes both, and follows no redirect.

Ids with a slash cannot be written in an address, as with Gorse.
"""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, path
from django.views import View

from recommender.gorse import views_feedback, views_health, views_items, views_lists, views_recommend, views_users

app_name = "gorse"


def call(route: str, view: type[View], **initial: Any) -> list[URLPattern]:
    handler = view.as_view(**initial)
    return [path(route, handler), path(f"{route}/", handler)]


urlpatterns = [
    *call("health/live", views_health.HealthView),
    *call("health/ready", views_health.HealthView, needs_database=True),
    *call("user", views_users.InsertUserView),
    *call("users", views_users.UsersView),
    *call("user/<str:user_id>", views_users.UserView),
    *call("user/<str:user_id>/feedback", views_feedback.UserFeedbackView),
    *call("user/<str:user_id>/feedback/<str:feedback_type>", views_feedback.UserFeedbackView),
    *call("user/<str:user_id>/neighbors", views_lists.UserNeighborsView),
    *call("item", views_items.InsertItemView),
    *call("items", views_items.ItemsView),
    *call("item/<str:item_id>", views_items.ItemView),
    *call("item/<str:item_id>/category/<str:category>", views_items.ItemCategoryView),
    *call("item/<str:item_id>/feedback", views_feedback.ItemFeedbackView),
    *call("item/<str:item_id>/feedback/<str:feedback_type>", views_feedback.ItemFeedbackView),
    *call("item/<str:item_id>/neighbors", views_lists.ItemNeighborsView),
    *call("item/<str:item_id>/neighbors/<str:category>", views_lists.ItemNeighborsView),
    *call("feedback", views_feedback.FeedbackListView),
    *call("feedback/<str:feedback_type>", views_feedback.TypedFeedbackListView),
    *call("feedback/<str:user_id>/<str:item_id>", views_feedback.UserItemFeedbackView),
    *call("feedback/<str:feedback_type>/<str:user_id>/<str:item_id>", views_feedback.OneFeedbackView),
    *call("recommend/<str:user_id>", views_recommend.RecommendView),
    *call("recommend/<str:user_id>/<str:category>", views_recommend.RecommendView),
    *call("session/recommend", views_recommend.SessionRecommendView),
    *call("session/recommend/<str:category>", views_recommend.SessionRecommendView),
    *call("latest", views_lists.LatestView),
    *call("latest/<str:category>", views_lists.LatestView),
    *call("popular", views_lists.NonPersonalizedView),
    *call("popular/<str:category>", views_lists.NonPersonalizedView),
    *call("non-personalized/<str:name>", views_lists.NonPersonalizedView),
    *call("item-to-item/<str:name>/<str:item_id>", views_lists.ItemNeighborsView),
    *call("user-to-user/<str:name>/<str:user_id>", views_lists.UserNeighborsView),
    *call("collaborative-filtering/<str:user_id>", views_lists.CollaborativeView),
]
