"""What a person or a program names from outside: a catalog, a profile, an item; or the sentence that it is unknown."""

from __future__ import annotations

from django.utils.translation import gettext as _

from catalog.models import Catalog, Item
from recommender.exceptions import NotInCatalog
from recommender.models import Scenario
from users.models import Profile


def catalog_named(slug: str) -> Catalog:
    """One query. Raises NotInCatalog."""
    catalog = Catalog.objects.filter(slug=slug).first()
    if catalog is None:
        raise NotInCatalog(_("There is no catalog “%(name)s”.") % {"name": slug})
    return catalog


def profile_named(catalog: Catalog, external_id: str) -> Profile:
    """One query. Raises NotInCatalog."""
    profile = Profile.objects.filter(catalog=catalog, external_id=external_id).first()
    if profile is None:
        raise NotInCatalog(
            _("The catalog “%(catalog)s” has no profile “%(name)s”.") % {"catalog": catalog.slug, "name": external_id}
        )
    return profile


def item_named(catalog: Catalog, external_id: str) -> Item:
    """One query. Raises NotInCatalog."""
    item = Item.objects.filter(catalog=catalog, external_id=external_id).first()
    if item is None:
        raise NotInCatalog(
            _("The catalog “%(catalog)s” has no item “%(name)s”.") % {"catalog": catalog.slug, "name": external_id}
        )
    return item


def scenario_named(catalog: Catalog, name: str) -> Scenario:
    """One query. Raises NotInCatalog."""
    scenario = Scenario.objects.filter(catalog=catalog, name=name).first()
    if scenario is None:
        raise NotInCatalog(
            _("The catalog “%(catalog)s” has no scenario “%(name)s”.") % {"catalog": catalog.slug, "name": name}
        )
    return scenario
