"""What a request needs to be allowed, by its method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from django.utils.translation import gettext as _
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from recommender.api.access import Scope, scopes_of_key, scopes_of_staff
from recommender.models import ApiKey
from users.models import User

if TYPE_CHECKING:
    from recommender.api.endpoint import Endpoint


@dataclass(frozen=True)
class Grant:
    """What whoever asks may do, before it is known in which catalog."""

    scopes: frozenset[Scope]
    key: ApiKey | None = None
    user: User | None = None
    own_profile_only: bool = False


class ScopePermission(BasePermission):
    """A key with the scope of the method, staff with the rights for it, or a person where the method is open to them.

    What was found stands in the endpoint's `grant`.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        endpoint = cast("Endpoint", view)
        method = "GET" if request.method == "HEAD" else str(request.method)
        grant = _grant(request, open_to_people=method in endpoint.open_to_people, needed=endpoint.scopes.get(method))
        if grant is None:
            return False
        endpoint.grant = grant
        return True


def _grant(request: Request, *, needed: Scope | None, open_to_people: bool) -> Grant | None:
    """None for strangers. Raises PermissionDenied. A method without a scope is none of the endpoint's: 405 follows."""
    if isinstance(request.auth, ApiKey):
        grant = Grant(scopes=scopes_of_key(request.auth), key=request.auth)
    elif not isinstance(request.user, User):
        return None
    else:
        scopes = scopes_of_staff(request.user) if request.user.is_staff else frozenset()
        alone = open_to_people and needed not in scopes
        grant = Grant(scopes=scopes, user=request.user, own_profile_only=alone)
    if needed is None or needed in grant.scopes or grant.own_profile_only:
        return grant
    if grant.key is not None:
        raise PermissionDenied(_("This key does not open this: it takes one with the scope “%s”.") % needed)
    raise PermissionDenied(_("This takes the rights of the scope “%s”.") % needed)
