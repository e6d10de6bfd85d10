"""Recommendations on the command line: a table for people, or the API's JSON for programs."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import override

from recommender.exceptions import GenreError
from recommender.management.answer_table import print_answer
from recommender.management.language_option import add_language_option
from recommender.models import Scenario
from recommender.selectors.named import catalog_named, profile_named
from recommender.services.answers import Answer
from recommender.services.recommending import recommend


class Command(BaseCommand):
    help = "Recommend items of a catalog to a profile, for words, or both."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--catalog", required=True, help="short name of the catalog")
        parser.add_argument("--profile", help="identifier of the profile that the list is for")
        parser.add_argument("--statement", default="", help="what the person likes, in their own words")
        parser.add_argument("-k", type=int, help="length of the list; the configuration's where not given")
        parser.add_argument("--scenario", default=Scenario.HOME, help="placement that is asked for (default: home)")
        parser.add_argument("--json", action="store_true", help="print the answer as JSON and nothing else")
        add_language_option(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        with override(options["lang"]):
            if options["profile"] is None and not options["statement"].strip():
                raise CommandError(_("Say for whom: --profile, --statement, or both."))
            try:
                answer = self._ask(options)
            except GenreError as error:
                raise CommandError(str(error)) from error
            if options["json"]:
                self.stdout.write(json.dumps(answer.as_dict(), ensure_ascii=False))
            else:
                print_answer(answer, out=self.stdout, notices=self.stderr)

    def _ask(self, options: dict[str, Any]) -> Answer:
        catalog = catalog_named(options["catalog"])
        return recommend(
            catalog=catalog,
            profile=None if options["profile"] is None else profile_named(catalog, options["profile"]),
            statement=options["statement"],
            k=options["k"],
            scenario=options["scenario"],
            language=options["lang"],
        )
