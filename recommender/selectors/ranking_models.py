"""Which trained version answers, and what it consists of."""

from __future__ import annotations

from recommender.models import EmbeddingSpace, RankingArtifact, RankingModel


def active_model(catalog_id: int) -> RankingModel | None:
    """The version that ranks a catalog now; None where nothing was trained. One query, asked anew each time."""
    return RankingModel.objects.filter(catalog_id=catalog_id, state=RankingModel.State.ACTIVE).first()


def kept_version(catalog_id: int, version: int) -> RankingModel | None:
    """A version by its number, while it has its vectors. One query."""
    kept = (RankingModel.State.READY, RankingModel.State.ACTIVE)
    return RankingModel.objects.filter(catalog_id=catalog_id, version=version, state__in=kept).first()


def model_of_space(catalog_id: int, space: EmbeddingSpace | None) -> RankingModel | None:
    """The active version if it was trained on the texts that are served, else None. One query.

    After another embedding space was switched to, or its recipe changed, texts rank alone until a version is trained
    on them.
    """
    model = active_model(catalog_id)
    served = (None, "") if space is None else (space.pk, space.recipe_hash)
    return model if model is not None and (model.space_id, model.recipe_hash) == served else None


def load_artifact(model_id: int, name: str) -> bytes:
    """An array of a version; raises RankingArtifact.DoesNotExist. One query."""
    return bytes(RankingArtifact.objects.values_list("content", flat=True).get(model_id=model_id, name=name))
