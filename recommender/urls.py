"""Addresses of the recommender's pages and of its API; a page's address names the catalog that it shows."""

from __future__ import annotations

from django.urls import include, path, register_converter

from recommender.converters import AnyTextConverter
from recommender.views import feed, item, my_data, profile, reactions, search, welcome, why

register_converter(AnyTextConverter, "any_text")

app_name = "recommender"

of_catalog = [
    path("", feed.home, name="catalog_home"),
    path("more", feed.more, name="more"),
    path("react", reactions.react, name="react"),
    path("welcome", welcome.welcome, name="welcome"),
    path("search", search.search, name="search"),
    path("profile", profile.profile, name="profile"),
    path("profile/words", profile.save_words, name="save_words"),
    path("profile/personalisation", profile.switch_personalisation, name="switch_personalisation"),
    path("profile/forget", profile.forget, name="forget"),
    path("profile/data", my_data.download, name="download_my_data"),
    path("profile/erase", my_data.erase, name="erase_my_data"),
    path("why/<uuid:request_id>/<any_text:external_id>", why.why, name="why"),
    path("items/<any_text:external_id>", item.item, name="item"),
]

urlpatterns = [
    path("", feed.home, name="home"),
    path("c/<slug:slug>/", include(of_catalog)),
    path("accounts/data", my_data.download_account, name="download_account"),
    path("accounts/erase", my_data.erase_own_account, name="erase_account"),
    path("erased/<uuid:erasure_id>", my_data.erased, name="erased"),
    path("api/v1/", include("recommender.api.urls")),
    path("gorse/api/", include("recommender.gorse.urls")),
]
