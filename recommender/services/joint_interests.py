"""A person's interest in the space of a trained model, computed when it is asked for."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from django.utils.translation import gettext as _

from recommender.embeddings.batching import encode_query
from recommender.embeddings.exceptions import EmbeddingError
from recommender.engine.history import HistoryEvent, ItemWeight, item_weights
from recommender.engine.hyperparameters import Hyperparameters
from recommender.engine.interest import FloatArray
from recommender.engine.joint_interest import BlockWeights, JointInterest, joint_interest
from recommender.engine.settings import BlockSettings, InterestSettings, ScoringSettings
from recommender.models import EmbeddingSpace, RankingModel
from recommender.selectors.histories import NO_HISTORY, History, newest_history
from recommender.selectors.history import kind_rules
from recommender.selectors.joint_models import hyperparameters_of, joint_space_of, text_model_of
from recommender.selectors.joint_vectors import joint_items
from recommender.services.answers import Notice
from recommender.services.embedding import encoder_of
from recommender.services.interest_cache import CachePlace, cached_interest, store_interest
from users.models import Profile

logger = logging.getLogger(__name__)

# Whoever says what they like is no newcomer: the popular does not stand in for what they ask for.
WORDS_COUNT_AS = 100.0


@dataclass(frozen=True)
class JointInterestMade:
    """U(u), or None where nothing is known; the history behind it, and what was missing while it was made."""

    interest: JointInterest | None
    weights: Sequence[ItemWeight] = ()
    notices: Sequence[Notice] = field(default_factory=list)
    history_state: str = ""


def joint_interest_of(
    model: RankingModel,
    space: EmbeddingSpace | None,
    *,
    profile: Profile | None,
    events: Sequence[HistoryEvent] | None,
    statement: str,
    settings: ScoringSettings,
) -> JointInterestMade:
    """The interest of a profile's history (or of given events, newest first), of a statement, or of both.

    Two queries where it was computed before, from the same; else five. A statement that cannot be encoded is a notice,
    not an error.
    """
    has_words = settings.interest.use_statement and bool(statement.strip()) and space is not None
    place: CachePlace | None = None
    # Words that were said for one answer only, and a history that is not the person's, will hardly come again.
    if profile is not None and events is None and statement in {"", profile.statement}:
        found = cached_interest(model, profile, settings=settings, words=statement if has_words else "")
        if found.interest is not None:
            return JointInterestMade(found.interest, found.weights, history_state=found.history_state)
        place = found.place
    chosen = hyperparameters_of(model)
    notices: list[Notice] = []
    words = None
    if has_words and space is not None:
        try:
            words = _words(model, space, statement)
        except EmbeddingError as error:
            logger.warning("statement not encoded in space %d: %s", space.pk, error)
            notices.append(Notice("encoder_unavailable", _("The words were not used: the language model is away.")))
    history = _history(profile, events, settings.interest)
    weights = joint_weights(model, history.events, settings.interest, chosen)
    items = joint_items(model, [weight.item_id for weight in weights])
    interest = joint_interest(
        joint_space_of(model),
        weights,
        items,
        words,
        block_weights=block_weights(settings.blocks, chosen),
        statement_share=settings.interest.statement_weight,
    )
    if place is not None and interest is not None and not notices:
        store_interest(place, interest, history_state=history.state, weights=weights, items=items)
    return JointInterestMade(interest, weights, notices, history.state)


def block_weights(settings: BlockSettings, chosen: Hyperparameters) -> BlockWeights:
    """The operator's weights; where they leave it to the training, what validation picked."""
    return BlockWeights(
        collaborative=settings.collaborative,
        factors=chosen.factors_weight if settings.factors is None else settings.factors,
        text=chosen.text_weight if settings.text is None else settings.text,
        statement=settings.statement,
        popularity=settings.popularity,
        prior=chosen.prior if settings.newcomer_popularity is None else settings.newcomer_popularity,
        prior_half=chosen.prior_half if settings.newcomer_interactions is None else settings.newcomer_interactions,
        words_count_as=WORDS_COUNT_AS,
    )


def _history(profile: Profile | None, events: Sequence[HistoryEvent] | None, settings: InterestSettings) -> History:
    if not settings.use_history or (events is None and profile is None):
        return NO_HISTORY
    if events is not None or profile is None:
        return History(list(events or ()), "")
    return newest_history(profile.pk, length=settings.history_length)


def joint_weights(
    model: RankingModel, events: Sequence[HistoryEvent], settings: InterestSettings, chosen: Hyperparameters
) -> list[ItemWeight]:
    """A history weighed as the version was trained to, where the settings leave it to it; one query for the kinds."""
    if not events:
        return []
    if settings.half_life_days is None and settings.half_life_interactions is None:
        settings = settings.model_copy(update={"half_life_interactions": chosen.half_life_interactions})
    return item_weights(events, kind_rules(model.catalog_id), settings, presence=chosen.presence)


def _words(model: RankingModel, space: EmbeddingSpace, statement: str) -> FloatArray:
    encoded = np.asarray(encode_query(encoder_of(space), space.recipe, statement), dtype=np.float64)
    return text_model_of(model).of_words(encoded, statement)
