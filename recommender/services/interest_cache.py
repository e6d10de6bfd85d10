"""Interests that need not be computed again: kept as long as what they were made from is the same.

A cached interest is keyed by the person, the version, and a hash of the settings it depends on and of the person's own
words. It holds U(u) and the weighed history; the vectors of the history's items are not copied, they are read where
they stand. Two things keep it true:

- Triggers drop it in the transaction that changes the history or the words, so that what was taken back is nowhere
  any more. They wait for nobody (migration 0006).
- It is read only where it was made from what is there now: the state of the newest interactions and of the kinds, in
  one statement with the cached row, and a probe of the items' vectors. The state is taken from the very statement
  that read the history, so that whatever is committed while an interest is being computed, whichever transaction
  rolls back, and whoever skipped a locked row, no request is answered from a history that is not the person's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from django.db import connection

from recommender.engine.history import ItemWeight
from recommender.engine.interest import FloatArray
from recommender.engine.joint_interest import JointInterest, JointItem
from recommender.engine.restored_interest import (
    InterestCore,
    history_probe,
    restored_interest,
    same_probe,
)
from recommender.engine.settings import ScoringSettings
from recommender.models import RankingModel
from recommender.selectors.halfvec import fetch_binary
from recommender.selectors.histories import STATE
from recommender.selectors.history_vectors import history_vectors
from recommender.selectors.joint_models import joint_space_of
from users.models import Profile

# Part of the key: rows of another layout, or of another reading of histories, are not found.
LAYOUT = 1
RECORD = np.dtype([("item_id", "<i8"), ("weight", "<f8"), ("evidence", "<f8"), ("kind", "<u2"), ("known", "?")])

# The history is not looked at unless there is a row to compare it with.
LOOK_UP = f"""
SELECT kinds.state, cached.vector, cached.statement, cached.prior, cached.speaks, cached.history, cached.kinds,
    cached.probe, cached.made_from
FROM (
    SELECT coalesce(sum(hash_record_extended(kind, 0)), 0)::text AS state
    FROM recommender_interactionkind kind WHERE catalog_id = %s
) kinds LEFT JOIN recommender_interestcache cached ON cached.profile_id = %s AND cached.model_id = %s
    AND cached.settings_hash = %s
    AND cached.made_from = ({STATE}) || '/' || kinds.state
"""  # noqa: S608 - constants of this code

# Nobody's interest is kept who is gone, or paused personalisation, since it was read. Who is changing the profile now,
# or dropping the row, is not waited for: then nothing is kept. Other versions' rows of this person serve nobody.
STORE = """
WITH useless AS (
    DELETE FROM recommender_interestcache WHERE ctid = ANY (ARRAY(
        SELECT cached.ctid FROM recommender_interestcache cached
        WHERE profile_id = %(profile)s AND model_id <> %(model)s FOR UPDATE SKIP LOCKED
    ))
), standing AS (
    SELECT FROM recommender_interestcache
    WHERE (profile_id, model_id, settings_hash) = (%(profile)s, %(model)s, %(settings)s)
), free AS (
    SELECT FROM recommender_interestcache
    WHERE (profile_id, model_id, settings_hash) = (%(profile)s, %(model)s, %(settings)s) FOR UPDATE SKIP LOCKED
)
INSERT INTO recommender_interestcache
    (profile_id, model_id, settings_hash, made_from, vector, statement, prior, speaks, history, kinds, probe)
SELECT id, %(model)s, %(settings)s, %(made_from)s, %(vector)s, %(statement)s, %(prior)s, %(speaks)s, %(history)s,
    %(kinds)s::text[], %(probe)s
FROM users_profile
WHERE id = %(profile)s AND personalise AND (NOT EXISTS (TABLE standing) OR EXISTS (TABLE free))
FOR SHARE OF users_profile SKIP LOCKED
ON CONFLICT (profile_id, model_id, settings_hash) DO UPDATE SET
    made_from = EXCLUDED.made_from, vector = EXCLUDED.vector, statement = EXCLUDED.statement, prior = EXCLUDED.prior,
    speaks = EXCLUDED.speaks, history = EXCLUDED.history, kinds = EXCLUDED.kinds, probe = EXCLUDED.probe
"""


@dataclass(frozen=True)
class CachePlace:
    """Where an interest stands in the cache, and the state of the catalog's kinds when it was looked for."""

    profile_id: int
    model: RankingModel
    settings_hash: str
    kinds_state: str


@dataclass(frozen=True)
class CachedInterest:
    """What was found: an interest, all weights of the history and its state, or None and the place for one."""

    place: CachePlace
    interest: JointInterest | None = None
    weights: Sequence[ItemWeight] = ()
    history_state: str = ""


def cached_interest(model: RankingModel, profile: Profile, *, settings: ScoringSettings, words: str) -> CachedInterest:
    """The interest that was computed before from the same history, words, settings, kinds and vectors.

    Args:
        model: the version.
        profile: whose.
        settings: what the interest is made by.
        words: the person's own words as they are used; "" for none.

    One query, and one more for the vectors of the history where there is a row.
    """
    settings_hash = _settings_hash(settings, words)
    length = settings.interest.history_length if settings.interest.use_history else 0
    key = [model.catalog_id, profile.pk, model.pk, settings_hash]
    ((kinds_state, *row),) = fetch_binary(LOOK_UP, [*key, profile.pk, length])
    place = CachePlace(profile.pk, model, settings_hash, kinds_state)
    return CachedInterest(place) if row[0] is None else _restored(place, *row)


def store_interest(
    place: CachePlace,
    interest: JointInterest,
    *,
    history_state: str,
    weights: Sequence[ItemWeight],
    items: Mapping[int, JointItem],
) -> None:
    """Keep an interest that was not found; one query.

    Args:
        place: as `cached_interest` gave it, before anything else was read.
        interest: U(u), made of the words and all weights; not of words that could not be encoded.
        history_state: of the history that the weights were made of, as it was read.
        weights: of the whole history, also of items without a vector.
        items: the vectors that were used.
    """
    known = [weight for weight in weights if weight.item_id in items]
    kinds = sorted({weight.kind for weight in weights})
    with connection.cursor() as cursor:
        cursor.execute(
            STORE,
            {
                "profile": place.profile_id,
                "model": place.model.pk,
                "settings": place.settings_hash,
                "made_from": f"{history_state}/{place.kinds_state}",
                "vector": interest.vector.astype("<f8").tobytes(),
                "statement": None if interest.statement is None else interest.statement.astype("<f8").tobytes(),
                "prior": interest.prior,
                "speaks": interest.has_history,
                "history": _records(weights, kinds, items).tobytes(),
                "kinds": kinds,
                "probe": history_probe(*_vectors(known, items)),
            },
        )


def _settings_hash(settings: ScoringSettings, words: str) -> str:
    said = {
        "layout": LAYOUT,
        "interest": settings.interest.model_dump(mode="json"),
        "blocks": settings.blocks.model_dump(mode="json"),
        "words": words,
    }
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _records(
    weights: Sequence[ItemWeight], kinds: Sequence[str], items: Mapping[int, JointItem]
) -> np.typing.NDArray[np.void]:
    places = {kind: place for place, kind in enumerate(kinds)}
    return np.array(
        [(one.item_id, one.weight, one.evidence, places[one.kind], one.item_id in items) for one in weights],
        dtype=RECORD,
    )


def _restored(
    place: CachePlace,
    vector: bytes,
    statement: bytes | None,
    prior: float,
    speaks: bool,
    history: bytes,
    kinds: Sequence[str],
    probe: float,
    made_from: str,
) -> CachedInterest:
    """The cached interest, unless the vectors of its history are others by now."""
    records = np.frombuffer(history, dtype=RECORD)
    names = [kinds[place] for place in records["kind"]]
    weights = [
        ItemWeight(item_id, weight, kind, evidence)
        for item_id, weight, evidence, kind in zip(
            records["item_id"].tolist(), records["weight"].tolist(), records["evidence"].tolist(), names, strict=True
        )
    ]
    found = history_vectors(place.model, records["item_id"].tolist())
    if not np.array_equal(found.there, records["known"]):
        return CachedInterest(place)
    if not same_probe(history_probe(found.stored, found.gains), probe, size=len(found.gains)):
        return CachedInterest(place)
    core = InterestCore(
        np.frombuffer(vector, dtype="<f8"),
        None if statement is None else np.frombuffer(statement, dtype="<f8"),
        prior,
        tuple(weight for weight, there in zip(weights, found.there, strict=True) if there),
        speaks,
    )
    interest = restored_interest(core, joint_space_of(place.model), found.stored, found.gains)
    return CachedInterest(place, interest, weights, made_from.partition("/")[0])


def _vectors(known: Sequence[ItemWeight], items: Mapping[int, JointItem]) -> tuple[FloatArray, FloatArray]:
    """(h, D) stored vectors and (h,) gains in the order of the weights."""
    if not known:
        return np.zeros((0, 0)), np.zeros(0)
    stored = np.stack([items[weight.item_id].vector for weight in known])
    return stored, np.array([items[weight.item_id].source_gain for weight in known])
