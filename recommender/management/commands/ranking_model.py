"""The trained versions of a catalog's ranking: listed, shown, activated."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import override

from catalog.models import Catalog
from recommender.exceptions import GenreError
from recommender.management.language_option import add_language_option
from recommender.management.version_table import print_version, print_versions
from recommender.models import RankingModel
from recommender.selectors.named import catalog_named
from recommender.services.ranking_models import activate_model


class Command(BaseCommand):
    help = "List, show and activate the trained versions of a catalog's ranking."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        for name, help_text in (
            ("list", "all versions, the newest first"),
            ("show", "a version's figures and hyperparameters, and how these were found"),
            ("activate", "let a version answer; going back is activating the former one"),
        ):
            action = actions.add_parser(name, help=help_text)
            action.add_argument("--catalog", required=True, help="short name of the catalog")
            add_language_option(action)
            if name == "show":
                action.add_argument("version", type=int, nargs="?", help="the active one where not given")
            if name == "activate":
                action.add_argument("version", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        with override(options["lang"]):
            try:
                getattr(self, f"_{options['action']}")(catalog_named(options["catalog"]), options)
            except GenreError as error:
                raise CommandError(str(error)) from error

    def _list(self, catalog: Catalog, options: dict[str, Any]) -> None:
        print_versions(catalog.ranking_models.order_by("-version"), out=self.stdout)

    def _show(self, catalog: Catalog, options: dict[str, Any]) -> None:
        print_version(find_version(catalog, options["version"]), out=self.stdout, with_validation=True)

    def _activate(self, catalog: Catalog, options: dict[str, Any]) -> None:
        model = find_version(catalog, options["version"])
        activate_model(model)
        self.stdout.write(_("%(version)s answers now.") % {"version": model})


def find_version(catalog: Catalog, version: int | None) -> RankingModel:
    """The version of that number, or the active one; raises CommandError, naming those that there are."""
    models = catalog.ranking_models.select_related("space", "catalog")
    state = RankingModel.State.ACTIVE
    model = (models.filter(state=state) if version is None else models.filter(version=version)).first()
    if model is not None:
        return model
    numbers = ", ".join(str(number) for number in models.order_by("version").values_list("version", flat=True)) or "-"
    if version is None:
        raise CommandError(
            _("The catalog “%(catalog)s” has no active version of its ranking; there is: %(versions)s.")
            % {"catalog": catalog.slug, "versions": numbers}
        )
    raise CommandError(
        _("The catalog “%(catalog)s” has no version %(version)d of its ranking; there is: %(versions)s.")
        % {"catalog": catalog.slug, "version": version, "versions": numbers}
    )
