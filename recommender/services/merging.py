"""Two profiles of one person become one."""

from __future__ import annotations

from collections.abc import Collection

from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from recommender.exceptions import InvalidRequest, NotInCatalog
from recommender.models import Interaction, LaterFeedback, Slate
from users.models import Profile, User

MOST_TRIES = 5
# What both did at the same moment, by the identities of services/interactions.py; an external id names one
# interaction of the catalog, which cannot be in both.
DROP_REPEATED = """
DELETE FROM recommender_interaction repeated USING recommender_interaction kept
WHERE repeated.profile_id = %(source)s AND kept.profile_id = %(into)s
    AND repeated.item_id = kept.item_id AND repeated.kind_id = kept.kind_id
    AND repeated.external_id IS NULL AND kept.external_id IS NULL
    AND (repeated.occurred_at = kept.occurred_at
        OR repeated.occurred_at IS NULL AND kept.occurred_at IS NULL AND repeated.sequence = kept.sequence)
"""


@transaction.atomic
def merge_profiles(*, source: Profile, into: Profile, outgrown_labels: Collection[str] = ()) -> Profile:
    """Give `into` everything that `source` did and was shown, and delete `source`; `into` as it is then.

    Interactions and answers keep their ids. What both did at the same moment with the same item stays as it is in
    `into`, and so do its own words, its name and its language, unless they are empty. Personalisation is off where it
    was off in either. Merged before is merged: a `source` that is gone changes nothing. Triggers (migration 0006) drop
    what was made of either history.

    Locks both profiles, the one with the lower id first; who records something for `source` meanwhile waits.

    Args:
        source: what is merged, and then gone.
        into: what remains.
        outgrown_labels: labels of `source` that do not pass on.

    Raises:
        InvalidRequest: for profiles of different catalogs or of different accounts, and for simulated ones.
        NotInCatalog: where `into` is gone.
    """
    if source.catalog_id != into.catalog_id:
        raise InvalidRequest(_("The profiles belong to different catalogs."))
    held = _held(source, into)
    if into.pk not in held:
        raise NotInCatalog(_("There is no such profile any more."))
    into = held[into.pk]
    if source.pk not in held or source.pk == into.pk:
        return into
    source = held[source.pk]
    if source.simulated or into.simulated:
        raise InvalidRequest(_("Simulated profiles are nobody's: they cannot be merged."))
    if source.user_id is not None and into.user_id not in (None, source.user_id):
        raise InvalidRequest(_("The profiles belong to different accounts."))
    _move_history(source, into)
    # Two profiles of one account cannot be there at once.
    Profile.objects.filter(pk=source.pk).delete()
    _inherit(into, source, outgrown_labels)
    return into


@transaction.atomic
def claim_profile(*, profile: Profile, user: User, outgrown_labels: Collection[str] = ()) -> Profile | None:
    """Make a profile that belongs to no account the user's own, or merge it into the one they have in its catalog.

    The user's profile as it is then; None where they have none and `profile` is gone. `outgrown_labels` are those that
    it loses by belonging to somebody. Raises InvalidRequest for simulated profiles and those of another account.
    """
    own = _profile_of(user, profile.catalog_id)
    if own is None:
        try:
            with transaction.atomic():
                return _adopted(profile, user, outgrown_labels)
        except IntegrityError:
            # Another tab was quicker: one profile a person and catalog.
            own = Profile.objects.get(user=user, catalog_id=profile.catalog_id)
    return merge_profiles(source=profile, into=own, outgrown_labels=outgrown_labels)


def _adopted(profile: Profile, user: User, outgrown_labels: Collection[str]) -> Profile | None:
    held = Profile.objects.filter(pk=profile.pk).select_for_update().first()
    if held is None:
        return None
    if held.simulated:
        raise InvalidRequest(_("Simulated profiles are nobody's: they cannot be merged."))
    if held.user_id is not None:
        raise InvalidRequest(_("The profiles belong to different accounts."))
    held.user = user
    held.labels = [label for label in held.labels if label not in outgrown_labels]
    held.save(update_fields=["user", "labels"])
    return held


def _profile_of(user: User, catalog_id: int) -> Profile | None:
    return Profile.objects.filter(user=user, catalog_id=catalog_id).first()


def _held(source: Profile, into: Profile) -> dict[int, Profile]:
    """Those of the two that are still there, locked until the transaction ends.

    Recording something for `into` does not wait: it could have stored what `source` did too, for which this would wait.
    """
    found = {}
    for profile_id in sorted({source.pk, into.pk}):
        rows = Profile.objects.select_for_update(no_key=profile_id == into.pk)
        if (profile := rows.filter(pk=profile_id).first()) is not None:
            found[profile_id] = profile
    return found


def _move_history(source: Profile, into: Profile) -> None:
    for tries_left in reversed(range(MOST_TRIES)):
        try:
            with transaction.atomic():
                _move_interactions(source, into)
            break
        except IntegrityError:
            # What both did was recorded for `into` after this had looked for it; now it is seen.
            if not tries_left:
                raise
    _move_what_counts_later(source, into)
    Slate.objects.filter(profile=source).update(profile=into)


def _move_interactions(source: Profile, into: Profile) -> None:
    with connection.cursor() as cursor:
        cursor.execute(DROP_REPEATED, {"source": source.pk, "into": into.pk})
    Interaction.objects.filter(profile=source).update(profile=into)


def _move_what_counts_later(source: Profile, into: Profile) -> None:
    """What both sent of the same kind and item stays as it is in `into`, as what they did at the same moment does."""
    own = LaterFeedback.objects.filter(profile=into, item=OuterRef("item"), kind=OuterRef("kind"))
    LaterFeedback.objects.filter(~Exists(own), profile=source).update(profile=into)


def _inherit(into: Profile, source: Profile, outgrown_labels: Collection[str]) -> None:
    passed_on = [label for label in source.labels if label not in outgrown_labels]
    into.user_id = into.user_id or source.user_id
    into.name = into.name or source.name
    into.statement = into.statement or source.statement
    into.language = into.language or source.language
    into.personalise = into.personalise and source.personalise
    into.labels = list(dict.fromkeys([*into.labels, *passed_on]))
    into.attributes = {**source.attributes, **into.attributes}
    into.save(update_fields=["user", "name", "statement", "language", "personalise", "labels", "attributes"])
