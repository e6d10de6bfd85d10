"""Who looks at a page, and what a page may show to whom.

A visitor is known by a profile of their own: the one of their account, or one that the session remembers. It is made
by the first thing they do, never by looking. Simulated profiles are nobody's data: through their eyes anybody may look,
and do nothing. All other profiles are no visitor's business.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from catalog.models import Catalog, Item
from recommender.services.own_profiles import own_profile
from recommender.services.visitor_sessions import SESSION_PROFILES, VISITOR_PREFIX
from users.models import Profile, User

VISITOR_LABEL = "visitor"


@dataclass(frozen=True)
class Visitor:
    """Somebody in front of a page of one catalog.

    own: their own profile; None while nothing is known of them.
    eyes: a simulated profile through whose eyes they look at the moment; then nothing can be done.
    """

    catalog: Catalog
    own: Profile | None
    eyes: Profile | None = None

    @property
    def profile(self) -> Profile | None:
        """Whose recommendations the page shows."""
        return self.eyes or self.own

    @property
    def may_act(self) -> bool:
        return self.eyes is None


def visible_catalogs(user: User | AnonymousUser) -> QuerySet[Catalog]:
    """Catalogs with items: for staff all of them, for everybody those that are on the site."""
    catalogs = Catalog.objects.filter(Exists(Item.objects.filter(catalog=OuterRef("pk"), hidden=False)))
    return catalogs if user.is_staff else catalogs.filter(on_site=True)


def visible_catalog(request: HttpRequest, slug: str | None) -> Catalog:
    """The catalog of that name, or the first one; Http404 where the visitor may see none such."""
    catalogs = visible_catalogs(request.user)
    catalog = (catalogs.filter(slug=slug) if slug else catalogs).first()
    if catalog is None:
        raise Http404
    return catalog


def simulated_profiles(catalog: Catalog) -> QuerySet[Profile]:
    """Through whose eyes the catalog may be seen on a page, by anybody."""
    return Profile.objects.filter(catalog=catalog, simulated=True).order_by("name", "external_id")


def visitor_of(request: HttpRequest, catalog: Catalog, *, eyes: str = "") -> Visitor:
    """Who asks; `eyes` is the external id of a simulated profile, Http404 for any other. Two queries at most."""
    # PostgreSQL refuses to look for a NUL.
    looking = simulated_profiles(catalog).filter(external_id=eyes).first() if eyes and "\0" not in eyes else None
    if eyes and looking is None:
        raise Http404(_("There is no such simulated profile here."))
    return Visitor(catalog, _own_profile(request, catalog), looking)


def acting_profile(request: HttpRequest, catalog: Catalog) -> Profile:
    """The visitor's own profile, made when they have none yet; for requests that change something."""
    own = _own_profile(request, catalog)
    return own if own is not None else _make_profile(request, catalog)


def session_profiles(request: HttpRequest) -> list[Profile]:
    """What was done in this session before signing in, in all catalogs."""
    remembered = request.session.get(SESSION_PROFILES, {})
    return list(Profile.objects.filter(pk__in=remembered.values(), user=None, simulated=False))


def _own_profile(request: HttpRequest, catalog: Catalog) -> Profile | None:
    if isinstance(request.user, User):
        return Profile.objects.filter(catalog=catalog, user=request.user).first()
    remembered = request.session.get(SESSION_PROFILES, {}).get(str(catalog.pk))
    if remembered is None:
        return None
    return Profile.objects.filter(pk=remembered, catalog=catalog, user=None, simulated=False).first()


@transaction.atomic
def _make_profile(request: HttpRequest, catalog: Catalog) -> Profile:
    language = get_language() or ""
    if isinstance(request.user, User):
        return own_profile(catalog=catalog, user=request.user, language=language)
    profile = Profile.objects.create(
        catalog=catalog, external_id=f"{VISITOR_PREFIX}{uuid.uuid4()}", labels=[VISITOR_LABEL], language=language
    )
    remembered = request.session.get(SESSION_PROFILES, {})
    request.session[SESSION_PROFILES] = {**remembered, str(catalog.pk): profile.pk}
    return profile
