"""export_profile PROFILE --catalog SLUG: everything that is known of a person, as JSON."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import override

from recommender.exceptions import GenreError
from recommender.management.language_option import add_language_option
from recommender.selectors.named import catalog_named, profile_named
from recommender.services.exporting import export_profile


class Command(BaseCommand):
    help = "Print everything that is known of a person as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("profile", metavar="PROFILE", help="the identifier of the profile")
        parser.add_argument("--catalog", required=True, metavar="SLUG", help="the catalog that it belongs to")
        add_language_option(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        with override(options["lang"]):
            try:
                profile = profile_named(catalog_named(options["catalog"]), options["profile"])
            except GenreError as error:
                raise CommandError(str(error)) from error
            for piece in export_profile(profile=profile, now=timezone.now()):
                self.stdout.write(piece, ending="")
            self.stdout.write("")
