"""Versions of a scenario's configuration: made, activated, and gone back to."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from recommender.engine.settings import ScoringSettings
from recommender.exceptions import Overtaken
from recommender.models import Scenario, ScoringConfig
from users.models import User


@transaction.atomic
def create_version(
    *, scenario: Scenario, settings: ScoringSettings, note: str = "", author: User | None = None
) -> ScoringConfig:
    """A new draft with the next version number."""
    Scenario.objects.select_for_update().get(pk=scenario.pk)
    newest = scenario.configs.aggregate(newest=Max("version"))["newest"] or 0
    return ScoringConfig.objects.create(
        catalog_id=scenario.catalog_id,
        scenario=scenario,
        version=newest + 1,
        settings=settings.model_dump(mode="json"),
        note=note,
        author=author,
    )


@transaction.atomic
def activate(config: ScoringConfig, *, instead_of: int | None = None) -> None:
    """Let a version answer from the next request on. Going back is activating the former one again.

    Raises Overtaken where `instead_of`, the id of the version that was shown as active, is not active any more.
    """
    Scenario.objects.select_for_update().get(pk=config.scenario_id)
    active = ScoringConfig.objects.filter(scenario_id=config.scenario_id, state=ScoringConfig.State.ACTIVE)
    if instead_of is not None and not active.filter(pk=instead_of).exists():
        raise Overtaken(_("Another version was activated meanwhile: look again at what would change now."))
    active.exclude(pk=config.pk).update(state=ScoringConfig.State.RETIRED)
    config.state = ScoringConfig.State.ACTIVE
    config.activated_at = timezone.now()
    config.save(update_fields=["state", "activated_at"])


def formerly_active(scenario_id: int) -> ScoringConfig | None:
    """The version that was active before the present one; one query."""
    retired = ScoringConfig.objects.filter(scenario_id=scenario_id, state=ScoringConfig.State.RETIRED)
    return retired.select_related("scenario").order_by("-activated_at", "-version").first()
