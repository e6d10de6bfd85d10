"""The versions of a scenario's settings: listed, shown, made from the active one, activated, explained."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import override
from pydantic import ValidationError
from rich.text import Text

from recommender.engine.settings import ScoringSettings
from recommender.exceptions import GenreError
from recommender.management.language_option import add_language_option
from recommender.management.tables import new_table, print_table
from recommender.models import Scenario, ScoringConfig
from recommender.selectors.configuration import active_config
from recommender.selectors.named import catalog_named, scenario_named
from recommender.services.scoring_configs import activate, create_version
from recommender.services.setting_errors import setting_errors
from recommender.services.setting_fields import readable_settings, setting_fields


class Command(BaseCommand):
    help = "List, show, make and activate versions of a scenario's scoring configuration."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        for name, help_text in (
            ("list", "all versions"),
            ("show", "the settings of a version"),
            ("set", "a new version: the active one with changes"),
            ("activate", "let a version answer; going back is activating the former one"),
            ("fields", "every setting with its range, default and meaning"),
        ):
            action = actions.add_parser(name, help=help_text)
            add_language_option(action)
            if name != "fields":
                action.add_argument("--catalog", required=True, help="short name of the catalog")
                action.add_argument("--scenario", default=Scenario.HOME, help="name of the scenario (default: home)")
            if name == "show":
                action.add_argument("version", type=int, nargs="?", help="the active one where not given")
            if name == "activate":
                action.add_argument("version", type=int)
            if name == "set":
                action.add_argument("changes", nargs="+", metavar="NAME=VALUE", help="such as result_list.length=10")
                action.add_argument("--note", default="", help="why, for whoever reads the list of versions")
                action.add_argument("--activate", action="store_true", help="let the new version answer at once")

    def handle(self, *args: Any, **options: Any) -> None:
        with override(options["lang"]):
            try:
                getattr(self, f"_{options['action']}")(options)
            except GenreError as error:
                raise CommandError(str(error)) from error

    def _fields(self, options: dict[str, Any]) -> None:
        table = new_table(_("setting"), _("allowed"), _("default"), _("meaning"))
        for field in setting_fields():
            table.add_row(*(Text(text) for text in (field.name, field.allowed, field.default, field.explanation)))
        print_table(table, self.stdout)

    def _list(self, options: dict[str, Any]) -> None:
        table = new_table(_("version"), _("state"), _("created"), _("author"), _("note"))
        for config in self._scenario(options).configs.select_related("author"):
            created = f"{config.created_at:%Y-%m-%d %H:%M}"
            author = str(config.author or "")
            table.add_row(str(config.version), config.get_state_display(), created, Text(author), Text(config.note))
        print_table(table, self.stdout)

    def _show(self, options: dict[str, Any]) -> None:
        scenario = self._scenario(options)
        version = options["version"]
        config = active_config(scenario.catalog_id, scenario.name) if version is None else self._find(scenario, version)
        self.stdout.write(readable_settings(config.settings))

    def _set(self, options: dict[str, Any]) -> None:
        scenario = self._scenario(options)
        changed = json.loads(json.dumps(active_config(scenario.catalog_id, scenario.name).settings))
        for change in options["changes"]:
            apply_change(changed, change)
        try:
            settings = ScoringSettings.model_validate(changed)
        except ValidationError as error:
            raise CommandError("\n".join(setting_errors(error))) from error
        made = create_version(scenario=scenario, settings=settings, note=options["note"])
        self.stdout.write(_("%(version)s is made.") % {"version": made})
        if options["activate"]:
            self._serve(made)

    def _activate(self, options: dict[str, Any]) -> None:
        self._serve(self._find(self._scenario(options), options["version"]))

    def _serve(self, config: ScoringConfig) -> None:
        activate(config)
        self.stdout.write(_("%(version)s answers now.") % {"version": config})

    def _scenario(self, options: dict[str, Any]) -> Scenario:
        return scenario_named(catalog_named(options["catalog"]), options["scenario"])

    def _find(self, scenario: Scenario, version: int) -> ScoringConfig:
        config = scenario.configs.filter(version=version).first()
        if config is None:
            raise CommandError(
                _("The scenario “%(scenario)s” has no version %(version)d.")
                % {"scenario": scenario, "version": version}
            )
        return config


def apply_change(settings: dict[str, Any], change: str) -> None:
    """Put one dotted.name=value into nested settings; the value is JSON, and where it is none, a text."""
    name, equals, raw = change.partition("=")
    if not equals:
        raise CommandError(_("“%(change)s” is no change: write NAME=VALUE.") % {"change": change})
    try:
        value = json.loads(raw)
    except json.JSONDecodeError:
        value = raw
    *sections, last = name.split(".")
    for section in sections:
        inner = settings.setdefault(section, {})
        if not isinstance(inner, dict):
            raise CommandError(_("%(name)s is not a setting.") % {"name": name})
        settings = inner
    settings[last] = value
