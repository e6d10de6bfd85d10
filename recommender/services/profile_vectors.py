"""A version's people: everybody with a history as a vector, written when the version is trained.

A vector dates from the training. What a person does later is in it after the next one; what they take back is not in
it from that moment, since the row goes in the same transaction (migration 0006) and they are not found until the next
training. The row of somebody who asks is not needed: theirs is computed from the history of now (services/people.py).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

import numpy as np
from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from recommender.engine.history import HistoryEvent, ItemWeight, KindRule, item_weights
from recommender.engine.hyperparameters import Hyperparameters
from recommender.engine.interest import FloatArray
from recommender.engine.people_matrix import ItemMatrix, people_matrix
from recommender.engine.settings import ScoringSettings
from recommender.models import Interaction, ProfileVector, RankingModel
from recommender.selectors.halfvec import fetch_binary, halfvecs
from recommender.selectors.histories import newest_events_of
from recommender.selectors.history import kind_rules
from recommender.selectors.joint_models import hyperparameters_of, joint_space_of
from recommender.services.joint_interests import block_weights
from recommender.services.ranking_rows import COPY_HEADER, COPY_TRAILER
from users.models import Profile

logger = logging.getLogger(__name__)

# People are compared by what the training found best, not by a scenario's weights: whoever is found by one person
# can be found by all, and no vector is of another kind than the others.
SETTINGS = ScoringSettings()
# Who is in a batch can take nothing back while it is computed: some tenths of a second.
PEOPLE_AT_ONCE = 200

ITEMS = "SELECT item_id, source_gain::float8, vector FROM recommender_rankingvector WHERE model_id = %s"
# Taking back and pausing wait for this, and this for them; recording and answering do not.
HOLD = """
SELECT profile.id FROM users_profile profile JOIN recommender_rankingmodel version USING (catalog_id)
WHERE version.id = %s AND version.state = ANY (%s) AND profile.id = ANY (%s) AND profile.personalise
ORDER BY profile.id FOR NO KEY UPDATE OF profile FOR SHARE OF version
"""
COPY = "COPY recommender_profilevector (model_id, catalog_id, profile_id, vector) FROM STDIN WITH (FORMAT binary)"


def write_profile_vectors(model: RankingModel) -> int:
    """Make the vectors of everybody with a history who lets it be looked at, replacing those there are; how many.

    The version has to be finished. Four queries a batch of people; memory for the version's vectors in single
    precision. A version that is given up meanwhile gets no further ones.
    """
    items = _items(model)
    rules = kind_rules(model.catalog_id)
    did_something = Exists(Interaction.objects.filter(profile_id=OuterRef("pk")))
    people = Profile.objects.filter(did_something, catalog_id=model.catalog_id, personalise=True)
    profile_ids = list(people.order_by("pk").values_list("pk", flat=True))
    written = 0
    for start in range(0, len(profile_ids), PEOPLE_AT_ONCE):
        written += _write_batch(model, profile_ids[start : start + PEOPLE_AT_ONCE], items, rules)
    logger.info("version %d: vectors of %d people", model.pk, written)
    return written


def weighed(events: Sequence[HistoryEvent], rules: Mapping[str, KindRule], chosen: Hyperparameters) -> list[ItemWeight]:
    """A history as people are compared by it."""
    settings = SETTINGS.interest.model_copy(update={"half_life_interactions": chosen.half_life_interactions})
    return item_weights(events, rules, settings, presence=chosen.presence)


@transaction.atomic
def _write_batch(
    model: RankingModel, profile_ids: Sequence[int], items: ItemMatrix, rules: Mapping[str, KindRule]
) -> int:
    chosen = hyperparameters_of(model)
    held = [row[0] for row in fetch_binary(HOLD, [model.pk, list(RankingModel.KEPT_STATES), list(profile_ids)])]
    if not held:
        return 0
    events = newest_events_of(held, length=SETTINGS.interest.history_length)
    vectors = people_matrix(
        joint_space_of(model),
        [weighed(events.get(profile_id, []), rules, chosen) for profile_id in held],
        items,
        block_weights=block_weights(SETTINGS.blocks, chosen),
    )
    likes_something = vectors.any(axis=1)
    ProfileVector.objects.filter(model=model, profile_id__in=profile_ids).delete()
    return _copy(model, np.array(held, dtype=np.int64)[likes_something], vectors[likes_something])


def _items(model: RankingModel) -> ItemMatrix:
    rows = fetch_binary(ITEMS, [model.pk])
    return ItemMatrix(
        rows={row[0]: place for place, row in enumerate(rows)},
        stored=halfvecs([row[2] for row in rows], dimension=model.dimension),
        gains=np.array([row[1] for row in rows]),
    )


def _copy(model: RankingModel, profile_ids: np.typing.NDArray[np.int64], vectors: FloatArray) -> int:
    """Rows as PostgreSQL's binary COPY takes them: a count of columns, then the length and the value of each."""
    number = [("length", ">i4"), ("value", ">i8")]
    vector = [("length", ">i4"), ("dimension", ">u2"), ("zero", ">u2"), ("numbers", ">f2", (model.dimension,))]
    columns = ("model", "catalog", "profile")
    rows = np.zeros(
        len(profile_ids), dtype=[("columns", ">i2"), *((column, number) for column in columns), ("vector", vector)]
    )
    rows["columns"] = len(columns) + 1
    for column, values in zip(columns, (model.pk, model.catalog_id, profile_ids), strict=True):
        rows[column]["length"] = 8
        rows[column]["value"] = values
    rows["vector"]["length"] = 4 + 2 * model.dimension
    rows["vector"]["dimension"] = model.dimension
    rows["vector"]["numbers"] = vectors
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(COPY) as copy:
        copy.write(COPY_HEADER)
        copy.write(rows.tobytes())
        copy.write(COPY_TRAILER)
    return len(rows)
