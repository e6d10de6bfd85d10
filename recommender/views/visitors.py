"""What a page may show to whom. Simulated profiles are nobody's data; all others are no visitor's business."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, QuerySet

from catalog.models import Catalog, Item
from users.models import Profile, User


def visible_catalogs(user: User | AnonymousUser) -> QuerySet[Catalog]:
    """Catalogs with items: for staff all of them, for visitors those that simulated profiles mark as a showcase."""
    catalogs = Catalog.objects.filter(Exists(Item.objects.filter(catalog=OuterRef("pk"), hidden=False)))
    if user.is_staff:
        return catalogs
    return catalogs.filter(Exists(simulated_profiles().filter(catalog=OuterRef("pk"))))


def simulated_profiles() -> QuerySet[Profile]:
    """Through whose eyes a catalog may be seen on a page, by anybody."""
    return Profile.objects.filter(simulated=True).order_by("name", "external_id")
