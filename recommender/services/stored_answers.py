"""Answers kept for a day, so that a request which is sent again is not done again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import OperationalError, connection
from django.utils.translation import gettext as _
from psycopg.errors import LockNotAvailable

from catalog.models import Catalog
from recommender.exceptions import KeyOfAnotherRequest, StillRunning
from recommender.models import StoredAnswer

KEPT = timedelta(days=1)

# A request with the same key that is being worked on has written this row in a transaction that is still open: this
# one waits for it, for ten seconds. A row that has expired is as good as none.
CLAIM = """
WITH patience AS MATERIALIZED (SELECT set_config('lock_timeout', '10s', true) AS seconds)
INSERT INTO recommender_storedanswer AS kept (digest, catalog_id, fingerprint, status, headers, body, expires_at)
SELECT %(digest)s, %(catalog)s, %(fingerprint)s, NULL, '{}', '', %(expires_at)s FROM patience WHERE seconds <> ''
ON CONFLICT (digest) DO UPDATE SET fingerprint = EXCLUDED.fingerprint, status = NULL, expires_at = EXCLUDED.expires_at
WHERE kept.expires_at <= %(now)s
RETURNING digest
"""


@dataclass(frozen=True)
class KeptAnswer:
    status: int
    headers: dict[str, str]
    body: str


def claim_answer(*, catalog: Catalog, digest: str, fingerprint: str, now: datetime) -> KeptAnswer | None:
    """The answer that this request was given before; None where it is to be done now, in the caller's transaction.

    One query for what is new, two otherwise. Raises KeyOfAnotherRequest, and StillRunning after ten seconds.
    """
    values: dict[str, str | int | datetime] = {
        "digest": digest,
        "catalog": catalog.pk,
        "fingerprint": fingerprint,
        "now": now,
        "expires_at": now + KEPT,
    }
    try:
        with connection.cursor() as cursor:
            cursor.execute(CLAIM, values)
            if cursor.fetchone() is not None:
                return None
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise StillRunning(_("The same request is still being worked on.")) from error
        raise
    kept = StoredAnswer.objects.get(digest=digest)
    if kept.fingerprint != fingerprint:
        raise KeyOfAnotherRequest(_("This Idempotency-Key was sent before, with another request."))
    return KeptAnswer(kept.status or 200, kept.headers, kept.body)


def keep_answer(*, digest: str, answer: KeptAnswer) -> None:
    """Store what a claimed request was answered, in the transaction that claimed it."""
    StoredAnswer.objects.filter(digest=digest).update(status=answer.status, headers=answer.headers, body=answer.body)


def drop_expired_answers(*, now: datetime) -> int:
    return StoredAnswer.objects.filter(expires_at__lte=now).delete()[0]


def drop_answers_naming(*, catalog: Catalog, text: str) -> int:
    """Drop what speaks of somebody, by an identifier as JSON writes it; a scan of one day's answers of the catalog."""
    written = json.dumps(text, ensure_ascii=False)[1:-1]
    return StoredAnswer.objects.filter(catalog=catalog, body__contains=written).delete()[0]
