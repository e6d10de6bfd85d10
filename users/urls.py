"""Addresses of everything about an account. allauth has more pages; those that are not here are not open."""

from __future__ import annotations

from allauth.account import views
from django.urls import path, re_path

urlpatterns = [
    path("sign-in", views.login, name="account_login"),
    path("sign-out", views.logout, name="account_logout"),
    path("sign-up", views.signup, name="account_signup"),
    path("inactive", views.account_inactive, name="account_inactive"),
    path("confirm", views.email_verification_sent, name="account_email_verification_sent"),
    re_path(r"^confirm/(?P<key>[-:\w]+)$", views.confirm_email, name="account_confirm_email"),
    path("password", views.password_change, name="account_change_password"),
    path("password/first", views.password_set, name="account_set_password"),
    path("password/forgotten", views.password_reset, name="account_reset_password"),
    path("password/sent", views.password_reset_done, name="account_reset_password_done"),
    path("password/changed", views.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    re_path(
        r"^password/new/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
]
