"""A browser without a screen: who is in front of it, and what a page answers."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client

from catalog.models import Catalog
from recommender.services.visitor_sessions import SESSION_PROFILES
from users.models import Profile, User


def put_on_site(catalog: Catalog) -> Catalog:
    """Open the catalog to every visitor."""
    catalog.on_site = True
    catalog.save(update_fields=["on_site"])
    return catalog


def browser_of(profile: Profile, **kwargs: Any) -> Client:
    """The browser of somebody who has not signed in, and whose session remembers this profile."""
    client = Client(**kwargs)
    session = client.session
    session[SESSION_PROFILES] = {str(profile.catalog_id): profile.pk}
    session.save()
    return client


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def read(client: Client, address: str, *, language: str = "en", status: int = 200, **query: str) -> str:
    """The page at an address, which has to answer so."""
    answered = client.get(address, query, headers={"Accept-Language": language})
    assert answered.status_code == status, answered.status_code
    return answered.content.decode()


def words_of(html: str) -> str:
    """What is to be read between the tags of the page's content, with single spaces."""
    content = html.partition("<main")[2].partition(">")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]*>", " ", content).split())


def said_after(client: Client, address: str, posted: dict[str, str]) -> str:
    """What is announced by the page that a form leads to."""
    html = client.post(address, posted, follow=True, headers={"Accept-Language": "en"}).content.decode()
    announcement = html.split('id="announcement"', 1)[1].split("<footer", 1)[0]
    return " ".join(re.sub(r"<[^>]*>", " ", announcement.split(">", 1)[1]).split())
