"""New items in the version that answers: placed where their text predicts, until the next training knows them better.

An item that nobody has met stands at gain * [f ; 1]' W (`engine.text_map`), with its own text features f and the
popularity of none. An item whose text changed keeps what was learned from its interactions:

    q = s l + (1 - s) gain p(f)      so      q' = q + (1 - s) gain (p(f') - p(f)),

with s its learned share, l what was learned, p the prediction, and f -> f' the change. Its text block becomes f'.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray
from pydantic import ValidationError

from catalog.models import Item
from recommender.embeddings.item_text import DEFAULT_TEXT_TEMPLATE
from recommender.engine.interest import FloatArray
from recommender.engine.joint_space import Block, JointSpace
from recommender.engine.settings import NewItemsSettings
from recommender.engine.training import unit_rows
from recommender.models import RankingModel, Scenario, ScoringConfig
from recommender.selectors.halfvec import fetch_binary, halfvec, halfvec_rows
from recommender.selectors.item_texts import rendered_text
from recommender.selectors.joint_models import TextModel, joint_space_of, text_model_of
from recommender.services.ranking_models import upsert_vectors
from recommender.services.ranking_rows import RankingRows

PLACING_LOCK = 0x47504C41
ITEMS_AT_ONCE = 256
# What halfvec rounds off a vector, as a share of its length, is below this: a text block this close says the same.
SAME_TEXT = 1e-3

EMBEDDINGS = "SELECT item_id, vector FROM recommender_itemembedding WHERE space_id = %s AND item_id = ANY(%s)"
STANDING = """
SELECT item_id, source_gain, popularity, popularity_score, learned, vector
FROM recommender_rankingvector WHERE model_id = %s AND item_id = ANY(%s)
"""
COUNT_SHORTENED = """
UPDATE recommender_rankingmodel SET figures = jsonb_set(
    figures, '{shortened_vectors}', to_jsonb(coalesce((figures ->> 'shortened_vectors')::int, 0) + %s)
) WHERE id = %s
"""


@dataclass(frozen=True)
class _Texts:
    """(n,) ids in order, and (n, d) text features."""

    item_ids: NDArray[np.int64]
    features: FloatArray

    def where(self, chosen: NDArray[np.bool_]) -> _Texts:
        return _Texts(self.item_ids[chosen], self.features[chosen])


@dataclass(frozen=True)
class _Standing:
    """What a version holds of n items, 0 where it has none: the vectors (n, D), columns (n,), and who is there."""

    there: NDArray[np.bool_]
    vectors: FloatArray
    source_gains: FloatArray
    popularity: FloatArray
    popularity_scores: FloatArray
    learned: FloatArray

    def where(self, chosen: NDArray[np.bool_]) -> _Standing:
        return _Standing(
            self.there[chosen],
            self.vectors[chosen],
            self.source_gains[chosen],
            self.popularity[chosen],
            self.popularity_scores[chosen],
            self.learned[chosen],
        )


def place_items(model: RankingModel, item_ids: Sequence[int]) -> int:
    """Give items their place in a version by their texts; how many were placed or moved.

    Items without an embedding in the version's space are passed over, as are those that stand where their text puts
    them. A space whose vectors have another length than those that were trained on places nothing.

    Some milliseconds an item, most of them for the index, and seven queries a batch; a batch is one transaction, and
    one of a version is written at a time, so that what is read of a text is not overtaken.
    """
    ordered = sorted(set(item_ids))
    batches = (ordered[start : start + ITEMS_AT_ONCE] for start in range(0, len(ordered), ITEMS_AT_ONCE))
    return sum(_place_batch(model, batch) for batch in batches)


def new_item_settings(catalog_id: int) -> NewItemsSettings:
    """As the home scenario's active configuration says; the defaults where there is none that can be read."""
    active = ScoringConfig.objects.filter(
        catalog_id=catalog_id, scenario__name=Scenario.HOME, state=ScoringConfig.State.ACTIVE
    )
    config = active.first()
    try:
        return NewItemsSettings() if config is None else config.scoring_settings.new_items
    except ValidationError:
        return NewItemsSettings()


@transaction.atomic
def _place_batch(model: RankingModel, item_ids: Sequence[int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [PLACING_LOCK, model.pk])
    space, text = joint_space_of(model), text_model_of(model)
    texts = _texts(model, text, item_ids)
    standing = _standing(model, texts.item_ids)
    moved = ~standing.there | ~_is_same_text(space, standing, texts)
    if not moved.any():
        return 0
    texts, standing = texts.where(moved), standing.where(moved)
    scores = np.where(standing.there, standing.popularity_scores, _score_of_nobodys(model, space))
    blocks = _mixed(new_item_settings(model.catalog_id).gain, space, text, texts, standing)
    vectors, too_long = space.stored(np.hstack([blocks, texts.features, scores[:, None]]))
    if too_long:
        with connection.cursor() as cursor:
            cursor.execute(COUNT_SHORTENED, [too_long, model.pk])
    rows = RankingRows(
        item_ids=texts.item_ids,
        vectors=vectors.astype(np.float32),
        source_gains=np.where(standing.there, standing.source_gains, 1.0).astype(np.float32),
        popularity=standing.popularity.astype(np.float32),
        popularity_scores=scores.astype(np.float32),
        learned=standing.learned.astype(np.float32),
    )
    return upsert_vectors(model, rows)


def _mixed(gain: float, space: JointSpace, text: TextModel, texts: _Texts, standing: _Standing) -> FloatArray:
    """(n, d) natural collaborative and factor blocks."""
    predicted = gain * text.text_map.predict(unit_rows(texts.features))
    before = gain * text.text_map.predict(unit_rows(space.natural(standing.vectors, Block.TEXT)))
    stored = np.hstack([space.natural(standing.vectors, block) for block in (Block.COLLABORATIVE, Block.FACTORS)])
    learned = standing.learned[:, None]
    mixed: FloatArray = np.where(learned > 0, stored + (1 - learned) * (predicted - before), predicted)
    return mixed


def _score_of_nobodys(model: RankingModel, space: JointSpace) -> float:
    """The popularity score of an item that nobody has met, and no lower than that of the least popular one.

    Where all items are about as popular, the score of none is so far below that the vector would be nothing else.
    """
    lowest = model.vectors.order_by("popularity", "item_id").values_list("popularity_score", flat=True).first()
    nobodys = float(space.popularity_score(np.zeros(1))[0])
    return nobodys if lowest is None else max(nobodys, lowest)


def _is_same_text(space: JointSpace, standing: _Standing, texts: _Texts) -> NDArray[np.bool_]:
    """(n,), whether a text block says what the version holds already; by its direction, which shortening leaves."""
    columns = space.columns(Block.TEXT)
    now = (texts.features - space.means[columns]) * space.scale(Block.TEXT)
    difference = np.linalg.norm(unit_rows(now) - unit_rows(standing.vectors[:, columns]), axis=1)
    same: NDArray[np.bool_] = difference <= SAME_TEXT
    return same


def _texts(model: RankingModel, text: TextModel, item_ids: Sequence[int]) -> _Texts:
    """Features of those items that are there and, in a version with texts from a space, embedded in it."""
    width = len(text.projection.encoder_mean)
    items = {item.pk: item for item in Item.objects.filter(catalog_id=model.catalog_id, pk__in=item_ids)}
    encoded = {item_id: np.zeros(width, dtype=np.float32) for item_id in items}
    if model.space is not None:
        # Vectors of another length are another model's, which the version has not learned to read.
        has_same_length = model.space.dimension == width
        found, vectors = halfvec_rows(EMBEDDINGS, [model.space.pk, list(item_ids)], dimension=model.space.dimension)
        encoded = dict(zip(found.tolist(), vectors, strict=True)) if has_same_length else {}
    known = sorted(items.keys() & encoded.keys())
    template = DEFAULT_TEXT_TEMPLATE if model.space is None else model.space.text_template
    units = unit_rows(np.array([encoded[item_id] for item_id in known], dtype=np.float64).reshape(len(known), width))
    lexical = text.lexical.transform([rendered_text(items[item_id], template) for item_id in known])
    return _Texts(np.array(known, dtype=np.int64), text.projection.of_items(units, lexical))


def _standing(model: RankingModel, item_ids: NDArray[np.int64]) -> _Standing:
    vectors = np.zeros((len(item_ids), model.dimension))
    columns = np.zeros((4, len(item_ids)))
    there = np.zeros(len(item_ids), dtype=bool)
    for item_id, *numbers, vector in fetch_binary(STANDING, [model.pk, item_ids.tolist()]):
        row = int(np.searchsorted(item_ids, item_id))
        there[row], columns[:, row], vectors[row] = True, numbers, halfvec(vector)
    return _Standing(there, vectors, *columns)
