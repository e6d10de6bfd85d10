"""Which configuration and which embedding space answer a request; never cached, so a change holds at once."""

from __future__ import annotations

from django.utils.translation import gettext as _

from recommender.exceptions import NotInCatalog
from recommender.models import EmbeddingSpace, ScoringConfig


def active_config(catalog_id: int, scenario: str) -> ScoringConfig:
    """The active version of a scenario; one query. Raises NotInCatalog, naming the scenarios that have one."""
    active = ScoringConfig.objects.filter(catalog_id=catalog_id, state=ScoringConfig.State.ACTIVE)
    config = active.select_related("scenario").filter(scenario__name=scenario).first()
    if config is None:
        names = ", ".join(active.values_list("scenario__name", flat=True).order_by("scenario__name")) or "-"
        raise NotInCatalog(
            _("There is no scenario “%(name)s” with an active configuration here; there is: %(names)s.")
            % {"name": scenario, "names": names}
        )
    return config


def serving_space(catalog_id: int) -> EmbeddingSpace | None:
    """The space whose vectors are served; one query."""
    return EmbeddingSpace.objects.filter(catalog_id=catalog_id, serving=True).first()
