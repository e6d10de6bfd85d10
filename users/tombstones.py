"""Ids of erased people, known again by a keyed hash: they come back with the person's consent alone.

A tombstone says nothing to whoever has the database without the installation's secret: ids are often numbers or
addresses, and an ordinary hash of those is found by trying. After a change of the secret the former one has to stay
in GENRE_SECRET_KEY_FALLBACKS for as long as tombstones made with it shall be understood.

Whoever makes profiles asks `erased_among` about those that are new, *after* they were inserted and in the same
transaction: an erasure that is going on at that moment holds the profile's row, so that the insertion waits for it,
and what is asked after it sees the tombstone.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
from collections.abc import Collection, Iterable
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet

from users.erasures import Tombstone, Way

SALT = b"genre.users.tombstone"
# Of a statement's parameters.
AT_ONCE = 5_000


def bury(*, catalog_id: int, external_id: str, now: datetime) -> None:
    """Remember that somebody of this id was erased; consent that was given before is void. One query."""
    Tombstone.objects.bulk_create(
        [Tombstone(catalog_id=catalog_id, digest=_digests(catalog_id, external_id)[0], erased_at=now)],
        update_conflicts=True,
        unique_fields=["catalog", "digest"],
        update_fields=["erased_at", "consented_at", "consent_by"],
    )


def erased_among(catalog_id: int, external_ids: Collection[str]) -> set[str]:
    """Which of the ids are those of erased people who have not consented to coming back; one query for 5,000."""
    found: set[str] = set()
    for ids in _chunks(external_ids):
        by_digest = {digest: one for one in ids for digest in _digests(catalog_id, one)}
        known = _open(catalog_id).filter(digest__in=by_digest).values_list("digest", flat=True)
        found.update(by_digest[digest] for digest in known)
    return found


def accept_consent(*, catalog_id: int, external_ids: Collection[str], way: Way, now: datetime) -> int:
    """Let people come back who consent to it, and record that they did; of how many that was necessary."""
    count = 0
    for ids in _chunks(external_ids):
        digests = [digest for one in ids for digest in _digests(catalog_id, one)]
        count += _open(catalog_id).filter(digest__in=digests).update(consented_at=now, consent_by=way)
    return count


def has_tombstones(catalog_id: int) -> bool:
    """Whether anybody of the catalog was erased who did not come back: without any, no id need be looked at."""
    return _open(catalog_id).exists()


def _open(catalog_id: int) -> QuerySet[Tombstone]:
    return Tombstone.objects.filter(catalog_id=catalog_id, consented_at=None)


def _digests(catalog_id: int, external_id: str) -> list[str]:
    """With the secret of now first, then with those of before."""
    message = f"{catalog_id}\0{external_id}".encode()
    return [hmac.digest(key, message, "sha256").hex() for key in map(_key, _secrets())]


def _secrets() -> list[str]:
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


@functools.lru_cache(maxsize=16)
def _key(secret: str) -> bytes:
    """A key of its own: the secret signs other things, too."""
    return hashlib.sha256(SALT + secret.encode()).digest()


def _chunks(external_ids: Collection[str]) -> Iterable[list[str]]:
    ids = list(dict.fromkeys(external_ids))
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))
