"""The admin's frame: names, navigation by concern, and the files that give it the site's look."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


def _page(title: Promise, icon: str, model: str) -> dict[str, Any]:
    """A place that only those see who may look at it; `model` as app_label_model."""
    app_label, name = model.split("_", 1)
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{model}_changelist"),
        "permission": _may_view(app_label, name),
    }


def _may_view(app_label: str, name: str) -> Callable[[HttpRequest], bool]:
    def allowed(request: HttpRequest) -> bool:
        return any(request.user.has_perm(f"{app_label}.{action}_{name}") for action in ("view", "change"))

    return allowed


def _group(title: Promise | str, *pages: dict[str, Any]) -> dict[str, Any]:
    return {"title": title, "items": list(pages)}


def frame(request: HttpRequest) -> dict[str, object]:
    """Colours come from static/genre/admin.css: as an inline style the Content-Security-Policy would refuse them."""
    return {"colors": None}


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "GENRE",
    "SITE_HEADER": "GENRE",
    "SITE_SUBHEADER": _("Administration"),
    "SITE_SYMBOL": "menu_book",
    "SITE_URL": "/",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("genre/mark.svg")},
    ],
    "SHOW_LANGUAGES": True,
    "SHOW_BACK_BUTTON": True,
    "GLOBAL_CALLBACK": "genre_site.unfold.frame",
    "DASHBOARD_CALLBACK": "recommender.admin.dashboard.dashboard",
    "STYLES": [lambda request: static("genre/admin.css")],
    "SCRIPTS": [lambda request: static("genre/admin_frame.js")],
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": [
            _group(
                "",
                {"title": _("Overview"), "icon": "dashboard", "link": reverse_lazy("admin:index")},
                {"title": _("To the site"), "icon": "open_in_new", "link": "/", "active": lambda request: False},
            ),
            _group(
                _("Catalog"),
                _page(_("Catalogs"), "inventory_2", "catalog_catalog"),
                _page(_("Items"), "auto_stories", "catalog_item"),
            ),
            _group(
                _("People"),
                _page(_("Profiles"), "person", "users_profile"),
                _page(_("Interactions"), "touch_app", "recommender_interaction"),
                _page(_("Kinds of interaction"), "category", "recommender_interactionkind"),
                _page(_("Users"), "badge", "users_user"),
                _page(_("E-mail addresses"), "mail", "account_emailaddress"),
                _page(_("Groups"), "groups", "auth_group"),
                _page(_("Erasures"), "receipt_long", "users_erasure"),
            ),
            _group(
                _("Recommendations"),
                _page(_("Scenarios"), "web_stories", "recommender_scenario"),
                _page(_("Scoring configurations"), "tune", "recommender_scoringconfig"),
                _page(_("Slates"), "view_list", "recommender_slate"),
            ),
            _group(
                _("Embeddings and models"),
                _page(_("Embedding spaces"), "scatter_plot", "recommender_embeddingspace"),
                _page(_("Failed embeddings"), "error", "recommender_embeddingjob"),
                _page(_("Ranking models"), "model_training", "recommender_rankingmodel"),
            ),
            _group(
                _("Programs"),
                _page(_("API keys"), "key", "recommender_apikey"),
                {
                    "title": _("Reference of the API"),
                    "icon": "api",
                    "link": reverse_lazy("recommender:api:reference"),
                },
            ),
            _group(
                _("Measurements"),
                _page(_("Evaluations"), "monitoring", "recommender_evaluationrun"),
            ),
        ],
    },
}
