"""The active version's arrays, kept in the process: a version never changes once it is ready."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from recommender.engine.hyperparameters import Hyperparameters
from recommender.engine.interest import FloatArray
from recommender.engine.joint_space import JointSpace
from recommender.engine.lexical import LexicalModel
from recommender.engine.model_arrays import unpack, unprefixed
from recommender.engine.text_features import TextProjection
from recommender.engine.text_map import TextMap
from recommender.models import RankingModel
from recommender.selectors.ranking_models import load_artifact

SPACE_ARTIFACT = "space"
TEXT_ARTIFACT = "text"
# The active version, the one before it, and some of other catalogs.
VERSIONS_IN_MEMORY = 8


@dataclass(frozen=True)
class TextModel:
    """What turns an encoder's vector and a text into features, and features into a new item's place."""

    lexical: LexicalModel
    projection: TextProjection
    text_map: TextMap

    def of_words(self, encoded: FloatArray, words: str) -> FloatArray:
        """(d,) features of a person's own words."""
        return self.projection.of_words(encoded, self.lexical.transform([words])[0])


def joint_space_of(model: RankingModel) -> JointSpace:
    """Means, scales, covariances; one query at the first use of a version in a process."""
    return _joint_space(model.pk)


def text_model_of(model: RankingModel) -> TextModel:
    """Lexical model, projection and map; one query at the first use of a version in a process."""
    return _text_model(model.pk)


def hyperparameters_of(model: RankingModel) -> Hyperparameters:
    return Hyperparameters.from_dict(model.hyperparameters)


@lru_cache(maxsize=VERSIONS_IN_MEMORY)
def _joint_space(model_id: int) -> JointSpace:
    return JointSpace.from_arrays(unpack(load_artifact(model_id, SPACE_ARTIFACT)))


@lru_cache(maxsize=VERSIONS_IN_MEMORY)
def _text_model(model_id: int) -> TextModel:
    arrays = unpack(load_artifact(model_id, TEXT_ARTIFACT))
    return TextModel(
        LexicalModel.from_arrays(unprefixed("lexical", arrays)),
        TextProjection.from_arrays(unprefixed("projection", arrays)),
        TextMap(arrays["map"].astype(float)),
    )
