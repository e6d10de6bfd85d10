"""A key for a program on the command line: printed alone, once."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.models import CATALOG_SLUG
from recommender.exceptions import GenreError
from recommender.models import Scope
from recommender.services.api_keys import make_key
from recommender.services.catalogs import open_catalog


class Command(BaseCommand):
    help = "Make an API key for a catalog, and the catalog where it is new; print the key and nothing else."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--catalog", required=True, help="short name of the catalog that the key opens")
        parser.add_argument("--scopes", required=True, help=f"what it opens, by commas: {', '.join(Scope.values)}")
        parser.add_argument("--name", default="", help="which program has it")
        parser.add_argument("--expires-days", type=int, help="after how many days it ends; never where not given")

    def handle(self, *args: Any, **options: Any) -> None:
        days = options["expires_days"]
        if days is not None and not 0 < days <= 36_500:
            raise CommandError(_("A key ends after 1 to 36500 days."))
        try:
            CATALOG_SLUG(options["catalog"])
        except ValidationError as error:
            raise CommandError(error.messages[0]) from error
        try:
            with transaction.atomic():
                _key, secret = make_key(
                    catalog=open_catalog(slug=options["catalog"]),
                    scopes=[scope.strip() for scope in options["scopes"].split(",") if scope.strip()],
                    name=options["name"],
                    expires_at=None if days is None else timezone.now() + timedelta(days=days),
                )
        except GenreError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(secret)
