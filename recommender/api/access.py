"""Who asks, for which catalog, and what they may do there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from catalog.models import Catalog
from recommender.exceptions import NotInCatalog
from recommender.models import ApiKey, Scope
from recommender.selectors.named import profile_named
from users.models import Profile, User

__all__ = ["ME", "Caller", "Scope", "scopes_of_key", "scopes_of_staff"]

# In the place of a profile's id, for signed-in people: themselves.
ME = "me"
ALL_SCOPES = frozenset(Scope)
# What staff needs to be allowed in the admin for each scope; everything is for those who may do everything.
PERMISSIONS: Mapping[Scope, frozenset[str]] = {
    Scope.READ: frozenset(
        {"catalog.view_item", "users.view_profile", "recommender.view_interaction", "recommender.view_slate"}
    ),
    Scope.WRITE_ITEMS: frozenset({"catalog.add_item", "catalog.change_item", "catalog.delete_item"}),
    Scope.WRITE_INTERACTIONS: frozenset({"recommender.add_interaction", "recommender.delete_interaction"}),
    Scope.PROFILES: frozenset(
        {"users.view_profile", "users.add_profile", "users.change_profile", "users.delete_profile"}
    ),
}


@dataclass(frozen=True)
class Caller:
    """A program with its key, a member of staff, or a signed-in person; always in one catalog.

    own_profile_only: a signed-in person, who may ask about themselves alone.
    """

    catalog: Catalog
    scopes: frozenset[Scope]
    key: ApiKey | None = None
    user: User | None = None
    own_profile_only: bool = False

    @property
    def identity(self) -> str:
        """The same for the same key or person, and for nobody else."""
        if self.key is not None:
            return f"key {self.key.pk}"
        return f"user {self.user.pk if self.user else None}"

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes

    def profile(self, external_id: str) -> Profile:
        """The profile of that id, as far as it is the caller's business; one query. Raises NotInCatalog."""
        if not self.own_profile_only:
            return profile_named(self.catalog, external_id)
        own = Profile.objects.filter(catalog=self.catalog, user=self.user).first() if external_id == ME else None
        if own is None:
            raise NotInCatalog(
                _("The catalog “%(catalog)s” has no profile “%(name)s”.")
                % {"catalog": self.catalog.slug, "name": external_id}
            )
        return own


def scopes_of_key(key: ApiKey) -> frozenset[Scope]:
    scopes = frozenset(map(Scope, key.scopes))
    return ALL_SCOPES if Scope.ADMIN in scopes else scopes


def scopes_of_staff(user: User) -> frozenset[Scope]:
    """By the rights that somebody has in the admin; two queries for all but superusers, once a request."""
    if user.is_superuser:
        return ALL_SCOPES
    return frozenset(scope for scope, permissions in PERMISSIONS.items() if user.has_perms(permissions))
