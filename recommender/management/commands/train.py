"""train --catalog C: learn a version of a catalog's ranking from all that it has, in this process."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any, get_args

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import override

from catalog.models import Catalog
from recommender.engine.validation import Order
from recommender.exceptions import GenreError
from recommender.management.language_option import add_language_option
from recommender.management.version_table import print_version
from recommender.models import RankingModel
from recommender.selectors.named import catalog_named
from recommender.selectors.ranking_models import active_model
from recommender.services.training import TrainingOptions, TuneWhen, train_catalog
from recommender.services.training_lock import training_lock
from recommender.services.version_reports import version_as_dict


class Command(BaseCommand):
    help = "Train a catalog's ranking and let it answer; what answers meanwhile is not disturbed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--catalog", required=True, help="short name of the catalog")
        parser.add_argument(
            "--tune",
            choices=get_args(TuneWhen),
            default="auto",
            help="search for hyperparameters; auto (the default): when the catalog has grown by half since it was done",
        )
        parser.add_argument(
            "--validation",
            choices=get_args(Order),
            help="compare hyperparameters on everybody's newest or on random interactions (default: the newest where "
            "their order is known)",
        )
        parser.add_argument(
            "--no-activate", action="store_true", help="only make the version; ranking_model activate switches to it"
        )
        parser.add_argument(
            "--unless-trained", action="store_true", help="do nothing where a trained version answers already"
        )
        parser.add_argument("--note", default="", help="why, for whoever reads the list of versions")
        parser.add_argument("--json", action="store_true", help="print the version as JSON and nothing else")
        add_language_option(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        with override(options["lang"]):
            try:
                catalog = catalog_named(options["catalog"])
                model = active_model(catalog.pk) if options["unless_trained"] else None
                model = model or self._train(catalog, options)
            except GenreError as error:
                raise CommandError(str(error)) from error
            if options["json"]:
                self.stdout.write(json.dumps(version_as_dict(model), ensure_ascii=False))
            else:
                print_version(model, out=self.stdout, with_validation=False)

    def _train(self, catalog: Catalog, options: dict[str, Any]) -> RankingModel:
        chosen = TrainingOptions(
            tune=options["tune"],
            validation=options["validation"],
            activate=not options["no_activate"],
            note=options["note"],
        )
        with training_lock(catalog):
            model = train_catalog(catalog, chosen)
        if model.state != RankingModel.State.ACTIVE and not options["json"]:
            self.stderr.write(_("%(version)s is made.") % {"version": model})
        return model
