"""A person's interest vector, computed when it is asked for: what changed a moment ago is in it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from django.utils.translation import gettext as _

from recommender.embeddings.batching import encode_query
from recommender.embeddings.exceptions import EmbeddingError
from recommender.engine.history import HistoryEvent, ItemWeight, item_weights
from recommender.engine.interest import FloatArray, InterestVector, interest_vector
from recommender.engine.settings import InterestSettings
from recommender.models import EmbeddingSpace
from recommender.selectors.histories import newest_history
from recommender.selectors.history import kind_rules
from recommender.selectors.vectors import source_vectors
from recommender.services.answers import Notice
from recommender.services.embedding import encoder_of
from users.models import Profile

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Interest:
    """U(u), or None where nothing is known, and what was missing while it was made."""

    vector: InterestVector | None
    weights: Sequence[ItemWeight] = ()
    notices: Sequence[Notice] = field(default_factory=list)
    history_state: str = ""


def interest_of(
    space: EmbeddingSpace,
    *,
    profile: Profile | None,
    events: Sequence[HistoryEvent] | None = None,
    statement: str,
    settings: InterestSettings,
) -> Interest:
    """The interest vector of a profile's history (or of given events, newest first), of a statement, or of both.

    Three queries for a history.

    A statement that cannot be encoded is a notice, not an error: the history still ranks.
    """
    notices: list[Notice] = []
    statement_vector = None
    if settings.use_statement and statement.strip():
        try:
            statement_vector = _encode_statement(space, statement)
        except EmbeddingError as error:
            logger.warning("statement not encoded in space %d: %s", space.pk, error)
            notices.append(Notice("encoder_unavailable", _("The words were not used: the language model is away.")))
    weights: list[ItemWeight] = []
    vectors: dict[int, FloatArray] = {}
    state = ""
    if events is None and profile is not None and settings.use_history:
        history = newest_history(profile.pk, length=settings.history_length)
        events, state = history.events, history.state
    if settings.use_history and events:
        weights = item_weights(events, kind_rules(space.catalog_id), settings)
        vectors = source_vectors(space, [weight.item_id for weight in weights])
    vector = interest_vector(weights, vectors, statement_vector, statement_weight=settings.statement_weight)
    return Interest(vector, weights, notices, state)


def _encode_statement(space: EmbeddingSpace, statement: str) -> FloatArray:
    """Not centred by the item mean: a wish is not one of the texts that the mean was made of."""
    vector = encode_query(encoder_of(space), space.recipe, statement)
    return np.asarray(vector, dtype=np.float64)
