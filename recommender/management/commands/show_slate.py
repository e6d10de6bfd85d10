"""An answer read again by its request id, as it was given."""

from __future__ import annotations

import json
import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import override

from recommender.management.answer_table import print_answer
from recommender.management.language_option import add_language_option
from recommender.services.answers import find_answer


class Command(BaseCommand):
    help = "Show an answer again that was given before."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("request_id", type=uuid.UUID, metavar="REQUEST_ID", help="the id that the answer carries")
        parser.add_argument("--json", action="store_true", help="print the answer as JSON and nothing else")
        add_language_option(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        with override(options["lang"]):
            answer = find_answer(options["request_id"])
            if answer is None:
                raise CommandError(_("There is no answer with the id %(id)s.") % {"id": options["request_id"]})
            if options["json"]:
                self.stdout.write(json.dumps(answer.as_dict(), ensure_ascii=False))
            else:
                print_answer(answer, out=self.stdout, notices=self.stderr)
