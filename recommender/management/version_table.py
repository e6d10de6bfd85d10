"""Trained versions of a ranking model on a terminal."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.management.base import OutputWrapper
from django.utils.translation import gettext as _
from rich.table import Table
from rich.text import Text

from recommender.management.tables import new_table, print_table
from recommender.models import RankingModel
from recommender.services.version_reports import ValidationStage, hyperparameter_rows, validation_stages, version_facts


def print_versions(models: Iterable[RankingModel], *, out: OutputWrapper) -> None:
    table = new_table(
        _("version"), _("state"), _("items"), _("interactions"), _("trained"), _("activated"), _("seconds"), _("note")
    )
    for model in models:
        moments = [f"{at:%Y-%m-%d %H:%M}" if at else "" for at in (model.trained_at, model.activated_at)]
        counts = [f"{model.item_count:,}", f"{model.interaction_count:,}"]
        seconds = str(model.figures.get("seconds", ""))
        table.add_row(str(model.version), model.get_state_display(), *counts, *moments, seconds, Text(model.note))
    print_table(table, out)


def print_version(model: RankingModel, *, out: OutputWrapper, with_validation: bool) -> None:
    """Facts and hyperparameters, and how these were found where that is asked for."""
    facts = new_table(_("version"), str(model.version))
    for label, value in version_facts(model):
        facts.add_row(label, Text(value))
    print_table(facts, out)
    chosen = new_table(_("hyperparameter"), _("value"))
    for name, value in hyperparameter_rows(model):
        chosen.add_row(name, Text(value))
    print_table(chosen, out)
    stages = validation_stages(model) if with_validation else []
    if stages:
        print_table(_validation_table(stages), out)


def _validation_table(stages: Iterable[ValidationStage]) -> Table:
    table = new_table(_("stage"), _("value"), _("metric"), _("result"))
    for stage in stages:
        for tried in stage.tried:
            style = "bold" if tried.best else ""
            table.add_row(stage.name, Text(tried.value), tried.metric, f"{tried.result:.5f}", style=style)
    return table
