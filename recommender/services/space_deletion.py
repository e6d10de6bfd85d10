"""Deleting an embedding space together with what was learned from its texts."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Catalog
from recommender.exceptions import SpaceNotReady
from recommender.models import EmbeddingSpace, RankingArtifact, RankingModel
from recommender.services.ranking_partitions import drop_unused_partitions

State = RankingModel.State


@transaction.atomic
def delete_space(space: EmbeddingSpace) -> None:
    """Delete a space that does not serve; versions that were trained on its texts end, and keep their figures.

    Such versions answer nobody: the serving space's texts are others. Raises SpaceNotReady for the space that serves.
    The rows of versions are held as `services.ranking_models` holds them, so that none is activated meanwhile.
    """
    Catalog.objects.select_for_update(no_key=True).get(pk=space.catalog_id)
    space.refresh_from_db(fields=["serving"])
    if space.serving:
        raise SpaceNotReady(_("The space “%(name)s” serves: serve another one first.") % {"name": space.name})
    models = RankingModel.objects.filter(space=space)
    RankingArtifact.objects.filter(model__in=models).delete()
    # A training that is running finds its version failed when it wants to go on.
    models.filter(state=State.BUILDING).update(
        state=State.FAILED, space=None, error=_("Its embedding space was deleted while it was being trained.")
    )
    models.filter(state__in=(State.READY, State.ACTIVE)).update(state=State.RETIRED, space=None)
    models.update(space=None)
    space.delete()
    transaction.on_commit(drop_unused_partitions, robust=True)
