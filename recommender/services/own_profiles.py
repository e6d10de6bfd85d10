"""The profile of somebody who signs in, which the first thing they do in a catalog makes."""

from __future__ import annotations

import uuid

from catalog.models import Catalog
from users.models import Profile, User


def own_profile(*, catalog: Catalog, user: User, language: str) -> Profile:
    """Theirs, made when they have none yet: one a person and catalog, however many tabs are open."""
    profile, _made = Profile.objects.get_or_create(
        catalog=catalog, user=user, defaults={"external_id": f"account-{uuid.uuid4()}", "language": language}
    )
    return profile
