"""What the preview of a version shows: a person to choose, and their two lists side by side."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from recommender.admin.bases import basis_label
from recommender.admin.configuration.version_page import active_version
from recommender.models import Scenario, ScoringConfig
from recommender.services.previewing import Move, PreviewedItem, PreviewedList, preview
from recommender.services.scoring_configs import formerly_active
from users.models import Profile

# People who are offered; anybody else is found by their identifier.
OFFERED = 6
# Simulated people are looked for among so many of a catalog's first ones, lest a large table be read to its end.
LOOKED_THROUGH = 2_000


def preview_page(config: ScoringConfig, *, named: str) -> dict[str, Any]:
    """The context of the page. Its queries are those of two answers and of those who are offered."""
    active = active_version(config)
    # What answers now is compared with what answered before.
    other = formerly_active(config.scenario_id) if active and active.pk == config.pk else active
    profile = None
    if named:
        people = Profile.objects.filter(catalog_id=config.catalog_id)
        profile = people.select_related("catalog").filter(external_id=named).first()
    is_of_items = config.scenario.name == Scenario.SIMILAR
    context: dict[str, Any] = {
        "config": config,
        "other": other,
        "named": named,
        "profile": profile,
        "is_of_items": is_of_items,
        "newest": [] if is_of_items else _newest(config.catalog_id),
        "simulated": [] if is_of_items else _simulated(config.catalog_id),
    }
    if profile is None or other is None or is_of_items:
        return context
    made = preview(profile=profile, active=other, tried=config, language=get_language() or "en")
    return {
        **context,
        "changed": made.changed,
        "lists": [_shown(made.now), _shown(made.tried)],
    }


def _newest(catalog_id: int) -> list[Profile]:
    return list(Profile.objects.filter(catalog_id=catalog_id).order_by("-pk")[:OFFERED])


def _simulated(catalog_id: int) -> list[Profile]:
    first = Profile.objects.filter(catalog_id=catalog_id).order_by("pk")[:LOOKED_THROUGH]
    return list(Profile.objects.filter(pk__in=first.values("pk"), simulated=True).order_by("pk")[:OFFERED])


def _shown(made: PreviewedList) -> dict[str, Any]:
    return {
        "config": made.config,
        "basis": basis_label(made.basis),
        "notices": made.notices,
        "rows": [(item, _move(item)) for item in made.items],
    }


def _move(item: PreviewedItem) -> str:
    """In words, since an arrow alone says nothing to somebody who does not see it."""
    steps = {"steps": item.steps, "rank": item.other_rank}
    if item.move is Move.SAME:
        return _("same place")
    if item.move is Move.UP:
        return _("up by %(steps)d") % steps
    if item.move is Move.DOWN:
        return _("down by %(steps)d") % steps
    if item.move is Move.GONE:
        return _("drops out") if item.other_rank is None else _("drops out, to place %(rank)d") % steps
    return _("comes in") if item.other_rank is None else _("comes in, from place %(rank)d") % steps
