"""What browsers may load and run, on the site's pages and in the admin."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from genre_site.embedded.instance import CHECKOUT
from users.models import User

HEADER = "Content-Security-Policy"
SITE = {
    "default-src": "'self'",
    "img-src": "'self' data: https:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
ADMIN = {**SITE, "script-src": "'self' 'unsafe-eval'", "style-src-attr": "'unsafe-inline'"}
INLINE = re.compile(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)


def policy(headers: object) -> dict[str, str]:
    parts = str(headers[HEADER]).split("; ")  # type: ignore[index]  # the test client's headers have no public class
    return {name: sources for name, _, sources in (part.partition(" ") for part in parts)}


@pytest.mark.parametrize("address", ["/accounts/sign-in", "/accounts/password/forgotten", "/nowhere", "/api/nowhere"])
def test_pages_of_the_site_load_and_run_only_what_is_the_sites(db: None, address: str) -> None:
    assert policy(Client().get(address).headers) == SITE


def test_pages_that_refuse_have_the_policy_too(db: None) -> None:
    refused = Client(enforce_csrf_checks=True).post("/accounts/sign-in", {})
    assert refused.status_code == 403
    assert policy(refused.headers) == SITE


@pytest.mark.parametrize("address", ["/admin/", "/admin/login/", "/admin/users/user/", "/admin/nowhere/"])
def test_admin_may_evaluate_but_run_nothing_inline(operator: User, client: Client, address: str) -> None:
    client.force_login(operator)
    assert policy(client.get(address).headers) == ADMIN


@pytest.mark.parametrize("address", ["/accounts/sign-in", "/admin/login/", "/healthz"])
def test_other_headers_are_there(db: None, address: str) -> None:
    headers = Client().get(address).headers
    assert headers["Permissions-Policy"] == "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
    assert (headers["Referrer-Policy"], headers["X-Frame-Options"]) == ("same-origin", "DENY")
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_no_template_has_anything_inline() -> None:
    """The policy would refuse it without a word on the page."""
    templates = sorted((CHECKOUT / "templates").rglob("*.html"))
    assert len(templates) > 20
    found = {str(path.relative_to(CHECKOUT)): INLINE.findall(path.read_text(encoding="utf-8")) for path in templates}
    assert {path: inline for path, inline in found.items() if inline} == {}


def test_pages_are_compressed_for_browsers_that_can_read_it(db: None) -> None:
    page = Client().get("/accounts/sign-in", headers={"Accept-Encoding": "gzip"})
    assert page.headers["Content-Encoding"] == "gzip"
    assert len(page.content) < len(Client().get("/accounts/sign-in").content) / 2
