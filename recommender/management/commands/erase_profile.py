"""erase_profile PROFILE --catalog SLUG: everything about a person, with a receipt."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import override

from recommender.exceptions import GenreError
from recommender.management.language_option import add_language_option
from recommender.selectors.named import catalog_named, profile_named
from recommender.services.erasing import erase_profile
from recommender.services.receipts import receipt
from users.models import Way


class Command(BaseCommand):
    help = "Erase everything about a person in one transaction, and print the receipt as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("profile", metavar="PROFILE", help="the identifier of the profile")
        parser.add_argument("--catalog", required=True, metavar="SLUG", help="the catalog that it belongs to")
        parser.add_argument("--yes", action="store_true", help="do not ask; it cannot be undone")
        add_language_option(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        with override(options["lang"]):
            try:
                profile = profile_named(catalog_named(options["catalog"]), options["profile"])
                if not options["yes"] and not self._agreed(options["profile"]):
                    raise CommandError(_("Nothing was erased."))
                erasure = erase_profile(profile=profile, way=Way.COMMAND)
            except GenreError as error:
                raise CommandError(str(error)) from error
            self.stdout.write(json.dumps(receipt(erasure), indent=2, ensure_ascii=False))

    def _agreed(self, name: str) -> bool:
        question = _("Erase “%(name)s” for good? Write yes: ") % {"name": name}
        try:
            return input(question).strip().lower() == "yes"
        except EOFError:
            return False
